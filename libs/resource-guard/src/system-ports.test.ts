import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, type Authority, type IssuedCertificate } from '@holdfast/test-pki';
import { systemPorts } from './index.js';

const LONG = { notBefore: new Date('2020-01-01'), notAfter: new Date('2100-01-01') };
const GET = { method: 'GET', headers: {} } as const;

let root: Authority;
let identity: IssuedCertificate;
let server: Server;

beforeAll(async () => {
  root = await createAuthority({ subject: 'CN=root', ...LONG });
  identity = await root.issue({ subject: 'CN=localhost', san: { dns: ['localhost'] }, ...LONG });
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function serve(listener: RequestListener, options: ServerOptions = {}): Promise<string> {
  server = createServer({ cert: identity.pem, key: identity.privateKeyPem, ...options }, listener);
  await once(server.listen(0, 'localhost'), 'listening');
  return `https://localhost:${(server.address() as AddressInfo).port}/`;
}

describe('systemPorts', () => {
  it('fetches JSON from a server that the given authority vouches for', async () => {
    const url = await serve((_request, response) => void response.end('{"keys":[]}'));
    const response = await systemPorts({ ca: root.pem }).fetch(url, GET);
    expect([response.status, await response.json()]).toEqual([200, { keys: [] }]);
  });

  it('trusts nobody else: not without that authority, not under another name (TL-21)', async () => {
    const url = await serve((_request, response) => void response.end('{}'));
    await expect(systemPorts().fetch(url, GET)).rejects.toThrow(/certificate/);
    await expect(
      systemPorts({ ca: root.pem }).fetch(url.replace('localhost', '127.0.0.1'), GET),
    ).rejects.toThrow(/altnames/);
  });

  it('refuses plain http (TV-33)', async () => {
    const url = await serve(() => undefined);
    await expect(systemPorts().fetch(url.replace('https', 'http'), GET)).rejects.toThrow(/https/);
  });

  it.each([301, 302, 303, 307, 308])('follows no redirect: %d (RFC 8725 §3.10; SS-07)', async (status) => {
    const asked: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      asked.push(request.url);
      response.writeHead(status, { location: '/elsewhere' }).end();
    });
    expect((await systemPorts({ ca: root.pem }).fetch(url, GET)).status).toBe(status);
    expect(asked).toEqual(['/']);
  });

  it('reads 256 KiB at most, and closes the connection (SS-15)', async () => {
    const ended = Promise.withResolvers<void>();
    const url = await serve((_request, response) => {
      response.on('close', ended.resolve);
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1_024)));
      };
      response.on('drain', more);
      more();
    });
    await expect(systemPorts({ ca: root.pem }).fetch(url, GET)).rejects.toThrow(/longer than/);
    await ended.promise;
  });

  it('reads 16 KiB of headers at most (SS-15)', async () => {
    const url = await serve(
      (_request, response) => void response.writeHead(200, { 'x-long': 'a'.repeat(17 * 1_024) }).end('{}'),
    );
    await expect(systemPorts({ ca: root.pem }).fetch(url, GET)).rejects.toThrow(/overflow/i);
  });

  it.each(['gzip', 'br', Array(2_000).fill('gzip').join(', ')])(
    'asks for no compression, and decompresses nothing: %.20s (SS-15)',
    async (encoding) => {
      const asked: unknown[] = [];
      const url = await serve((request, response) => {
        asked.push(request.headers['accept-encoding']);
        response.writeHead(200, { 'content-encoding': encoding }).end(gzipSync(Buffer.alloc(10_000_000)));
      });
      await expect(systemPorts({ ca: root.pem }).fetch(url, GET)).rejects.toThrow(/encoded/);
      expect(asked).toEqual(['identity']);
    },
  );

  it('rejects when the answer breaks off', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{');
      setImmediate(() => response.destroy());
    });
    await expect(systemPorts({ ca: root.pem }).fetch(url, GET)).rejects.toThrow();
  });

  it.each<[what: string, listener: RequestListener]>([
    ['a server that says nothing', () => undefined],
    [
      'a body that comes an octet at a time',
      (_request, response) => {
        const timer = setInterval(() => response.write(' '), 200);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ])('gives up on %s after three seconds in all (SS-15)', async (_what, listener) => {
    const url = await serve(listener);
    const begun = performance.now();
    await expect(systemPorts({ ca: root.pem }).fetch(url, GET)).rejects.toThrow(/timeout|aborted/);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  it('asks the issuer itself, and trusts nobody more, whatever the environment says (SS-18; ASVS 12.3.2)', async () => {
    let asked = 0;
    const url = await serve((_request, response) => {
      asked += 1;
      response.end('{}');
    });
    // A process of its own: Node reads these from the real environment, which is not that of a test.
    const script = `
      const { systemPorts } = await import('@holdfast/resource-guard');
      for (const tls of [{ ca: process.argv[2] }, { rejectUnauthorized: false }])
        await systemPorts(tls).fetch(process.argv[1], { method: 'GET', headers: {} })
          .then(({ status }) => console.log(status), ({ code }) => console.log(code));`;
    const nobody = 'http://127.0.0.1:9';
    const env = {
      PATH: process.env['PATH'],
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      NODE_USE_ENV_PROXY: '1',
      HTTPS_PROXY: nobody,
      https_proxy: nobody,
    };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', script, url, root.pem],
      { cwd: import.meta.dirname, env },
    );
    expect(stdout.trim().split('\n')).toEqual(['200', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE']);
    expect(asked).toBe(1);
  });

  it("presents this API's own certificate, and posts the body, for introspection (RFC 7662 §2.1, RFC 8705 §2)", async () => {
    const own = await root.issue({ subject: 'CN=orders-api', ...LONG });
    const url = await serve(
      async (request, response) => {
        let body = '';
        for await (const chunk of request) body += String(chunk);
        const certificate = (request.socket as TLSSocket).getPeerX509Certificate();
        response.end(JSON.stringify({ body, subject: certificate?.subject }));
      },
      { requestCert: true, ca: root.pem },
    );
    const { fetch } = systemPorts({ ca: root.pem, cert: own.pem, key: own.privateKeyPem });
    const response = await fetch(url, { method: 'POST', headers: {}, body: 'token=x' });
    expect(await response.json()).toEqual({ body: 'token=x', subject: 'CN=orders-api' });
  });
});
