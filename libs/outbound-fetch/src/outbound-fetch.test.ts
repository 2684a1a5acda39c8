import http from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createAuthority } from '@holdfast/test-pki';
import type { RequestBody } from './exchange.js';
import { FETCH_LIMITS, OutboundFetch, type OutboundFetchOptions } from './outbound-fetch.js';
import type { OutboundRule } from './outbound-url.js';
import type { HostAddress } from './resolve-host.js';
import { Loopback } from './testing/loopback.js';

const NAME = 'crl.partner.example';
const at = (...addresses: string[]): HostAddress[] =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
const ruleFor = (port: number, ...listed: string[]): OutboundRule => ({
  schemes: ['http', 'https'],
  ports: [port],
  listedHosts: new Set(listed),
});
const MAX_BYTES = 64 * 1024;
const QUICK = { ...FETCH_LIMITS, connectMillis: 150, totalMillis: 300 };

const servers: Loopback[] = [];
const started = async (server: Promise<Loopback>): Promise<Loopback> => {
  servers.push(await server);
  return servers.at(-1)!;
};
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

/** A fetch of NAME from a server on loopback; NAME is listed unless `listed` says otherwise. */
async function fetchFrom(
  server: Loopback,
  options: OutboundFetchOptions & {
    listed?: string[];
    url?: string;
    maxBytes?: number;
    send?: RequestBody;
  } = {},
) {
  const {
    listed = [NAME],
    url = `http://${NAME}:${server.port}/ca.crl`,
    maxBytes = MAX_BYTES,
    send,
  } = options;
  const fetch = new OutboundFetch({ resolve: () => Promise.resolve(at('127.0.0.1')), ...options });
  return fetch.fetch(url, ruleFor(server.port, ...listed), {
    maxBytes,
    ...(send && { send }),
  });
}

const serving = (answer: http.RequestListener) => started(Loopback.http(answer));
const plain: http.RequestListener = (_request, response) =>
  void response.setHeader('content-type', 'application/pkix-crl').end('the list');

