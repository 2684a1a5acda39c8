import { once } from 'node:events';
import {
  createServer as createHttp,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttps, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** What an API behind the gateway got, as it says in its answers. */
export interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An API behind the gateway: it answers what it got, until a test gives it something else to do. */
export class Backend {
  answer: RequestListener = echo;
  /** Requests that have arrived. */
  arrived = 0;
  readonly sockets = new Set<Socket>();

  private constructor(
    readonly server: Server,
    readonly url: string,
  ) {}

  static async start(tls?: ServerOptions): Promise<Backend> {
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      backend.arrived += 1;
      backend.answer(request, response);
    };
    const server = (tls === undefined ? createHttp(listener) : createHttps(tls, listener)) as Server;
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const scheme = tls === undefined ? 'http' : 'https';
    const backend = new Backend(server, `${scheme}://localhost:${(server.address() as AddressInfo).port}`);
    server.on('connection', (socket: Socket) => backend.sockets.add(socket));
    return backend;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export function echo(request: IncomingMessage, response: ServerResponse): void {
  void text(request).then((body) => {
    const { method = '', url = '', headers } = request;
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ method, url, headers, body } satisfies Echo));
  });
}
