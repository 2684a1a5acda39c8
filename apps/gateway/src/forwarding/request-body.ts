import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { refusal } from '../refusal.js';

/** The client went away: nobody is there to be answered. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** How long a client may go on sending after it has its answer. */
const LINGER_MS = 2_000;

/** How much a client may send, and how slowly. */
export interface BodyLimits {
  /** Octets. */
  readonly bytes: number;
  /** How long the next piece may be waited for, milliseconds. */
  readonly idleMs: number;
  /**
   * Octets for each second of waiting, on average beyond the first `idleMs`: one octet now and then is no upload (DO-02).
   * 0: however few.
   */
  readonly bytesPerSecond: number;
}

/**
 * The body of a request on its way to an upstream, or null if it has none. Ends with `body_too_large` or `request_timeout`
 * beyond its limits, with `ClientGone` if it breaks off. Only time counts in which the client is waited for: an upstream that
 * takes nothing is not the client's fault. Giving it up does not end the connection of the client, which still gets an answer.
 */
export function bodyOf(request: IncomingMessage, limits: BodyLimits): RequestBody | null {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  if (coding === undefined && (length === undefined || length === '0')) return null;
  return new RequestBody(request, limits);
}

/** Made by `bodyOf`. */
export class RequestBody extends Readable {
  private received = 0;
  private waitedMs = 0;
  private wait: { readonly since: number; readonly timer: NodeJS.Timeout } | undefined;

  constructor(
    private readonly request: IncomingMessage,
    private readonly limits: BodyLimits,
  ) {
    super();
    // An answer may be over before the body is: then nobody else listens to how that ends.
    this.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => this.accept(chunk));
    request.once('end', () => {
      this.stopWaiting();
      this.push(null);
    });
    request.once('error', () => this.destroy(new ClientGone()));
    request.once('close', () => request.complete || this.destroy(new ClientGone()));
    this.waitForClient();
  }

  /** Everything that has come was taken: it is the client's turn. */
  get awaitsClient(): boolean {
    return this.wait !== undefined && this.readableLength === 0;
  }

  override _read(): void {
    this.request.resume();
    this.waitForClient();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.stopWaiting();
    callback(error);
  }

  private accept(chunk: Buffer): void {
    if (this.destroyed) return;
    this.stopWaiting();
    this.received += chunk.length;
    if (this.received > this.limits.bytes) this.destroy(refusal('body_too_large'));
    else if (this.push(chunk)) this.waitForClient();
    else this.request.pause();
  }

  private waitForClient(): void {
    if (this.wait !== undefined || this.request.complete || this.destroyed) return;
    const timer = setTimeout(() => this.destroy(refusal('request_timeout')), this.patienceMs());
    this.wait = { since: performance.now(), timer };
  }

  private stopWaiting(): void {
    if (this.wait === undefined) return;
    clearTimeout(this.wait.timer);
    this.waitedMs += performance.now() - this.wait.since;
    this.wait = undefined;
  }

  private patienceMs(): number {
    const { idleMs, bytesPerSecond } = this.limits;
    if (bytesPerSecond === 0) return idleMs;
    const earnedMs = (this.received / bytesPerSecond) * 1_000;
    return Math.max(0, Math.min(idleMs, idleMs + earnedMs - this.waitedMs));
  }
}

/**
 * Ends an answer, with `last` as the last piece of its body. Where the client is still sending, its connection stays a little longer: closed at once, the client
 * would be told of a reset and might never read the answer (RFC 9112 §9.6).
 */
export function endLingering(request: IncomingMessage, response: ServerResponse, last?: Buffer): void {
  if (request.complete) {
    response.end(last);
    return;
  }
  if (last !== undefined) response.write(last);
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  request.once('close', end).once('end', end).resume();
}
