import { once } from 'node:events';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
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

  it('follows no redirect (RFC 8725 §3.10)', async () => {
    const asked: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      asked.push(request.url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect((await systemPorts({ ca: root.pem }).fetch(url, GET)).status).toBe(302);
    expect(asked).toEqual(['/']);
  });

  it('reads 256 KiB at most', async () => {
    const url = await serve((_request, response) => void response.end(Buffer.alloc(256 * 1_024 + 1)));
    await expect(systemPorts({ ca: root.pem }).fetch(url, GET)).rejects.toThrow(/longer than/);
  });

  it('rejects when the answer breaks off', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{');
      setImmediate(() => response.destroy());
    });
    await expect(systemPorts({ ca: root.pem }).fetch(url, GET)).rejects.toThrow();
  });

  it('gives up after three seconds', async () => {
    const url = await serve(() => undefined);
    await expect(systemPorts({ ca: root.pem }).fetch(url, GET)).rejects.toThrow(/timeout|aborted/);
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
