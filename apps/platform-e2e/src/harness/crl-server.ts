import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeRevocationList, type Authority, type IssuedCertificate } from '@holdfast/test-pki';

const HOUR_MS = 3_600_000;
/** An authority's server for its CRL, on this machine. */
export class CrlServer {
  static async listen(): Promise<CrlServer> {
    const server = new CrlServer();
    server.#server.on('connection', () => (server.connections += 1));
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', () => resolve()));
    return server;
  }

  /** Paths that were asked for. */
  readonly requests: string[] = [];
  connections = 0;
  #body: Uint8Array | undefined;
  #published = 0;
  readonly #server: Server = createServer((request, response) => {
    this.requests.push(request.url ?? '');
    if (this.#body === undefined) response.writeHead(503).end();
    else response.end(this.#body);
  });

  /** Host and port, as the configuration lists it. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Publishes a new CRL, each a minute younger than the one before. */
  publish(authority: Authority, revoked: readonly IssuedCertificate[], endsInMs = HOUR_MS): void {
    this.#published += 1;
    const now = Date.now();
    this.#body = makeRevocationList(authority, {
      thisUpdate: new Date(now - HOUR_MS + this.#published * 60_000),
      nextUpdate: new Date(now + endsInMs),
      revoked: revoked.map(({ der }) => ({ certificate: der, since: new Date(now - HOUR_MS) })),
    });
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
