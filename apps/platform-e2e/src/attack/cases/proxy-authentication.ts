import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '@holdfast/stack';
import { beside } from '../../harness/beside.js';
import { issueLeaf, makeRoot, makeSelfSigned, toIdentity, validNow } from '../../harness/identity.js';
import { untilLogged } from '../../harness/logs.js';
import { runProgram } from '../../harness/run-program.js';
import { newDirectory } from '../../harness/run-directory.js';
import type { NamedClient } from '../../harness/partners.js';
import { claimsOf, requestToken, tokenOf, withToken } from '../../harness/token-endpoint.js';
import { Wire, type Identity } from '../../harness/wire.js';
import { thumbprintOf } from '../../harness/made-token.js';
import {
  ACCEPTED,
  invalidClient,
  invalidToken,
  type AttackCase,
  type Attempt,
  type Expected,
} from '../attack-case.js';
import type { AttackWorld, Target } from '../attack-world.js';
import { asking, request, authorization, item, everyHeader, type Lines } from '../forwarding.js';
import { judgeAnswer } from '../oracle.js';

const NOT_AUTHENTICATED: Expected = {
  status: 401,
  error: 'invalid_request',
  reason: 'proxy_not_authenticated',
};
const EX_CONFIG = 78;

/** §3.4 of the catalogue, first part: who may forward certificates. Real proxies are in proxies/real-proxies.test.ts. */
export const PROXY_AUTHENTICATION: readonly AttackCase[] = [
  {
    id: 'PH-01',
    title: 'ignores the headers of proxies where clients end TLS themselves, from whomever',
    source: 'RFC 9440 §4; CVE-2026-35616',
    attempts: async (world) => {
      const { direct, edge, credential } = await world.proxied();
      const lines = [...everyHeader(world.named.leaf), authorization(credential)];
      const at = (name: string, as: Identity | undefined, reason: string): Attempt =>
        asking(world, name, direct, as, lines, invalidClient(reason));
      return [
        at('without a certificate', undefined, 'certificate_absent'),
        at('beside another one', world.attackerClient.identity, 'certificate_not_registered'),
        at('from a proxy', edge, 'certificate_not_registered'),
        asking(world, 'the stack', world.token, undefined, lines, invalidClient('certificate_absent')),
      ];
    },
  },
  {
    id: 'PH-02',
    title: 'lets nobody in who is not one of the proxies, whatever he forwards',
    source: 'CVE-2024-10039; keycloak#35861',
    attempts: async (world) => {
      const { token, orders, gateway } = await world.proxied();
      const lines = everyHeader(world.named.leaf);
      const stranger = toIdentity(await makeSelfSigned('CN=edge'));
      const at = (name: string, as: Identity | undefined, to: Target = token): Attempt =>
        asking(world, name, to, as, lines, NOT_AUTHENTICATED);
      return [
        at('without any credential', undefined),
        at('with a certificate of the same name', stranger),
        at('a partner with its own certificate', world.named.identity),
        at('at the API', undefined, orders),
        at('at the gateway', undefined, gateway),
        at('a partner with its own certificate, at the gateway', world.named.identity, gateway),
        { ...at('at a path that is not there', undefined), send: { target: '/nothing', headers: lines } },
      ];
    },
  },
  {
    id: 'PH-03',
    title: "refuses wrong, empty and others' passwords, and ends the connection",
    source: 'ASVS 13.2.1',
    attempts: async (world) => {
      const { token, credential } = await world.proxied();
      const [user = '', password = ''] = credential.split(':');
      const own: Lines = [['Client-Cert', item(world.named.leaf)]];
      const closed = { ...NOT_AUTHENTICATED, headers: { connection: /^close$/ } };
      const at = (name: string, lines: Lines, expected: Expected = closed): Attempt => ({
        ...asking(world, name, token, undefined, [...own, ...lines], expected),
        secret: password,
      });
      return [
        at('wrong', [authorization(`${user}:${password.replace(/.$/, 'x')}`)]),
        at('a prefix of it', [authorization(`${user}:${password.slice(0, -1)}`)]),
        at('empty', [authorization(`${user}:`)]),
        at('of another user', [authorization(`edge:${password}`)]),
        at('twice', [authorization(credential), authorization(credential)]),
        at('as a bearer token', [['Proxy-Authorization', `Bearer ${password}`]]),
        at('in Authorization', [['Authorization', authorization(credential)[1]]]),
        at('the right one', [authorization(credential)], ACCEPTED),
      ];
    },
  },
  {
    id: 'PH-04',
    title: 'takes no certificate of a partner, nor of a namesake of its authority, for that of a proxy',
    source: 'ASVS 12.3.5',
    attempts: async (world) => {
      const { token, issued, authority } = await world.proxied();
      const namesake = await makeRoot('CN=proxies');
      const lines: Lines = [['Client-Cert', item(world.named.leaf)]];
      const serverOnly = await authority.issue({
        subject: 'CN=issued',
        extendedKeyUsage: ['serverAuth'],
        ...validNow(),
      });
      const of = (name: string, as: Identity, expected: Expected): Attempt =>
        asking(world, name, token, as, lines, expected);
      return [
        of("a partner's", toIdentity(await issueLeaf(world.victim.root, 'CN=issued')), NOT_AUTHENTICATED),
        of("a namesake's", toIdentity(await issueLeaf(namesake, 'CN=issued')), NOT_AUTHENTICATED),
        of('for servers only', toIdentity(serverOnly), NOT_AUTHENTICATED),
        of('its own', issued, ACCEPTED),
      ];
    },
  },
  {
    id: 'PH-19',
    title: 'believes an address from the header of that proxy only, and no other forwarded header',
    source: 'CVE-2026-3635',
    check: async (world) => {
      const { token, edge, issued } = await world.proxied();
      const spoofed: Lines = [
        ['X-Forwarded-For', '192.0.2.66'],
        ['Forwarded', 'for=192.0.2.66;proto=http;host=evil.example'],
        ['X-Real-IP', '192.0.2.66'],
        ['X-Forwarded-Host', 'evil.example'],
        ['X-Forwarded-Proto', 'http'],
      ];
      const address = ['X-Client-Address', '192.0.2.7'] as const;
      return [
        ...(await sourceOf(world, token, edge, spoofed, '127.0.0.1')),
        ...(await sourceOf(world, token, edge, [...spoofed, address], '192.0.2.7')),
        // This one is not configured to report addresses.
        ...(await sourceOf(world, token, issued, [address], '127.0.0.1')),
        ...(await sourceOf(world, world.token, undefined, [...spoofed, address], '127.0.0.1')),
      ];
    },
  },
  {
    id: 'PH-20',
    title: 'does not start with a hop count, nor with a proxy that anybody could be',
    source: 'CVE-2026-16732',
    check: async (world) => {
      const one = {
        name: 'edge',
        format: 'rfc9440',
        certificateHeader: 'Client-Cert',
        proxyValidates: false,
      };
      const pinned = { ...one, certificate: { thumbprints: [thumbprintOf(world.named.identity)] } };
      const unsafe = {
        'a hop count': { proxies: [{ ...pinned, addresses: 1 }] },
        'a hop count beside the proxies': {
          proxies: [{ ...pinned, addresses: ['127.0.0.1'] }],
          trustProxy: 1,
        },
        'no credential': { proxies: [{ ...one, addresses: ['127.0.0.1'] }] },
        'no address': { proxies: [{ ...pinned, addresses: [] }] },
        'every address': { proxies: [{ ...pinned, addresses: ['::/0'] }] },
        'no proxy': { proxies: [] },
      };
      const violations: string[] = [];
      for (const [name, content] of Object.entries(unsafe)) {
        const { exitCode, stderr } = await startWith(world, content);
        if (exitCode !== EX_CONFIG || !stderr.includes('PROXIES_FILE'))
          violations.push(`${name}: ${exitCode} ${stderr}`);
      }
      return violations;
    },
  },
  {
    id: 'PH-23',
    title: 'never mixes up two partners on one connection of a proxy',
    source: 'protocol rule 48',
    check: async (world) => {
      const { token, edge } = await world.proxied();
      const wire = await Wire.dial({ url: token.url, ca: world.stack.ca, identity: edge });
      const clients = [world.named, world.attackerClient] as const;
      let mixedUp = 0;
      for (let index = 0; index < (world.measuresTime ? 10_000 : 1_000); index += 1) {
        const client = clients[index % 2]!;
        const claimed = clients[index % 7 === 0 ? (index + 1) % 2 : index % 2]!;
        const { status, json } = await wire.send(
          request(claimed.clientId, [['Client-Cert', item(client.leaf)]]),
        );
        const cnf = status === 200 ? claimsOf(String(json['access_token']))['cnf'] : undefined;
        const isOwn = JSON.stringify(cnf) === JSON.stringify({ 'x5t#S256': thumbprintOf(client.identity) });
        if (claimed === client ? !isOwn : status !== 401) mixedUp += 1;
      }
      wire.close();
      mixedUp += await mixedUpCalls(world, clients);
      return mixedUp === 0 ? [] : [`${mixedUp} requests were taken for another partner`];
    },
  },
  {
    id: 'PH-24',
    title: 'ignores the headers of proxies on every other listener',
    source: 'ASVS 13.2',
    attempts: async (world) => {
      const { orders, gateway, direct, edge } = await world.proxied();
      const token = String((await requestToken(world.stack, world.named)).json['access_token']);
      const lines = everyHeader(world.named.leaf);
      const stolen = withToken(token, { headers: lines });
      const operator = withToken(await world.operator.token(), {
        target: '/api/v1/partners',
        headers: everyHeader({
          der: derOf(world.operator.client.identity),
          pem: world.operator.client.identity.certificate,
        }),
      });
      return [
        ...world.apis.map((to) => ({
          name: `a stolen token at ${to.name}`,
          to,
          send: stolen,
          expected: invalidToken('certificate_absent'),
        })),
        {
          name: "the operator's at the admin API",
          to: world.admin,
          send: operator,
          expected: { status: 401 },
        },
        {
          name: 'at the public listener',
          to: world.open,
          send: request(world.named.clientId, lines),
          expected: { status: 404 },
        },
        asking(
          world,
          'at the direct listener',
          direct,
          undefined,
          lines,
          invalidClient('certificate_absent'),
        ),
        ...[orders, gateway].flatMap((to) => [
          {
            name: `the same token through the proxy of ${to.name}`,
            to,
            as: edge,
            send: withToken(token, { headers: [['Client-Cert', item(world.named.leaf)]] }),
            expected: ACCEPTED,
          },
          {
            name: `through the proxy of ${to.name} with another certificate`,
            to,
            as: edge,
            send: withToken(token, { headers: [['Client-Cert', item(world.attackerClient.leaf)]] }),
            expected: invalidToken('binding_mismatch'),
          },
          {
            name: `through the proxy of ${to.name} without certificate: that of the proxy is not taken`,
            to,
            as: edge,
            send: withToken(token),
            expected: invalidToken('certificate_absent'),
          },
        ]),
      ];
    },
  },
];

