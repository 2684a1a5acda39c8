import { writeFileSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import type { IssuedCertificate } from '@holdfast/test-pki';
import { newDirectory } from './run-directory.js';
import { runProgram } from './run-program.js';

/** What OpenSSL's index of an authority says about a certificate. */
export type OpenSslStatus = 'V' | 'R';

/**
 * A responder on this machine that is not ours: each question is answered by `openssl ocsp`, from an index of its own (the
 * program's own server would listen on every address).
 */
export class OcspServer {
  static async listen(): Promise<OcspServer> {
    const server = new OcspServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', () => resolve()));
    return server;
  }

  /** Method and content type of what was asked. */
  readonly requests: string[] = [];
  isDown = false;
  readonly #directory = newDirectory('ocsp');
  #files: readonly string[] = [];
  readonly #server: Server = createServer((request, response) => {
    this.requests.push(`${request.method} ${request.headers['content-type']}`);
    if (this.isDown) response.writeHead(503).end();
    else
      this.#answer(request).then(
        (body) => response.setHeader('content-type', 'application/ocsp-response').end(body),
        () => response.writeHead(500).end(),
      );
  });

  /** Host and port, as the configuration lists it. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on `authority` says this about the certificate, signed by `signer`. */
  say(
    authority: IssuedCertificate,
    certificate: IssuedCertificate,
    status: OpenSslStatus,
    signer = authority,
  ): void {
    const file = (name: string, content: string): string => {
      const path = join(this.#directory, name);
      writeFileSync(path, content, { mode: 0o600 });
      return path;
    };
    const { serialNumber } = new X509Certificate(certificate.der);
    const revoked = status === 'R' ? opensslTime(new Date(Date.now() - 60_000)) : '';
    const ends = opensslTime(new Date(Date.now() + 86_400_000));
    const fields = [status, ends, revoked, serialNumber, 'unknown', '/CN=x'];
    this.#files = [
      ...['-index', file('index.txt', `${fields.join('\t')}\n`)],
      ...['-CA', file('ca.pem', authority.pem), '-rsigner', file('signer.pem', signer.pem)],
      ...['-rkey', file('signer.key', signer.privateKeyPem)],
    ];
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage): Promise<Buffer> {
    const [question, answer] = ['question.der', 'answer.der'].map((name) => join(this.#directory, name));
    writeFileSync(question!, Buffer.concat(await request.toArray()));
    const args = ['ocsp', ...this.#files, '-nmin', '60', '-reqin', question!, '-respout', answer!];
    const { exitCode, stderr } = await runProgram('openssl', args);
    if (exitCode !== 0) throw new Error(stderr);
    return readFileSync(answer!);
  }
}

/** YYMMDDHHMMSSZ, as in the index of `openssl ca`. */
function opensslTime(time: Date): string {
  return `${time.toISOString().replace(/\D/g, '').slice(2, 14)}Z`;
}
