import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { pino } from 'pino';
import { fromRequest, mutualTlsOptions } from '@holdfast/certificate-source';
import { createSelfSigned, type IssuedCertificate } from '@holdfast/test-pki';
import { thumbprintOf } from '@holdfast/token-binding';
import { readProxyListening } from './proxy-listener.js';
import { serve, type Served } from './serve.js';
import { Refusals } from './testing/refusals.js';

const LONG = { notBefore: new Date('2020-01-01'), notAfter: new Date('2100-01-01') };

@Controller()
class WhoAmI {
  @Get('who')
  who(@Req() request: FastifyRequest): object {
    const presented = fromRequest(request);
    return { thumbprint: presented === undefined ? null : thumbprintOf(presented.leaf) };
  }
}

@Module({ controllers: [WhoAmI] })
class WhoModule {}

const directory = mkdtempSync(join(tmpdir(), 'holdfast-proxy-listener-'));
const path = (name: string): string => join(directory, name);
let served: Served;
let proxy: IssuedCertificate;
let partner: IssuedCertificate;

beforeAll(async () => {
  const server = await createSelfSigned({ subject: 'CN=localhost', ...LONG });
  proxy = await createSelfSigned({ subject: 'CN=edge', extendedKeyUsage: ['clientAuth'], ...LONG });
  partner = await createSelfSigned({ subject: 'CN=partner', extendedKeyUsage: ['clientAuth'], ...LONG });
  const files = { certificateFile: path('server.pem'), privateKeyFile: path('server.key.pem') };
  writeFileSync(files.certificateFile, server.pem);
  writeFileSync(files.privateKeyFile, server.privateKeyPem, { mode: 0o600 });
  const edge = {
    name: 'edge',
    addresses: ['127.0.0.1'],
    certificate: { thumbprints: [thumbprintOf(proxy.der)] },
    format: 'rfc9440',
    certificateHeader: 'Client-Cert',
    proxyValidates: false,
  };
  writeFileSync(path('proxies.json'), JSON.stringify({ proxies: [edge] }));
  served = await serve({
    module: WhoModule,
    tls: mutualTlsOptions(),
    files,
    host: '127.0.0.1',
    port: 0,
    behindProxies: { ...readProxyListening({ PROXY_PORT: 1, PROXIES_FILE: path('proxies.json') })!, port: 0 },
    bodies: 'none',
    methods: [],
    filter: () => new Refusals(),
    logger: pino({ level: 'silent' }),
  });
});

afterAll(async () => {
  await served.stop();
  rmSync(directory, { recursive: true });
});

const item = ({ der }: IssuedCertificate): string => `:${Buffer.from(der).toString('base64')}:`;

interface Answer {
  readonly status: number | undefined;
  readonly body: unknown;
}

/** Asks the ordinary listener, or the one for proxies. */
function ask(
  listener: 'direct' | 'proxies',
  as: IssuedCertificate | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { server } = listener === 'direct' ? served : served.forProxies[0]!;
  const { port } = server.address() as AddressInfo;
  const identity = as === undefined ? {} : { cert: as.pem, key: as.privateKeyPem };
  const options = { host: '127.0.0.1', port, path: '/who', agent: false, rejectUnauthorized: false };
  return new Promise((resolve, reject) => {
    httpsRequest({ ...options, ...identity, headers }, async (response) => {
      let text = '';
      for await (const chunk of response) text += String(chunk);
      resolve({ status: response.statusCode, body: JSON.parse(text) as unknown });
    })
      .once('error', reject)
      .end();
  });
}

describe('a listener for proxies', () => {
  it('serves the certificate that an authenticated proxy forwards, and not its own', async () => {
    const answer = await ask('proxies', proxy, { 'Client-Cert': item(partner) });
    expect(answer).toEqual({ status: 200, body: { thumbprint: thumbprintOf(partner.der) } });
    expect(await ask('proxies', proxy)).toEqual({ status: 200, body: { thumbprint: null } });
  });

  it('refuses everybody else, whatever they forward (PH-02)', async () => {
    const refused = { status: 401, body: { reason: 'proxy_not_authenticated' } };
    expect(await ask('proxies', undefined, { 'Client-Cert': item(partner) })).toEqual(refused);
    expect(await ask('proxies', partner, { 'Client-Cert': item(partner) })).toEqual(refused);
  });

  it('leaves the ordinary listener as it is: headers mean nothing there (PH-01)', async () => {
    const own = { status: 200, body: { thumbprint: thumbprintOf(proxy.der) } };
    expect(await ask('direct', proxy, { 'Client-Cert': item(partner) })).toEqual(own);
  });

  it.each<[string, Readonly<Record<string, string>>, number]>([
    [
      'too many header lines',
      Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`x-${i}`, 'x'])),
      431,
    ],
    ['too large a header', { 'Client-Cert': 'x'.repeat(17 * 1_024) }, 431],
    ['a content coding', { 'Content-Encoding': 'gzip' }, 415],
  ])('has the bounds of every listener: %s', async (_name, headers, status) => {
    expect(await ask('proxies', proxy, headers)).toMatchObject({ status });
  });

  it('is given its complete TLS options again when the server certificate is renewed', () => {
    expect(served.forProxies.map(({ options }) => options)).toEqual([served.options]);
  });
});

describe('readProxyListening', () => {
  it('is off by default', () => expect(readProxyListening({})).toBeUndefined());

  it.each([
    ['a port without proxies', { PROXY_PORT: 7412 }, /set both, or neither/],
    ['proxies without a port', { PROXIES_FILE: 'proxies.json' }, /set both, or neither/],
    [
      'a file that is not there',
      { PROXY_PORT: 7412, PROXIES_FILE: path('none') },
      /PROXIES_FILE: cannot be read/,
    ],
  ])('refuses %s', (_name, config, problem) => {
    expect(() => readProxyListening(config)).toThrow(problem);
  });
});
