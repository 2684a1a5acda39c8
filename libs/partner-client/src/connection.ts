import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { createSecureContext, type SecureContext } from 'node:tls';
import { TlsFailure } from './errors.js';
import type { Identity } from './identity.js';
import type { Pem } from './options.js';
import { toTlsFailure } from './remedies.js';

/** As for the global `fetch`. Redirects are never followed, so there is nothing to say about them. */
export type CallInit = Omit<RequestInit, 'redirect'>;

export interface ConnectionSettings {
  readonly ca: Pem | undefined;
  readonly timeoutMs: number;
}

/**
 * TLS with one certificate, or without any, on connections that are kept. The server is always verified, whatever
 * NODE_TLS_REJECT_UNAUTHORIZED says. Follows no redirect.
 */
export class Connection {
  readonly #agent: Agent;
  readonly #trust: string;
  readonly #timeoutMs: number;
  #uses = 0;
  #retired = false;

  constructor(identity: Identity | undefined, { ca, timeoutMs }: ConnectionSettings) {
    const secureContext = toSecureContext(identity, ca);
    this.#agent = new Agent({ keepAlive: true, secureContext, rejectUnauthorized: true });
    this.#trust = ca === undefined ? 'the list of public authorities' : 'the `ca` that is given';
    this.#timeoutMs = timeoutMs;
  }

  /** The answer, whatever its status, as soon as its head is here. Throws a TlsFailure when there is none. */
  async fetch(url: URL, init: CallInit, headers: Readonly<Record<string, string>>): Promise<Response> {
    const request = new Request(url, { ...init, redirect: 'manual' });
    for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
    const body = isReplayable(init.body) ? Buffer.from(await request.arrayBuffer()) : request.body;
    try {
      return toResponse(await this.#exchange(url, request, body), request.method);
    } catch (error) {
      if (init.signal?.aborted) throw init.signal.reason;
      throw toTlsFailure(error as Error, url.host, this.#trust);
    }
  }

  /** Counts a use that is longer than one request: a retired connection ends after the last. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#uses += 1;
    try {
      return await work();
    } finally {
      this.#release();
    }
  }

  /** Ends when nothing is under way any more. */
  retire(): void {
    this.#retired = true;
    if (this.#uses === 0) this.#agent.destroy();
  }

  /** Ends now. */
  destroy(): void {
    this.#agent.destroy();
  }

  #exchange(url: URL, request: Request, body: Buffer | ReadableStream | null): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = httpsRequest(url, {
        method: request.method,
        headers: Object.fromEntries(request.headers),
        agent: this.#agent,
        timeout: this.#timeoutMs,
        signal: request.signal,
      });
      this.#uses += 1;
      outgoing.once('timeout', () => outgoing.destroy(timedOut()));
      outgoing.on('error', reject);
      outgoing.once('response', resolve);
      // Also after the last octet of the answer.
      outgoing.once('close', () => this.#release());
      if (body === null || Buffer.isBuffer(body)) outgoing.end(body?.length ? body : undefined);
      else
        pipeline(Readable.fromWeb(body), outgoing).catch((error: unknown) =>
          outgoing.destroy(error as Error),
        );
    });
  }

  #release(): void {
    this.#uses -= 1;
    if (this.#retired && this.#uses === 0) this.#agent.destroy();
  }
}

/** Whether a body can be sent a second time: all but streams. */
export function isReplayable(body: CallInit['body']): boolean {
  if (body === undefined || body === null || typeof body === 'string') return true;
  return (
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body) ||
    body instanceof URLSearchParams ||
    body instanceof Blob ||
    body instanceof FormData
  );
}

function toSecureContext(identity: Identity | undefined, ca: Pem | undefined): SecureContext {
  try {
    const { certificate: cert, privateKey: key } = identity ?? {};
    return createSecureContext({ cert, key, ca, minVersion: 'TLSv1.2' });
  } catch (error) {
    throw new TlsFailure(
      'certificate_unusable',
      `TLS cannot use the certificate, its key or \`ca\` (${(error as NodeJS.ErrnoException).code ?? 'no code'}).`,
      'Check that all are PEM, and that the key is strong enough: RSA from 2048 bits, or P-256.',
    );
  }
}

const timedOut = (): Error => Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });

/** RFC 9110 §6.4.1: answers without a body. */
const WITHOUT_BODY = [204, 205, 304];

function toResponse(incoming: IncomingMessage, method: string): Response {
  const { statusCode: status = 0, statusMessage: statusText, rawHeaders } = incoming;
  const headers = new Headers();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) headers.append(rawHeaders[i]!, rawHeaders[i + 1]!);
  const isEmpty = method === 'HEAD' || WITHOUT_BODY.includes(status);
  if (isEmpty) incoming.resume();
  const body = isEmpty ? null : (Readable.toWeb(incoming) as ConstructorParameters<typeof Response>[0]);
  return new Response(body, { status, statusText, headers });
}
