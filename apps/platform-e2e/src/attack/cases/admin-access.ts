import { ownerCookie } from '../../harness/owner.js';
import {
  jsonRequest,
  tokenOf,
  tokenRequest,
  credentialsForm,
  withToken,
} from '../../harness/token-endpoint.js';
import { exchange, Wire, type Identity, type WireRequest } from '../../harness/wire.js';
import { invalidClient, type AttackCase } from '../attack-case.js';
import type { AttackWorld } from '../attack-world.js';

/**
 * What somebody who may do everything is answered, with no body or an empty one and an id that nobody has. A route of
 * the OpenAPI document that is not here fails AW-02: say what it answers, then it is asked as everybody else, too.
 */
const PERMITTED: Readonly<Record<string, number>> = {
  'GET /api/v1/partners': 200,
  'POST /api/v1/partners': 422,
  'GET /api/v1/partners/{id}': 404,
  'PATCH /api/v1/partners/{id}': 422,
  'POST /api/v1/partners/{id}/suspend': 404,
  'POST /api/v1/partners/{id}/resume': 404,
  'GET /api/v1/anchors': 200,
  'POST /api/v1/anchors': 422,
  'GET /api/v1/anchors/{id}': 404,
  'PATCH /api/v1/anchors/{id}': 422,
  'POST /api/v1/anchors/{id}/suspend': 404,
  'POST /api/v1/anchors/{id}/resume': 404,
  'GET /api/v1/revocation-lists': 200,
  'POST /api/v1/revocation-lists': 422,
  'GET /api/v1/revocation-sources': 200,
  'GET /api/v1/key-sets': 200,
  'GET /api/v1/clients': 200,
  'POST /api/v1/clients': 422,
  'GET /api/v1/clients/{id}': 404,
  'POST /api/v1/clients/{id}/suspend': 404,
  'POST /api/v1/clients/{id}/resume': 404,
  'GET /api/v1/credentials': 200,
  'POST /api/v1/credentials': 422,
  'POST /api/v1/credentials/{id}/retire': 404,
  'POST /api/v1/credentials/{id}/revoke': 404,
  'POST /api/v1/certificate-blocks': 422,
  'DELETE /api/v1/certificate-blocks/{id}': 404,
  'GET /api/v1/deny-entries': 200,
  'GET /api/v1/signing-keys': 200,
  'POST /api/v1/key-rotations': 422,
  'POST /api/v1/signing-keys/{id}/withdraw': 404,
  'POST /api/v1/certificates:validate': 422,
  'POST /api/v1/certificates:identify': 422,
  'GET /api/v1/resources': 200,
  'POST /api/v1/resources': 422,
  'GET /api/v1/grants': 200,
  'POST /api/v1/grants': 422,
  'DELETE /api/v1/grants/{id}': 404,
  'GET /api/v1/token-requests': 200,
  'GET /api/v1/audit': 200,
  'GET /api/v1/audit/requests/{id}': 200,
  'GET /api/v1/audit/verify': 200,
};

/** Somebody who calls the admin API, and whether that is answered as it is to those who may. */
interface Caller {
  readonly name: string;
  readonly url: string;
  readonly identity?: Identity;
  readonly headers?: WireRequest['headers'];
  readonly may: boolean;
}

async function callers({ stack, operator, named, attackerClient }: AttackWorld): Promise<readonly Caller[]> {
  const { adminApi: machines, admin: people } = stack.file;
  const bearer = (token: string) => [['Authorization', `Bearer ${token}`] as const];
  const mine = operator.client.identity;
  const token = bearer(await operator.token());
  const cookie = [['Origin', people] as const, ['Cookie', await ownerCookie(stack)] as const];
  const partnerToken = bearer(await tokenOf(stack, named));
  const no = { may: false };
  return [
    { name: 'nobody', url: machines, ...no },
    { name: 'nobody, in the browser', url: people, headers: [['Origin', people]], ...no },
    { name: 'a partner by its certificate', url: machines, identity: named.identity, ...no },
    { name: 'a partner by its token', url: machines, identity: named.identity, headers: partnerToken, ...no },
    {
      name: 'a thief of the token of the operator',
      url: machines,
      identity: attackerClient.identity,
      headers: token,
      ...no,
    },
    { name: 'the operator without a token', url: machines, identity: mine, ...no },
    { name: 'the operator without its certificate', url: machines, headers: token, ...no },
    {
      name: 'the token of the operator in the browser',
      url: people,
      headers: [['Origin', people], ...token],
      ...no,
    },
    { name: 'a session at the listener for machines', url: machines, headers: cookie, ...no },
    { name: 'the operator', url: machines, identity: mine, headers: token, may: true },
    { name: 'an owner', url: people, headers: cookie, may: true },
  ];
}