function derOf({ certificate }: Identity): Buffer {
  return Buffer.from(certificate.replace(/-----END[\s\S]*/, '').replace(/-----BEGIN.*|\s/g, ''), 'base64');
}

/** What is wrong with the address in the log line of a refused request. */
async function sourceOf(
  world: AttackWorld,
  to: Target,
  as: Identity | undefined,
  lines: Lines,
  expected: string,
): Promise<readonly string[]> {
  const wire = await Wire.dial({ url: to.url, ca: world.stack.ca, identity: as });
  const answer = await wire.send(request(world.named.clientId, lines));
  wire.close();
  const [line] = await untilLogged(to.logFile, String(answer.json['request_id']));
  const violations = judgeAnswer(answer, invalidClient('certificate_absent'));
  return line?.['source'] === expected
    ? violations
    : [...violations, `the log says ${String(line?.['source'])}, not ${expected}`];
}

/** Starts a token service with these proxies, and says how it ended. */
async function startWith(world: AttackWorld, content: unknown) {
  const file = join(newDirectory('unsafe'), 'proxies.json');
  writeFileSync(file, JSON.stringify(content));
  const { application } = await beside(world.stack, 'token-service', { PROXY_PORT: '1', PROXIES_FILE: file });
  return runProgram(process.execPath, [join(workspaceRoot, application.script)], { env: application.env });
}

/** The same through the gateway: tokens and certificates of two partners on one connection of a proxy. */
async function mixedUpCalls(
  world: AttackWorld,
  clients: readonly [NamedClient, NamedClient],
): Promise<number> {
  const { gateway, edge } = await world.proxied();
  const tokens = await Promise.all(clients.map((client) => tokenOf(world.stack, client)));
  const wire = await Wire.dial({ url: gateway.url, ca: world.stack.ca, identity: edge });
  let mixedUp = 0;
  for (let index = 0; index < 1_000; index += 1) {
    const [holder, bearer] = [index % 2, index % 7 === 0 ? (index + 1) % 2 : index % 2];
    const lines: Lines = [['Client-Cert', item(clients[holder]!.leaf)]];
    const { status } = await wire.send(withToken(tokens[bearer]!, { headers: lines }));
    if (status !== (holder === bearer ? 200 : 401)) mixedUp += 1;
  }
  wire.close();
  return mixedUp;
}
