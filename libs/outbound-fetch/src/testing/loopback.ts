import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createRawServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** A real server on this machine that counts who connects. */
export class Loopback {
  readonly sockets: Socket[] = [];
  readonly requests: { path: string; host: string; encoding: string }[] = [];

  static async http(answer: RequestListener, address = '127.0.0.1', port = 0): Promise<Loopback> {
    const loopback: Loopback = new Loopback(createServer((...args) => loopback.answer(answer, ...args)));
    return loopback.listen(address, port);
  }

  static async https(identity: { cert: string; key: string }, answer: RequestListener): Promise<Loopback> {
    const server = createTlsServer(identity, (...args) => loopback.answer(answer, ...args));
    const loopback: Loopback = new Loopback(server);
    server.on('secureConnection', (socket: TLSSocket) => loopback.names.push(socket.servername || ''));
    return loopback.listen('127.0.0.1', 0);
  }

  /** Speaks whatever `talk` says. */
  static async raw(talk: (socket: Socket) => void): Promise<Loopback> {
    return new Loopback(createRawServer(talk)).listen('127.0.0.1', 0);
  }

  /** The names that were asked for in TLS handshakes. */
  readonly names: string[] = [];

  private constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.sockets.push(socket);
      socket.on('error', () => undefined);
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.sockets.length;
  }

  stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private answer(answer: RequestListener, ...[request, response]: Parameters<RequestListener>): void {
    const { host = '', 'accept-encoding': encoding } = request.headers;
    this.requests.push({ path: request.url ?? '', host, encoding: String(encoding) });
    void answer(request, response);
  }

  private listen(address: string, port: number): Promise<this> {
    return new Promise((resolve) => this.server.listen(port, address, () => resolve(this)));
  }
}