async function matrix(world: AttackWorld): Promise<readonly string[]> {
  const routes = await documentedRoutes(world);
  const violations = [
    ...routes.filter((route) => !(route in PERMITTED)).map((route) => `${route} is not in the table`),
    ...Object.keys(PERMITTED)
      .filter((route) => !routes.includes(route))
      .map((route) => `${route} is gone`),
  ];
  for (const { name, url, identity, headers = [], may } of await callers(world)) {
    const wire = await Wire.dial({ url, ca: world.stack.ca, identity });
    for (const route of routes) {
      const [method = '', path = ''] = route.split(' ');
      const target = path.replace('{id}', 'nobody-here');
      const request = /POST|PATCH/.test(method) ? jsonRequest(method, target, {}) : { method, target };
      const { status } = await wire.send({ ...request, headers: [...(request.headers ?? []), ...headers] });
      const wanted = may ? PERMITTED[route] : 401;
      if (status !== wanted) violations.push(`${name}: ${route} is answered ${status}, not ${wanted}`);
    }
    wire.close();
  }
  return violations;
}

async function documentedRoutes({ stack }: AttackWorld): Promise<readonly string[]> {
  const { json } = await exchange({ url: stack.file.admin, ca: stack.ca }, { target: '/api/openapi.json' });
  const paths = json['paths'] as Record<string, Record<string, unknown>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

/**
 * There is no room for partners yet: a partner reaches nothing of its own here, and nothing of another. When there is one,
 * what belongs to another partner must be 404 there. That the victim was not suspended, the oracle of every case sees.
 */
async function anothersThings({ stack, admin, operator, named, attackerClient }: AttackWorld) {
  const { items } = await operator.get(`grants?client=${named.clientId}`);
  const [grant] = items as readonly { readonly id: string }[];
  const token = await tokenOf(stack, attackerClient);
  const requests: readonly (readonly [method: string, path: string, body?: unknown])[] = [
    ['GET', `clients/${named.clientId}`],
    ['GET', `partners/${named.partner}`],
    ['GET', `credentials?client=${named.clientId}`],
    ['GET', `audit?partner=${named.partner}`],
    ['POST', `clients/${named.clientId}/suspend`],
    ['POST', `partners/${named.partner}/suspend`],
    ['PATCH', `partners/${named.partner}`, { name: 'Taken over' }],
    ['DELETE', `grants/${grant?.id}`],
  ];
  return requests.map(([method, path, body]) => {
    const target = `/api/v1/${path}`;
    const request = body === undefined ? { method, target } : jsonRequest(method, target, body);
    return {
      name: `${method} ${path}`,
      to: admin,
      as: attackerClient.identity,
      send: withToken(token, { ...request, headers: [...(request.headers ?? []), ['If-Match', '*']] }),
      expected: { status: 401, headers: { 'www-authenticate': /^Bearer error="invalid_token"/ } },
    };
  });
}

/** `POST /token` and a call of the API, with the session of an owner and nothing else that would help. */
async function sessionElsewhere({ stack, token, orders, named, attackerClient }: AttackWorld) {
  const cookie = ['Cookie', await ownerCookie(stack)] as const;
  const form = tokenRequest(credentialsForm(named.clientId));
  const send = { ...form, headers: [...(form.headers ?? []), cookie] };
  return [
    { name: 'no certificate', to: token, send, expected: invalidClient('certificate_absent') },
    {
      name: 'of another',
      to: token,
      as: attackerClient.identity,
      send,
      expected: invalidClient('certificate_not_registered'),
    },
    ...[undefined, named.identity].map((as) => ({
      name: `the API ${as === undefined ? 'without' : 'with'} a certificate`,
      to: orders,
      as,
      send: { target: '/orders', headers: [cookie] },
      expected: { status: 401, headers: { 'www-authenticate': /^Bearer/ } },
    })),
  ];
}

export const ADMIN_ACCESS: readonly AttackCase[] = [
  {
    id: 'AW-02',
    title: 'answers every route of the OpenAPI document to those who may, and 401 to everybody else',
    source: 'ASVS 8.2.1',
    check: matrix,
  },
  {
    id: 'AW-03',
    title:
      "keeps a partner from everything of another by its id (there is no partner's room yet: 401, nothing else)",
    source: 'API1; ASVS 8.2.2',
    attempts: anothersThings,
  },
  {
    id: 'AW-22',
    title: 'gives the session of an owner no effect at the token endpoint and at the API',
    source: 'ASVS 9.2.3',
    attempts: sessionElsewhere,
  },
];