describe('OutboundFetch', () => {
  it('fetches the bytes of a listed host, by its name and without asking for compression', async () => {
    const server = await serving(plain);
    expect(await fetchFrom(server)).toEqual({
      fetched: true,
      body: Buffer.from('the list'),
      contentType: 'application/pkix-crl',
    });
    expect(server.requests).toEqual([
      { path: '/ca.crl', host: `${NAME}:${server.port}`, encoding: 'identity' },
    ]);
  });

  it('sends a body with POST, with its type and length and through the same guard', async () => {
    const got: unknown[] = [];
    const server = await serving((request, response) => {
      const { method, headers } = request;
      request.on('data', (chunk: Buffer) =>
        got.push(method, headers['content-type'], headers['content-length'], chunk.toString()),
      );
      request.on('end', () => response.end('the answer'));
    });
    const send = { contentType: 'application/ocsp-request', octets: Buffer.from('the question') };
    expect(await fetchFrom(server, { send })).toMatchObject({ body: Buffer.from('the answer') });
    expect(got).toEqual(['POST', 'application/ocsp-request', '12', 'the question']);
    expect(await fetchFrom(server, { send, listed: [] })).toMatchObject({ fetched: false });
    expect(server.connections).toBe(1);
  });

  it.each([
    ['127.0.0.1'],
    ['::1'],
    ['::ffff:127.0.0.1'],
    ['10.0.0.1'],
    ['169.254.169.254'],
    ['8.8.8.8', '127.0.0.1'],
    ['127.0.0.1', '8.8.8.8'],
  ])('never connects to a public-looking name at %s %s (SS-04)', async (...addresses) => {
    const server = await serving(plain);
    const outcome = await fetchFrom(server, { resolve: () => Promise.resolve(at(...addresses)), listed: [] });
    expect(outcome).toMatchObject({ fetched: false, refusal: 'address_not_public' });
    expect(server.connections).toBe(0);
  });

  it('never connects to a literal address that is not listed, and resolves nothing for it (SS-02)', async () => {
    const server = await serving(plain);
    let resolved = 0;
    const resolve = () => Promise.resolve(at('127.0.0.1')).finally(() => (resolved += 1));
    const url = `http://127.0.0.1:${server.port}/`;
    expect(await fetchFrom(server, { url, resolve })).toMatchObject({ refusal: 'address_not_public' });
    expect([server.connections, resolved]).toEqual([0, 0]);
    expect(await fetchFrom(server, { url, resolve, listed: ['127.0.0.1'] })).toMatchObject({ fetched: true });
    expect([server.connections, resolved]).toEqual([1, 0]);
  });

  it('connects in 50 rounds only to the address that was vetted, whatever the name resolves to next (SS-05)', async () => {
    const vetted = await serving(plain);
    const rebound = await started(Loopback.http(plain, '127.0.0.2', vetted.port));
    for (let round = 0; round < 50; round += 1) {
      const answers = [at('127.0.0.1'), at('127.0.0.2'), at('127.0.0.2')];
      const outcome = await fetchFrom(vetted, { resolve: () => Promise.resolve(answers.shift()!) });
      expect(outcome.fetched).toBe(true);
      expect(answers).toHaveLength(2);
    }
    expect([vetted.connections, rebound.connections]).toEqual([50, 0]);
  });

  it.each([301, 302, 303, 307, 308])('does not follow a %d (SS-07)', async (status) => {
    const target = await serving(plain);
    const location = `http://127.0.0.1:${target.port}/`;
    const server = await serving((_request, response) => void response.writeHead(status, { location }).end());
    expect(await fetchFrom(server)).toEqual({
      fetched: false,
      refusal: 'redirected',
      detail: `status ${status}`,
    });
    expect(target.connections).toBe(0);
  });

  it.each([204, 206, 304, 404, 500])('takes nothing from a status %d but 200', async (status) => {
    const server = await serving((_request, response) => void response.writeHead(status).end());
    expect(await fetchFrom(server)).toMatchObject({ fetched: false, detail: `status ${status}` });
  });

  it('never connects where the address itself is refused (SS-12)', async () => {
    const server = await serving(plain);
    const fetch = new OutboundFetch({ resolve: () => Promise.resolve(at('127.0.0.1')) });
    const rule = { ...ruleFor(80), listedHosts: new Set([NAME]) };
    expect(await fetch.fetch(`http://${NAME}:${server.port}/`, rule, { maxBytes: MAX_BYTES })).toMatchObject({
      refusal: 'port_not_allowed',
    });
    expect(server.connections).toBe(0);
  });

  it('uses no proxy of the environment (SS-18)', async () => {
    const proxy = await serving(plain);
    const server = await serving(plain);
    const restore = http.setGlobalProxyFromEnv({
      http_proxy: `http://127.0.0.1:${proxy.port}`,
      https_proxy: `http://127.0.0.1:${proxy.port}`,
    });
    try {
      // Else this proves nothing: Node's own agent does use it.
      await new Promise((resolve) => http.get(`http://${NAME}/`, (response) => resolve(response.resume())));
      expect(proxy.connections).toBe(1);
      expect(await fetchFrom(server)).toMatchObject({ fetched: true });
    } finally {
      restore();
    }
    expect([server.connections, proxy.connections]).toEqual([1, 1]);
  });
});

