import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type Dispatcher } from 'undici';
import { TransportRefusal } from '@holdfast/http-platform';
import { refusal, UpstreamFailed } from '../refusal.js';
import { keepOfAnswer } from './header-rules.js';
import { ClientGone, endLingering, type RequestBody } from './request-body.js';

/** How long is waited, milliseconds. */
export interface ExchangeLimits {
  /** For the first header of the answer, counted anew with every piece of the request's body; not while the client is awaited. */
  readonly responseMs: number;
  /** Between two pieces of the answer's body. */
  readonly idleMs: number;
  /** For all of it, if that is bounded. */
  readonly totalMs: number | undefined;
}

/** What comes from the client, and what goes back to it. */
export interface ExchangeEnds {
  readonly request: IncomingMessage;
  readonly body: RequestBody | null;
  readonly response: ServerResponse;
  readonly requestId: string;
}

/** Called at most once, with the status that was passed on or with what went wrong before there was one. */
export type Concluded = (outcome: { readonly status: number } | { readonly error: unknown }) => void;

/**
 * One request on its way to an upstream and the answer on its way back, piece by piece in both directions: whoever is
 * slow slows the other. Nothing is ever sent twice. An answer that breaks off breaks off for the client too: it must not
 * look complete.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private timer: NodeJS.Timeout;
  private readonly total: NodeJS.Timeout | undefined;
  private ended: Error | undefined;
  private isFinished = false;
  /** A piece of the answer that is not written yet: the last one goes out together with the end. */
  private held: Buffer | undefined;
  /** `settle` is about to be called. */
  private isSettling = false;

  constructor(
    private readonly ends: ExchangeEnds,
    private readonly limits: ExchangeLimits,
    private readonly concluded: Concluded,
  ) {
    // No function of its own is kept in a field: with one, V8 14 moves every exchange to the old generation (5 kB a call).
    this.timer = setTimeout(() => this.stalled(), limits.responseMs);
    if (limits.totalMs !== undefined) this.total = setTimeout(() => this.ranOut(), limits.totalMs);
    ends.response.on('close', () => this.clientClosed());
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.ended !== undefined) controller.abort(this.ended);
  }

  onBodySent(): void {
    if (!this.ends.response.headersSent) this.timer.refresh();
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    // Informational answers are for the gateway; the last one counts.
    if (status < 200 || this.ended !== undefined) return;
    const lines = keepOfAnswer((controller.rawHeaders ?? []) as readonly (Buffer | string)[]);
    lines.push('X-Request-Id', this.ends.requestId);
    // A body that nobody read would be taken for the next request.
    if (!this.ends.request.complete) lines.push('Connection', 'close');
    this.ends.response.writeHead(status, lines);
    this.settleSoon();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.held !== undefined) this.write(this.held);
    this.held = chunk;
    this.settleSoon();
  }

  onResponseEnd(): void {
    this.finish();
    endLingering(this.ends.request, this.ends.response, this.held);
    this.concluded({ status: this.ends.response.statusCode });
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.isFinished) return;
    this.finish();
    const cause = this.ended ?? error;
    if (this.ends.response.headersSent || cause instanceof ClientGone) this.ends.response.destroy();
    this.concluded({ error: asFailure(cause) });
  }

  private finish(): void {
    this.isFinished = true;
    clearTimeout(this.timer);
    clearTimeout(this.total);
  }

  private settleSoon(): void {
    if (this.isSettling) return;
    this.isSettling = true;
    process.nextTick(settle, this);
  }

  /** Once all that arrived together has been taken: if that was not the whole answer, the client gets what there is of it. */
  settle(): void {
    this.isSettling = false;
    if (this.isFinished) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.stalled(), this.limits.idleMs);
    if (this.held === undefined) return this.ends.response.flushHeaders();
    this.write(this.held);
    this.held = undefined;
  }

  private write(chunk: Buffer): void {
    if (this.ends.response.write(chunk)) return;
    this.controller!.pause();
    this.ends.response.once('drain', () => this.controller!.resume());
  }

  private stalled(): void {
    // The body's own clock is running, and ends it.
    if (this.awaitsClient) this.timer.refresh();
    else this.abort(new UpstreamFailed('upstream_timeout', 'no progress'));
  }

  private ranOut(): void {
    this.abort(
      this.awaitsClient ? refusal('request_timeout') : new UpstreamFailed('upstream_timeout', 'no end'),
    );
  }

  private get awaitsClient(): boolean {
    const { body, response } = this.ends;
    return body?.awaitsClient === true && !response.headersSent;
  }

  private clientClosed(): void {
    if (!this.isFinished && !this.ends.response.writableFinished) this.abort(new ClientGone());
  }

  /** While the request waits for a connection there is nothing to abort yet: it is when it starts. */
  private abort(error: Error): void {
    if (this.ended !== undefined) return;
    this.ended = error;
    if (this.controller !== undefined) this.controller.abort(error);
    else this.onResponseError(null, error);
  }
}

const CONNECTING =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ERR_TLS_|CERT_|UNABLE_|SELF_SIGNED|DEPTH_ZERO)/;

const OURS = [UpstreamFailed, TransportRefusal, ClientGone, TypeError, errors.InvalidArgumentError];

/** Which of our answers an error of the connection to the upstream is. */
export function asFailure(error: unknown): unknown {
  if (OURS.some((kind) => error instanceof kind)) return error;
  if (error instanceof errors.ConnectTimeoutError) return new UpstreamFailed('upstream_timeout', error);
  const { code = '' } = error as NodeJS.ErrnoException;
  if (CONNECTING.test(code)) return new UpstreamFailed('upstream_unreachable', error);
  return new UpstreamFailed('upstream_broken', error);
}

/** Shared by all exchanges: none of them makes a function for it. */
function settle(exchange: Exchange): void {
  exchange.settle();
}
