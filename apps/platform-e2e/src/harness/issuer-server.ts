import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { settingsOf, type StackUnderTest } from './stack-under-test.js';

/** An https server on this machine in the place of an issuer, under the server certificate of the stack: it is trusted. */
export class IssuerServer {
  static async listen(stack: StackUnderTest): Promise<IssuerServer> {
    const { certificateFile, privateKeyFile } = settingsOf(stack).pki.server;
    const server = new IssuerServer({
      cert: readFileSync(certificateFile),
      key: readFileSync(privateKeyFile),
    });
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  /** What it answers to everything from now on. */
  answer: RequestListener = (_request, response) => void response.writeHead(503).end();
  /** The path of every request. */
  readonly asked: string[] = [];
  readonly #server: Server;

  private constructor(tls: { readonly cert: Buffer; readonly key: Buffer }) {
    this.#server = createServer(tls, (request, response) => {
      this.asked.push(request.url ?? '');
      this.answer(request, response);
    });
  }

  get url(): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on it answers this document. */
  publish(document: object): void {
    const text = JSON.stringify(document);
    this.answer = (_request, response) =>
      void response.setHeader('content-type', 'application/json').end(text);
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
