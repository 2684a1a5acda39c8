import { execFile } from 'node:child_process';
import { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthority, createSelfSigned, type IssuedCertificate } from '@holdfast/test-pki';
import { explainConnectionFailure } from './connection-failure.js';
import type { TlsFailure } from './errors.js';
import type { PartnerClientOptions } from './options.js';
import { PartnerWorld, VALID } from './testing/partner-world.js';

let world: PartnerWorld;
let tokenEndpoint: string;
let own: IssuedCertificate;

beforeAll(async () => {
  world = await PartnerWorld.start();
  tokenEndpoint = await world.tokenService();
  own = await createSelfSigned({ subject: 'CN=own', ...VALID });
});
beforeEach(() => {
  world.reset();
  world.install(own);
});
afterAll(() => world.stop());

async function failureOf(options: Partial<PartnerClientOptions>): Promise<TlsFailure> {
  try {
    await world.client({ tokenEndpoint, ...options }).getToken();
  } catch (error) {
    return error as TlsFailure;
  }
  throw new Error('a token came');
}

describe('a server that is not the right one gets no request', () => {
  it('refuses one whose certificate is for another name', async () => {
    const identity = await world.serverCertificate({ san: { dns: ['other.example'] } });
    const failure = await failureOf({ tokenEndpoint: await world.tokenService(identity) });
    expect(failure).toMatchObject({ name: 'TlsFailure', code: 'server_name_wrong' });
    expect(failure.message).toContain('is for another name');
    expect(world.tokenRequests).toEqual([]);
  });

  it('refuses one of an authority that is not given', async () => {
    const other = await createAuthority({ subject: 'CN=Other CA', ...VALID });
    const failure = await failureOf({ ca: other.pem });
    expect(failure).toMatchObject({ code: 'server_untrusted' });
    expect(failure.message).toContain('does not come from an authority in the `ca` that is given');
    expect(failure.remedy).toContain('`ca`');
    expect(world.tokenRequests).toEqual([]);
  });

  it('refuses one of an authority of the same name with another key', async () => {
    const namesake = await createAuthority({ subject: 'CN=Server CA', ...VALID });
    expect(await failureOf({ ca: namesake.pem })).toMatchObject({ code: 'server_untrusted' });
  });

  it('refuses a private authority where none is given', async () => {
    const { certificate, privateKey } = { certificate: own.pem, privateKey: own.privateKeyPem };
    const files = { certificateFile: undefined, privateKeyFile: undefined, ca: undefined };
    const options = Object.fromEntries(
      Object.entries({ ...files, certificate, privateKey }),
    ) as Partial<PartnerClientOptions>;
    const failure = await failureOf(options);
    expect(failure).toMatchObject({ code: 'server_untrusted' });
    expect(failure.message).toContain('the list of public authorities');
  });

  it('refuses it also where the environment switches the check off (NODE_TLS_REJECT_UNAUTHORIZED=0)', async () => {
    const other = await createAuthority({ subject: 'CN=Other CA', ...VALID });
    const { certificateFile, privateKeyFile } = world;
    const options = { tokenEndpoint, clientId: 'c', certificateFile, privateKeyFile, ca: other.pem };
    // A process of its own: Node reads the variable from the real environment, which is not that of a test.
    const script = `
      const { createPartnerClient } = await import('@holdfast/partner-client');
      const client = createPartnerClient(JSON.parse(process.argv[1]));
      await client.getToken().then(() => console.log('a token came'), ({ code }) => console.log(code));
      client.close();`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', script, JSON.stringify(options)],
      { cwd: import.meta.dirname, env: { PATH: process.env['PATH'], NODE_TLS_REJECT_UNAUTHORIZED: '0' } },
    );
    expect(stdout.trim()).toBe('server_untrusted');
    expect(world.tokenRequests).toEqual([]);
  });

  it.each([
    [
      'has expired',
      'server_certificate_expired',
      { notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') },
    ],
    [
      'is not valid yet',
      'server_certificate_not_yet_valid',
      { notBefore: new Date('2099-01-01'), notAfter: new Date('2100-01-01') },
    ],
  ])('refuses one whose certificate %s', async (_name, code, dates) => {
    const identity = await world.serverCertificate(dates);
    expect(await failureOf({ tokenEndpoint: await world.tokenService(identity) })).toMatchObject({ code });
  });
});

