import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SecureVersion } from 'node:tls';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { workspaceRoot } from '@holdfast/stack';
import {
  issueLeaf,
  thumbprintOf,
  toIdentity,
  uniqueName,
  validNow,
  writeIdentity,
} from '../harness/identity.js';
import { untilLogged } from '../harness/logs.js';
import { Operator } from '../harness/operator.js';
import {
  registerClient,
  registerNamedClient,
  registerPartner,
  type NamedClient,
  type RegisteredPartner,
} from '../harness/partners.js';
import { needsProgram, runProgram, type ProgramResult } from '../harness/programs.js';
import { newDirectory } from '../harness/run-directory.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { claimsOf, credentialsForm, tokenRequest, withToken } from '../harness/token-endpoint.js';
import { exchange, Wire, type Identity, type WireAnswer, type WireRequest } from '../harness/wire.js';
import { forgedLines, type Lines } from './forged-lines.js';
import { HOSTS, ProxyStand, type Host } from './proxy-stand.js';
import { REAL_PROXIES, type RealProxy } from './real-proxies.js';

const START_MS = 60_000;
const TEST_MS = 30_000;
const TICKETS_ARRIVE_MS = 50;

const stack = sharedStack();
let partner: RegisteredPartner;
let victim: NamedClient;
let attacker: NamedClient;
let stand: ProxyStand;

beforeAll(async () => {
  const operator = new Operator(stack);
  partner = await registerPartner(operator, 'proxied');
  victim = await registerNamedClient(operator, partner);
  attacker = await registerNamedClient(operator, await registerPartner(operator, 'forger'));
  stand = await ProxyStand.start(stack);
}, START_MS);
afterAll(() => stand?.stop(), START_MS);

/** A token request for a client, with more header lines. */
function asking(clientId: string, lines: Lines = []): WireRequest {
  const request = tokenRequest(credentialsForm(clientId));
  return { ...request, headers: [...(request.headers ?? []), ...lines] };
}

async function ask(
  proxy: RealProxy,
  identity: Identity | undefined,
  request: WireRequest,
  host: Host = 'token',
): Promise<WireAnswer> {
  return exchange(await stand.through(proxy, host, identity), request);
}

