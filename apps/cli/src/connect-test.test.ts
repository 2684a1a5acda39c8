import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FakePlatform, VALID } from './testing/fake-platform.js';

/** Which certificate a set-up takes for the client's: DER in base64. */
type SetUp = (own: string | undefined, request: IncomingMessage) => string | undefined;

const header = (name: string) => (request: IncomingMessage) => request.headers[name] as string | undefined;
const clientCert = header('client-cert');
const withoutColons = (value: string | undefined): string | undefined => value?.replaceAll(':', '');

const SET_UPS: Readonly<Record<string, SetUp>> = {
  honest: (own) => own,
  'behind a proxy that adds its header only where there is a certificate': (own, request) =>
    own ?? withoutColons(clientCert(request)),
  'behind a proxy that passes on what a client sends': (own, request) =>
    withoutColons(clientCert(request)) ?? own,
  'behind a proxy that does not overwrite a header of its own': (own, request) =>
    header('x-edge-certificate')(request) ?? own,
  'behind a proxy that lets clients strip its header': (own, request) =>
    request.headers.connection?.includes('Client-Cert') === true ? undefined : own,
  'behind a proxy that forwards nothing': () => undefined,
};

let platform: FakePlatform;
let server: Server;
let setUp: SetUp;

beforeAll(async () => {
  platform = await FakePlatform.start();
  const leaf = await platform.authority.issue({
    subject: 'CN=localhost',
    san: { dns: ['localhost'] },
    ...VALID,
  });
  const tls = { cert: leaf.pem, key: leaf.privateKeyPem, requestCert: true, rejectUnauthorized: false };
  server = createServer(tls, (request, response) => {
    const peer = (request.socket as TLSSocket).getPeerX509Certificate();
    const taken = setUp(peer?.raw.toString('base64'), request);
    const thumbprint = taken && createHash('sha256').update(Buffer.from(taken, 'base64')).digest('base64url');
    response.end(
      JSON.stringify({ presented: taken !== undefined, via: 'tls', 'x5t#S256': thumbprint ?? null }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await platform.stop();
});

function test(name: string, ...args: readonly string[]): ReturnType<FakePlatform['run']> {
  setUp = SET_UPS[name]!;
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  const identity = ['--client-id', 'acme-orders', '--cert', 'operator.pem', '--key', 'operator.key'];
  return platform.run('connect', 'test', url, ...args, ...identity, '--cacert', 'ca.pem');
}

describe('holdfast connect test', () => {
  it('says by which way the own certificate arrives', async () => {
    const { code, stdout } = await test('honest', '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([
      { ok: true, found: expect.stringContaining('by tls') },
      { ok: true },
    ]);
  });

  it('finds nothing where no header of a client is taken', async () => {
    expect(await test('honest', '--proxy')).toMatchObject({ code: 0 });
  });

  it('takes a client that strips the header of its own proxy for safe: it only loses its certificate', async () => {
    expect(await test('behind a proxy that lets clients strip its header', '--proxy')).toMatchObject({
      code: 0,
    });
  });

  it.each([
    ['behind a proxy that adds its header only where there is a certificate', 'TAKEN alone'],
    ['behind a proxy that passes on what a client sends', 'TAKEN beside your own and alone'],
  ])('finds a set-up %s', async (name, found) => {
    const { code, stdout } = await test(name, '--proxy');
    expect(code).toBe(2);
    expect(stdout).toMatch(new RegExp(`FAILED +a forged Client-Cert is not taken +${found}`));
  });

  it('tries a header that only this proxy has, when it is named', async () => {
    const name = 'behind a proxy that does not overwrite a header of its own';
    expect(await test(name, '--proxy')).toMatchObject({ code: 0 });
    expect(await test(name, '--proxy', '--header', 'X-Edge-Certificate')).toMatchObject({ code: 2 });
  });

  it('finds a certificate that does not arrive', async () => {
    const { code, stdout } = await test('behind a proxy that forwards nothing');
    expect(code).toBe(2);
    expect(stdout).toMatch(/FAILED +your certificate arrives +no certificate/);
  });
});
