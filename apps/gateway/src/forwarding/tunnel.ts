import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { UpstreamFailed } from '../refusal.js';
import { asFailure } from './exchange.js';
import { keepOfAnswer } from './header-rules.js';
import type { Upstream } from './upstream.js';

/** A request that asks for a WebSocket, decided on and ready to go. */
export interface TunnelRequest {
  readonly path: string;
  readonly headers: readonly string[];
  readonly responseMs: number;
  readonly idleMs: number;
  /** When the token expires: the tunnel ends with it. Milliseconds from now; undefined on public routes. */
  readonly endsInMs: number | undefined;
}

/** The longest delay of a timer of Node. */
const LONGEST_MS = 2 ** 31 - 1;

/** Whether a request asks for the only protocol that is let through: `h2c` and the like are not (RFC 6455 §4.1). */
export function asksForWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/** An answer on a connection that was to become another protocol. */
export function responseOn(request: IncomingMessage, socket: Socket): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => socket.destroySoon());
  return response;
}

/**
 * Opens a WebSocket to the upstream and joins the two connections, until one of them ends, nothing passes for `idleMs`, or
 * the token expires. Resolves to the status that the client got; an upstream that refuses has its refusal passed on.
 * Rejects with `UpstreamFailed` while the client has no answer yet.
 */
export function openTunnel(
  upstream: Upstream,
  request: TunnelRequest,
  client: Socket,
  response: ServerResponse,
): Promise<number> {
  const asking = upstream.openOwn('GET', request.path, request.headers);
  return new Promise((resolve, reject) => {
    asking.setTimeout(request.responseMs, () =>
      asking.destroy(new UpstreamFailed('upstream_timeout', 'no answer to an upgrade')),
    );
    client.once('close', () => asking.destroy());
    asking.once('error', (error) => reject(asFailure(error)));
    asking.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, keepOfAnswer(answer.rawHeaders));
      answer.once('error', () => client.destroy());
      answer.pipe(response);
      resolve(answer.statusCode ?? 502);
    });
    asking.once('upgrade', (answer: IncomingMessage, backend: Socket, head: Buffer) => {
      response.detachSocket(client);
      client.write(switching(answer));
      if (head.length > 0) client.write(head);
      join(client, backend, request);
      resolve(101);
    });
    asking.end();
  });
}

function switching({ rawHeaders }: IncomingMessage): string {
  const lines = pairs(keepOfAnswer(rawHeaders)).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${lines.join('')}\r\n`;
}

function join(client: Socket, backend: Socket, { idleMs, endsInMs }: TunnelRequest): void {
  const end = (): void => {
    clearTimeout(expiry);
    // What is on its way still arrives.
    client.destroySoon();
    backend.destroySoon();
  };
  const expiry = endsInMs === undefined ? undefined : setTimeout(end, Math.min(endsInMs, LONGEST_MS));
  for (const socket of [client, backend]) {
    socket.setNoDelay(true);
    // What passes in either direction is written to one of them: both count as alive.
    socket.setTimeout(idleMs, end);
    socket.once('error', end).once('close', end);
  }
  client.pipe(backend).pipe(client);
}

function pairs(flat: readonly string[]): (readonly [string, string])[] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[index * 2]!, flat[index * 2 + 1]!]);
}