describe.each(REAL_PROXIES.map((proxy) => [proxy.name, proxy] as const))('%s in front', (name, proxy) => {
  const it = needsProgram(proxy.program);

  it(
    'passes the certificate on: a token bound to it, and a call with that token (RFC 8705 §3)',
    async () => {
      const issued = await ask(proxy, victim.identity, asking(victim.clientId));
      expect(issued.status).toBe(200);
      const token = String(issued.json['access_token']);
      expect(claimsOf(token)['cnf']).toEqual({ 'x5t#S256': thumbprintOf(victim.leaf) });
      expect(await ask(proxy, victim.identity, withToken(token), 'orders')).toMatchObject({ status: 200 });
      expect(await ask(proxy, attacker.identity, withToken(token), 'orders')).toMatchObject({
        status: 401,
        json: { error: 'invalid_token' },
      });
    },
    TEST_MS,
  );

  it(
    'shares its connections among clients, and no certificate (PH-23)',
    async () => {
      const wires = await Promise.all(
        [victim, attacker].map(async ({ identity }) =>
          Wire.dial(await stand.through(proxy, 'token', identity)),
        ),
      );
      for (let round = 0; round < 20; round += 1) {
        for (const [index, client] of [victim, attacker].entries()) {
          const { json } = await wires[index]!.send(asking(client.clientId));
          const { cnf } = claimsOf(String(json['access_token']));
          expect(cnf).toEqual({ 'x5t#S256': thumbprintOf(client.leaf) });
        }
      }
      for (const wire of wires) wire.close();
    },
    TEST_MS,
  );

  it(
    'counts the own certificate, whatever a client forges beside it (PH-05)',
    async () => {
      for (const [what, lines] of Object.entries(forgedLines(victim.leaf, proxy.toHeader))) {
        const own = await ask(proxy, attacker.identity, asking(attacker.clientId, lines));
        expect({ what, status: own.status }).toEqual({ what, status: 200 });
        const { cnf } = claimsOf(String(own.json['access_token']));
        expect({ what, cnf }).toEqual({ what, cnf: { 'x5t#S256': thumbprintOf(attacker.leaf) } });
        const other = await ask(proxy, attacker.identity, asking(victim.clientId, lines));
        expect({ what, error: other.json['error'] }).toEqual({ what, error: 'invalid_client' });
      }
    },
    TEST_MS,
  );

  it(
    'sees no certificate where none was presented, whatever a client forges (PH-06)',
    async () => {
      for (const [what, lines] of Object.entries(forgedLines(victim.leaf, proxy.toHeader))) {
        const { status, text } = await ask(proxy, undefined, asking(victim.clientId, lines));
        expect({ what, status, absent: text.includes('certificate_absent') }).toEqual({
          what,
          status: 401,
          absent: true,
        });
      }
    },
    TEST_MS,
  );

  it(
    'never takes a forged header for that of the proxy when the client strips that (PH-09)',
    async () => {
      const lines: Lines = [
        ['Connection', 'close, X-Client-Cert'],
        ['X-Client-Cert', proxy.toHeader(victim.leaf.pem)],
      ];
      const own = await ask(proxy, attacker.identity, asking(attacker.clientId, lines));
      // Some proxies strip their own header then: without it there is no certificate, and none of somebody else.
      if (own.status !== 200) expect(own.text).toContain('certificate_absent');
      else expect(claimsOf(String(own.json['access_token']))['client_id']).toBe(attacker.clientId);
      const other = await ask(proxy, attacker.identity, asking(victim.clientId, lines));
      expect(other).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
    },
    TEST_MS,
  );

  it(
    'stands what holdfast connect test --proxy sends',
    async () => {
      const { exitCode, stdout } = await connectTest(proxy);
      expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
      expect(stdout).toContain(`by the proxy ${name}`);
    },
    TEST_MS,
  );

  it(
    'is named in log and audit, with the address of the client (PH-19)',
    async () => {
      const { json } = await ask(
        proxy,
        attacker.identity,
        asking(victim.clientId, [['X-Client-Address', '192.0.2.1']]),
      );
      const [line] = await untilLogged(stand.logFileOf('token'), String(json['request_id']));
      expect(line).toMatchObject({ proxy: name, source: '127.0.0.2', reason: 'certificate_not_registered' });
      const { json: issued } = await ask(proxy, victim.identity, asking(victim.clientId));
      const { jti } = claimsOf(String(issued['access_token']));
      const { items } = await new Operator(stack).get(`audit?client=${victim.clientId}&kind=token.issued`);
      const event = (items as { detail: Record<string, unknown> }[]).find(
        ({ detail }) => detail['jti'] === jti,
      );
      expect(event?.detail).toMatchObject({ proxy: name, source: '127.0.0.2' });
    },
    TEST_MS,
  );

  it(
    'is refused without its credential (PH-02, PH-03, PH-04)',
    async () => {
      for (const host of ['token', 'orders'] as const) {
        const dial = await stand.through(proxy, host, victim.identity, false);
        const request = host === 'token' ? asking(victim.clientId) : { target: '/orders' };
        const { status, text } = await exchange(dial, request);
        expect({ host, status, told: text.includes('proxy_not_authenticated') }).toEqual({
          host,
          status: 401,
          told: true,
        });
      }
    },
    TEST_MS,
  );

  it(
    `passes the chain ${proxy.forwardsChain ? 'on' : 'not on: the intermediate must stand with the anchor'}`,
    async () => {
      const { clientId, identity } = await underIntermediate();
      const answer = await ask(proxy, identity, asking(clientId));
      expect(answer.status).toBe(proxy.forwardsChain ? 200 : 401);
    },
    TEST_MS,
  );

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(
      `gives no identity to a session of the other host, resumed without certificate: ${version} (TL-07)`,
      async () => {
        const session = await sessionFrom(proxy, version);
        const dial = await stand.through(proxy, 'token', undefined);
        const tls = { ...dial.tls, minVersion: version, maxVersion: version, ...(session && { session }) };
        const wire = await Wire.dial({ ...dial, tls });
        expect(wire.socket.isSessionReused()).toBe(false);
        expect((await wire.send(asking(victim.clientId))).text).toContain('certificate_absent');
        wire.close();
      },
      TEST_MS,
    );
  }

  it(
    'answers for the other host on a connection of one only with the certificate of that connection (TL-07)',
    async () => {
      const wire = await Wire.dial(await stand.through(proxy, 'orders', undefined));
      const { status, text } = await wire.send({
        ...asking(victim.clientId),
        headers: [...asking(victim.clientId).headers!, ['Host', HOSTS.token]],
      });
      expect(status === 421 || text.includes('certificate_absent')).toBe(true);
      wire.close();
    },
    TEST_MS,
  );
});

