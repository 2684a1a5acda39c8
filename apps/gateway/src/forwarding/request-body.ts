import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { refusal } from '../refusal.js';

/** The client went away: nobody is there to be answered. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** How long a client may go on sending after it has its answer. */
const LINGER_MS = 2_000;

/**
 * The body of a request on its way to an upstream, or null if it has none. Ends with `body_too_large` beyond `limit` octets,
 * with `ClientGone` if it breaks off. Giving it up does not end the connection of the client, which still gets an answer.
 */
export function bodyOf(request: IncomingMessage, limit: number): Readable | null {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  if (coding === undefined && (length === undefined || length === '0')) return null;
  return new RequestBody(request, limit);
}

class RequestBody extends Readable {
  private left: number;

  constructor(
    private readonly request: IncomingMessage,
    limit: number,
  ) {
    super();
    this.left = limit;
    request.on('data', (chunk: Buffer) => this.accept(chunk));
    request.once('end', () => this.push(null));
    request.once('error', () => this.destroy(new ClientGone()));
    request.once('close', () => request.complete || this.destroy(new ClientGone()));
  }

  override _read(): void {
    this.request.resume();
  }

  private accept(chunk: Buffer): void {
    if (this.destroyed) return;
    this.left -= chunk.length;
    if (this.left < 0) this.destroy(refusal('body_too_large'));
    else if (!this.push(chunk)) this.request.pause();
  }
}

/**
 * Ends an answer. Where the client is still sending, its connection stays a little longer: closed at once, the client
 * would be told of a reset and might never read the answer (RFC 9112 §9.6).
 */
export function endLingering(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete) {
    response.end();
    return;
  }
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  request.once('close', end).once('end', end).resume();
}
