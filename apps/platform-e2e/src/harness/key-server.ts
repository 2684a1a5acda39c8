import { createPublicKey, X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { IssuedCertificate } from '@holdfast/test-pki';
import { makeRoot, validNow } from './identity.js';
import { newDirectory } from './run-directory.js';

/** A partner's https server for its JWK Set, on this machine, with a certificate of an authority of its own. */
export class KeyServer {
  static async listen(): Promise<KeyServer> {
    const authority = await makeRoot('CN=Public CA of a test');
    const own = await authority.issue({ subject: 'CN=keys', san: { ip: ['127.0.0.1'] }, ...validNow() });
    const authorityFile = join(newDirectory('keys'), 'public-ca.pem');
    writeFileSync(authorityFile, authority.pem);
    const server = new KeyServer(own, authorityFile);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', () => resolve()));
    return server;
  }

  requests = 0;
  #body: string | undefined;
  readonly #server: Server;

  private constructor(
    own: IssuedCertificate,
    /** PEM of the authority: whoever fetches has to trust it. */
    readonly authorityFile: string,
  ) {
    this.#server = createServer({ cert: own.pem, key: own.privateKeyPem }, (_request, response) => {
      this.requests += 1;
      if (this.#body === undefined) response.writeHead(503).end();
      else response.setHeader('content-type', 'application/jwk-set+json').end(this.#body);
    });
  }

  /** Host and port, as the configuration lists it. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `https://${this.host}/jwks.json`;
  }

  publish(...certificates: readonly IssuedCertificate[]): void {
    this.#body = JSON.stringify({ keys: certificates.map(toKey) });
  }

  /** From now on it answers 503. */
  fail(): void {
    this.#body = undefined;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

/** RFC 7517 §4: the public key, with its certificate in x5c. */
function toKey({ der }: IssuedCertificate, index: number): object {
  const spki = new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' });
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ format: 'jwk' });
  return { ...key, kid: `key-${index}`, use: 'sig', x5c: [Buffer.from(der).toString('base64')] };
}