describe('OutboundFetch, with a server that means harm (SS-15)', () => {
  it('stops reading at the limit, whether or not the length is announced', async () => {
    const flood: http.RequestListener = (_request, response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    };
    const server = await serving(flood);
    const before = process.memoryUsage().rss;
    expect(await fetchFrom(server, { maxBytes: 1024 * 1024 })).toMatchObject({ refusal: 'body_too_large' });
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    const announced = await serving((_request, response) => {
      response.writeHead(200, { 'content-length': 10_000_000 }).write('x');
    });
    expect(await fetchFrom(announced)).toMatchObject({ refusal: 'body_too_large' });
  });

  it('takes a body of exactly the limit', async () => {
    const server = await serving((_request, response) => void response.end(Buffer.alloc(1_000)));
    expect(await fetchFrom(server, { maxBytes: 1_000 })).toMatchObject({ fetched: true });
    expect(await fetchFrom(server, { maxBytes: 999 })).toMatchObject({ refusal: 'body_too_large' });
  });

  it('ends a body that comes one byte at a time', async () => {
    const server = await serving((_request, response) => {
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const begun = performance.now();
    expect(await fetchFrom(server, { limits: QUICK })).toMatchObject({ refusal: 'timed_out' });
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  it('ends a server that accepts and says nothing, also in the TLS handshake', async () => {
    const server = await started(Loopback.raw(() => undefined));
    expect(await fetchFrom(server, { limits: QUICK })).toMatchObject({
      refusal: 'timed_out',
      detail: '300 ms in total',
    });
    const url = `https://${NAME}:${server.port}/`;
    expect(await fetchFrom(server, { limits: QUICK, url })).toMatchObject({
      refusal: 'timed_out',
      detail: '150 ms connecting',
    });
  });

  it('ends a resolver that does not answer, and says when a name has no address', async () => {
    const server = await serving(plain);
    const never = () => new Promise<never>(() => undefined);
    expect(await fetchFrom(server, { limits: QUICK, resolve: never })).toMatchObject({
      refusal: 'timed_out',
      detail: '150 ms connecting',
    });
    const unknown = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    expect(await fetchFrom(server, { resolve: unknown })).toMatchObject({ detail: 'ENOTFOUND' });
    expect(await fetchFrom(server, { resolve: () => Promise.resolve([]) })).toMatchObject({
      refusal: 'host_unresolved',
    });
    expect(server.connections).toBe(0);
  });

  it.each(['gzip', 'br', Array(5_000).fill('gzip').join(',').slice(0, 12_000)])(
    'decompresses nothing: content-encoding %.20s',
    async (encoding) => {
      const bomb = gzipSync(Buffer.alloc(1_000_000));
      const server = await serving(
        (_request, response) => void response.writeHead(200, { 'content-encoding': encoding }).end(bomb),
      );
      expect(await fetchFrom(server)).toMatchObject({ refusal: 'content_encoded' });
    },
  );

  it('ends a header without an end, and what is not HTTP', async () => {
    const endless = await started(
      Loopback.raw((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const more = (): void => {
          while (!socket.destroyed && socket.write(`x-${'a'.repeat(100)}: b\r\n`));
        };
        socket.on('drain', more);
        more();
      }),
    );
    expect(await fetchFrom(endless)).toMatchObject({ refusal: 'answer_malformed' });
    const ssh = await started(Loopback.raw((socket) => void socket.end('SSH-2.0-OpenSSH_9\r\n')));
    expect(await fetchFrom(ssh)).toMatchObject({ refusal: 'answer_malformed' });
  });

  it('takes no part for the whole when the server hangs up', async () => {
    const server = await serving((_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half');
      setTimeout(() => response.destroy(), 20);
    });
    expect(await fetchFrom(server)).toMatchObject({ refusal: 'connection_failed' });
  });

  it('ends the connection at once when it takes nothing from an answer', async () => {
    const server = await serving(
      (_request, response) => void response.writeHead(404).write('and more to come'),
    );
    expect(await fetchFrom(server)).toMatchObject({ refusal: 'status_not_ok' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.sockets.map(({ destroyed }) => destroyed)).toEqual([true]);
  });

  it('says that nobody listens', async () => {
    const server = await Loopback.http(plain);
    const url = `http://${NAME}:${server.port}/`;
    const { port } = server;
    await server.stop();
    const fetch = new OutboundFetch({ resolve: () => Promise.resolve(at('127.0.0.1')) });
    expect(await fetch.fetch(url, ruleFor(port, NAME), { maxBytes: 10 })).toMatchObject({
      detail: 'ECONNREFUSED',
    });
  });
});

describe('OutboundFetch over TLS', () => {
  it('proves the name that was asked for, not the address', async () => {
    const time = { notBefore: new Date('2020-01-01'), notAfter: new Date('2100-01-01') };
    const authority = await createAuthority({ subject: 'CN=Test CA', ...time });
    const { pem, privateKeyPem } = await authority.issue({
      subject: 'CN=server',
      san: { dns: [NAME] },
      extendedKeyUsage: ['serverAuth'],
      ...time,
    });
    const server = await started(Loopback.https({ cert: pem, key: privateKeyPem }, plain));
    const url = `https://${NAME}:${server.port}/`;
    const authorities = authority.pem;
    expect(await fetchFrom(server, { url, authorities })).toMatchObject({ fetched: true });
    expect(server.names).toEqual([NAME]);
    const other = `https://other.example:${server.port}/`;
    expect(await fetchFrom(server, { url: other, authorities, listed: ['other.example'] })).toMatchObject({
      refusal: 'connection_failed',
      detail: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect(await fetchFrom(server, { url })).toMatchObject({ refusal: 'connection_failed' });
  });
});
