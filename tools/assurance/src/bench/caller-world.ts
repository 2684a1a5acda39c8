import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { createSelfSigned, type IssuedCertificate } from '@holdfast/test-pki';

export const ISSUER = 'https://as.example';
export const AUDIENCE = 'https://api.example';
const HOST = 'localhost';
const VALID = { notBefore: new Date('2020-01-01'), notAfter: new Date('2100-01-01') };
/** Longer than the measurement. */
const TOKEN_SECONDS = 24 * 3_600;

/** An issuer with its keys, a server certificate, and a client with a certificate and tokens that are bound to it. */
export class CallerWorld {
  readonly directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  /** The public key of the issuer. */
  readonly jwk: Readonly<Record<string, unknown>>;
  private readonly key: KeyObject;
  private made = 0;

  private constructor(
    readonly server: IssuedCertificate,
    private readonly client: IssuedCertificate,
  ) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.key = privateKey;
    this.jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256', use: 'sig' };
    mkdirSync(join(this.directory, 'log'));
    this.write('server.pem', server.pem);
    this.write('server.key.pem', server.privateKeyPem);
  }

  static async make(): Promise<CallerWorld> {
    return new CallerWorld(
      await createSelfSigned({ subject: `CN=${HOST}`, san: { dns: [HOST] }, ...VALID }),
      await createSelfSigned({ subject: 'CN=client', extendedKeyUsage: ['clientAuth'], ...VALID }),
    );
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  write(name: string, content: string): string {
    writeFileSync(this.path(name), content, { mode: 0o600 });
    return this.path(name);
  }

  /** How the client, or with `anonymous` somebody without a certificate, connects. No session is ever resumed. */
  dial(port: number, anonymous = false): ConnectionOptions {
    const { server, client } = this;
    const own = anonymous ? {} : { cert: client.pem, key: client.privateKeyPem };
    return { host: '127.0.0.1', port, servername: HOST, ca: server.pem, ...own };
  }

  /** A new access token of the client (RFC 9068), bound to its certificate (RFC 8705 §3.1). */
  token(): string {
    this.made += 1;
    const now = Math.floor(Date.now() / 1_000);
    const claims = {
      iss: ISSUER,
      aud: AUDIENCE,
      sub: 'client',
      client_id: 'client',
      scope: 'orders:read',
      iat: now,
      exp: now + TOKEN_SECONDS,
      jti: `${this.made}`,
      cnf: { 'x5t#S256': createHash('sha256').update(this.client.der).digest('base64url') },
    };
    const signed = `${encode({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: this.key, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }

  /** The octets of a call of the protected API. */
  request(token: string): Buffer {
    return Buffer.from(
      `GET /orders HTTP/1.1\r\nHost: ${HOST}\r\nAccept: application/json\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
  }

  /** Serves the keys of the issuer; its authority is the server certificate itself. */
  async publishKeys(): Promise<{ readonly url: string; readonly server: Server }> {
    const { pem, privateKeyPem } = this.server;
    const body = JSON.stringify({ keys: [this.jwk] });
    const server = createServer({ cert: pem, key: privateKeyPem }, (_request, response) => {
      response.setHeader('content-type', 'application/json').end(body);
    });
    await new Promise<void>((resolve) => void server.listen(0, HOST, resolve));
    return { url: `https://${HOST}:${(server.address() as AddressInfo).port}/jwks`, server };
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