describe('holdfast connect test --proxy', () => {
  const [nginx] = REAL_PROXIES;
  needsProgram('nginx')(
    'finds an nginx that passes on what a client sends',
    async () => {
      const places = { ...nginx!.places, $ssl_client_escaped_cert: () => '$http_x_client_cert' };
      const { exitCode, stdout } = await connectTest({ ...nginx!, places });
      expect(exitCode).toBe(2);
      expect(stdout).toMatch(/FAILED +your certificate arrives/);
      expect(stdout).toMatch(/FAILED +a forged X-Client-Cert is not taken +TAKEN/);
    },
    TEST_MS,
  );
});

/** Runs the command as an operator would, under a name that leads to the proxy. */
async function connectTest(proxy: RealProxy): Promise<ProgramResult> {
  const { url, ca } = await stand.through(proxy, 'token');
  const directory = newDirectory('connect-test');
  const { certificateFile, privateKeyFile } = writeIdentity(attacker.identity);
  const [caFile, names] = [join(directory, 'ca.pem'), join(directory, 'names.mjs')];
  writeFileSync(caFile, ca);
  // Instead of a line in /etc/hosts.
  writeFileSync(
    names,
    `import dns from 'node:dns';
     const { lookup } = dns;
     dns.lookup = (name, ...rest) => lookup(name.endsWith('.example.com') ? '127.0.0.1' : name, ...rest);`,
  );
  const target = url.replace('127.0.0.1', HOSTS.token);
  const identity = ['--client-id', attacker.clientId, '--cert', certificateFile, '--key', privateKeyFile];
  return runProgram(
    process.execPath,
    [
      join(workspaceRoot, 'apps/cli/dist/main.js'),
      'connect',
      'test',
      target,
      '--proxy',
      ...identity,
      '--cacert',
      caFile,
    ],
    { env: { HOLDFAST_HOME: stack.home, NODE_OPTIONS: `--import=${names}` } },
  );
}

let registered: Promise<{ clientId: string; identity: Identity }> | undefined;

/** A client whose certificate an intermediate issued, which stands nowhere but in its own chain. */
function underIntermediate(): Promise<{ clientId: string; identity: Identity }> {
  registered ??= (async () => {
    const clientId = uniqueName('chained');
    const subject = `CN=${clientId},O=${partner.id},C=SE`;
    const intermediate = await partner.root.issueAuthority({ subject: `CN=${clientId} CA`, ...validNow() });
    const leaf = await issueLeaf(intermediate, subject);
    // Registered with a certificate of the root, which the stack's own listener sees at once.
    await registerClient(new Operator(stack), partner, {
      clientId,
      identity: { tls_client_auth_subject_dn: subject },
      leaf: await issueLeaf(partner.root, subject),
    });
    await delay(500);
    return { clientId, identity: toIdentity(leaf, intermediate) };
  })();
  return registered;
}

/** Everything that a client can keep of a session with the API's host. */
async function sessionFrom(proxy: RealProxy, version: SecureVersion): Promise<Buffer | undefined> {
  const dial = await stand.through(proxy, 'orders', victim.identity);
  const wire = await Wire.dial({ ...dial, tls: { ...dial.tls, minVersion: version, maxVersion: version } });
  let session: Buffer | undefined;
  wire.socket.on('session', (ticket: Buffer) => (session = ticket));
  await wire.send({ target: '/orders' });
  await delay(TICKETS_ARRIVE_MS);
  session ??= wire.socket.getSession();
  wire.close();
  return session;
}
