import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { startEchoApi, type EchoApi } from '../harness/echo-api.js';
import { thumbprintOf } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import { registerNamedClient, registerPartner, type NamedClient } from '../harness/partners.js';
import { needsProgram } from '../harness/programs.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { demoClients, tokenOf, withToken } from '../harness/token-endpoint.js';
import { exchange, type Identity, type WireAnswer, type WireRequest } from '../harness/wire.js';
import { ASKING_PROXIES, startAsking, type Asking } from './asking-proxy.js';
import { forgedLines, type Lines } from './forged-lines.js';
import { tenLines } from './ten-lines.js';

const MINUTES = 120_000;

const stack = sharedStack();
const { beta } = demoClients(stack);

/** nginx shows 403 and 500 in place of everything else; Caddy tells its clients what the gateway says. */
describe.each([
  ['nginx', { unknown: 403, notServed: 403, malformed: 403, away: 500 }],
  ['caddy', { unknown: 404, notServed: 405, malformed: 400, away: 502 }],
] as const)('%s asks the gateway about each request', (name, says) => {
  const { real } = ASKING_PROXIES[name];
  const itProxy = needsProgram(real.program);
  let api: EchoApi;
  let client: NamedClient;
  let proxy: Asking | undefined;

  beforeAll(async () => {
    api = await startEchoApi();
    const operator = new Operator(stack);
    client = await registerNamedClient(operator, await registerPartner(operator, 'gated'));
  }, MINUTES);
  afterAll(async () => {
    await proxy?.stop();
    api?.stop();
  }, MINUTES);

  /** Through the proxy, which is started when it is first needed: where it is not installed, it is not. */
  async function call(identity: Identity | undefined, request: WireRequest): Promise<WireAnswer> {
    proxy ??= await startAsking(stack, name, tenLines(stack, api.port), api.port);
    return exchange(proxy.dial(identity), request);
  }

  /** What an attacker could send beside a good call, by what it is. */
  function forgeries(): Readonly<Record<string, Lines>> {
    const pem = beta.identity.certificate;
    return {
      ...forgedLines({ pem, der: new X509Certificate(pem).raw }, real.toHeader),
      'the identity headers': [
        ['Holdfast-Client-Id', 'beta'],
        ['Holdfast_Client_Id', 'beta'],
        ['Holdfast-Partner', 'beta'],
      ],
      'the facts of the question': [
        ['X-Original-URI', '/open'],
        ['X-Original-Method', 'OPTIONS'],
        ['X-Forwarded-Uri', '/open'],
        ['X-Forwarded-Method', 'OPTIONS'],
        ['X-Forwarded-Host', 'evil.example'],
        ['X-Forwarded-Prefix', '/open'],
      ],
      'where the call comes from': [
        ['X-Forwarded-For', '192.0.2.66'],
        ['X_Forwarded_For', '192.0.2.66'],
        ['X-Forwarded-Proto', 'http'],
        ['X-Client-Address', '192.0.2.66'],
        ['Forwarded', 'for=192.0.2.66;host=evil.example'],
      ],
      'headers of the proxy as headers of the connection (CVE-2026-33805)': [
        ['Connection', 'close, Holdfast-Client-Id, X-Client-Cert, X-Original-URI, X-Forwarded-Uri'],
      ],
    };
  }

  itProxy(
    'and passes on who calls, whatever the client forges (RFC 8705 §3; PH-05, PH-09, PH-19)',
    async () => {
      const token = await tokenOf(stack, client);
      for (const [what, lines] of Object.entries(forgeries())) {
        const request = withToken(token, { target: '/orders/7?a=%2F', headers: lines });
        const answer = await call(client.identity, request);
        expect({ what, status: answer.status }).toEqual({ what, status: 200 });
        const { headers } = answer.json as { headers: Record<string, string> };
        expect(headers).toMatchObject({
          'holdfast-client-id': client.clientId,
          'holdfast-partner': client.partner,
          'holdfast-certificate-thumbprint': thumbprintOf(client.leaf),
          'x-forwarded-for': '127.0.0.1',
          'x-forwarded-proto': 'https',
          'x-forwarded-host': 'api.example.com',
        });
        for (const dropped of [
          'authorization',
          'holdfast_client_id',
          'x_forwarded_for',
          'client-cert',
          'x-client-cert',
          'forwarded',
        ])
          expect(headers).not.toHaveProperty([dropped]);
        expect(answer.json['url']).toBe('/orders/7?a=%2F');
      }
    },
    MINUTES,
  );

  itProxy(
    'and passes on method and body as they came, though it asked without them',
    async () => {
      const body = JSON.stringify({ item: 'Gate', quantity: 3 });
      const headers: Lines = [['Content-Type', 'application/json']];
      const request = withToken(await tokenOf(stack, client), { method: 'POST', headers, body });
      expect(await call(client.identity, request)).toMatchObject({
        status: 200,
        json: { method: 'POST', url: '/orders', body },
      });
    },
    MINUTES,
  );

  itProxy(
    'and lets no stolen token through, whatever stands in the headers of the thief (RFC 8705 §3; TV-16, TV-17, PH-05)',
    async () => {
      const token = await tokenOf(stack, client);
      const { pem, der } = client.leaf;
      const before = api.seen.length;
      for (const [what, lines] of Object.entries({
        nothing: [],
        ...forgedLines({ pem, der }, real.toHeader),
      }))
        for (const thief of [beta.identity, undefined]) {
          const answer = await call(thief, withToken(token, { target: '/orders/1', headers: lines }));
          expect({ what, status: answer.status }).toEqual({ what, status: 401 });
          expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
        }
      expect(api.seen.length).toBe(before);
    },
    MINUTES,
  );

  itProxy(
    'and refuses as the gateway says, never with a success or a fault of its own (decisions 25)',
    async () => {
      const token = await tokenOf(stack, client, [['scope', 'orders:read']]);
      const before = api.seen.length;
      const statusOf = async (target: string, method = 'GET'): Promise<number> =>
        (await call(client.identity, withToken(token, { target, method }))).status;
      const bare = await call(client.identity, { target: '/orders/1' });
      expect(bare.status).toBe(401);
      expect(bare.headers['www-authenticate']).toMatch(/^Bearer/);
      expect(await statusOf('/orders', 'POST')).toBe(403);
      expect(await statusOf('/nothing')).toBe(says.unknown);
      expect(await statusOf('/orders/1', 'DELETE')).toBe(says.notServed);
      expect(await statusOf(`/orders/1?access_token=${token}`)).toBe(says.malformed);
      expect(api.seen.length).toBe(before);
    },
    MINUTES,
  );

  itProxy(
    'and lets nothing through when it cannot ask',
    async () => {
      const request = withToken(await tokenOf(stack, client), { target: '/orders/1' });
      expect(await call(client.identity, request)).toMatchObject({ status: 200 });
      await proxy!.stopGateway();
      const before = api.seen.length;
      expect(await call(client.identity, request)).toMatchObject({ status: says.away });
      expect(api.seen.length).toBe(before);
    },
    MINUTES,
  );
});