describe('what stands in the way is told in words', () => {
  it('nothing listens', async () => {
    const server = createTcpServer();
    await once(server.listen(0, 'localhost'), 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const failure = await failureOf({ tokenEndpoint: `https://localhost:${port}/token` });
    expect(failure).toMatchObject({ code: 'connection_refused' });
    expect(failure.message).toContain(`Nothing listens at localhost:${port}.`);
  });

  it.each([
    ['not_tls', (socket: { end(text: string): void }) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['connection_closed', (socket: { destroy(): void }) => socket.destroy()],
  ])('%s', async (code, answer) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => answer(socket));
    });
    await once(server.listen(0, 'localhost'), 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      expect(await failureOf({ tokenEndpoint: `https://localhost:${port}/token` })).toMatchObject({ code });
    } finally {
      server.close();
    }
  });

  it('the server accepts certificates of another authority only', async () => {
    const server = await world.serverCertificate();
    const other = await createAuthority({ subject: 'CN=Clients CA', ...VALID });
    const tls = { cert: server.pem, key: server.privateKeyPem, ca: other.pem };
    const strict = createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: true });
    strict.on('tlsClientError', () => undefined);
    await once(strict.listen(0, 'localhost'), 'listening');
    const { port } = strict.address() as AddressInfo;
    try {
      const failure = await failureOf({ tokenEndpoint: `https://localhost:${port}/token` });
      // Node ends the connection without an alert; OpenSSL's own servers send one.
      expect(['client_certificate_refused', 'connection_closed']).toContain(failure.code);
    } finally {
      strict.close();
    }
  });

  it.each([
    ['116', 'client_certificate_asked_for', 'wants a client certificate'],
    ['45', 'client_certificate_refused', 'refuses our client certificate'],
    ['70', 'tls_version_refused', 'no version of TLS in common'],
    ['40', 'unknown', 'handshake failure'],
  ])('alert %s of a server is %s (RFC 8446 §6.2)', (number, code, says) => {
    const error = new Error(
      `80:error:0A000410:SSL routines:ssl3_read_bytes:ssl/tls alert handshake failure:../ssl/record/rec_layer_s3.c:916:SSL alert number ${number}`,
    );
    const failure = explainConnectionFailure(error, 'as.example:443', 'a list');
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(says);
  });

  it('the certificate and the key do not fit', async () => {
    const other = await createSelfSigned({ subject: 'CN=other', ...VALID });
    world.install({ pem: own.pem, privateKeyPem: other.privateKeyPem });
    expect(await failureOf({})).toMatchObject({ code: 'key_does_not_fit' });
  });

  it.each([
    ['a missing file', 'file_unreadable', () => ({ certificateFile: '/nowhere/client.pem' })],
    [
      'a certificate that is none',
      'certificate_unreadable',
      () => ({ certificateFile: world.privateKeyFile }),
    ],
    ['a key that is none', 'key_unreadable', () => ({ privateKeyFile: world.certificateFile })],
  ])('%s', async (_name, code, options) => {
    expect(await failureOf(options())).toMatchObject({ code });
  });

  it('an encrypted key, and how to decrypt it', async () => {
    const privateKeyPem = KeyObject.from(own.keys.privateKey)
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
      .toString();
    world.install({ pem: own.pem, privateKeyPem });
    const failure = await failureOf({});
    expect(failure).toMatchObject({ code: 'key_encrypted' });
    expect(failure.remedy).toContain('openssl pkey -in');
  });
});
