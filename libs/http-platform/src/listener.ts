import { randomUUID } from 'node:crypto';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { createSecureContext } from 'node:tls';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { valuesOf } from '@holdfast/certificate-source';
import { unusable } from './config.js';

/** Bounds of every listener. Node's and Fastify's own defaults are partly "none", so all are stated (DO-01 … DO-10). */
export const LIMITS = {
  bodyBytes: 16 * 1024,
  /** Where certificates and CRLs are uploaded. */
  uploadBytes: 256 * 1024,
  headerBytes: 16 * 1024,
  headerLines: 100,
  headersTimeoutMs: 8_000,
  requestTimeoutMs: 9_000,
  handshakeTimeoutMs: 8_000,
  keepAliveMs: 75_000,
  /** Timeouts are enforced only this often; Node's default is 30 s. */
  checkingIntervalMs: 1_000,
  connections: 20_000,
  /** How long a peer has to take the answer to something that was no request. */
  brokenRequestMs: 1_000,
} as const;

/** A TLS listener and the Nest adapter on it. */
export interface Listener {
  readonly adapter: FastifyAdapter;
  readonly server: Server;
  /** Another server on the same routes, with the same bounds. The caller makes it listen, and closes it. */
  another(tls: ServerOptions): Server;
}

/**
 * A Fastify adapter on its own https server, with the bounds above. `tls` is the *complete* set of TLS options.
 * Trailing slashes, letter case and the like are not folded: a path is served exactly as declared.
 */
export function createListener(tls: ServerOptions, bodyLimit: number = LIMITS.bodyBytes): Listener {
  requireUsableCertificate(tls);
  let server: Server | undefined;
  let handler: RequestListener | undefined;
  const adapter = new FastifyAdapter({
    bodyLimit,
    routerOptions: { maxParamLength: 256 },
    requestIdHeader: false,
    genReqId: newRequestId,
    trustProxy: false,
    return503OnClosing: false,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: answerUnroutable,
    serverFactory: (routes: RequestListener) => {
      handler = routes;
      server = httpsServer(tls, routes);
      return server;
    },
  } as object) as FastifyAdapter;
  if (server === undefined || handler === undefined)
    throw new Error('the HTTP framework did not make its server');
  const routes: RequestListener = handler;
  const another = (other: ServerOptions): Server =>
    httpsServer(other, routes).on('clientError', answerBrokenRequest);
  return { adapter, server, another };
}

/**
 * An https server with the bounds above for an app without the framework. `tls` is the *complete* set of TLS options;
 * `change` is for requests that take longer, or that may become another protocol.
 */
export function createHttpsServer(
  tls: ServerOptions,
  handler: RequestListener,
  change: Pick<ServerOptions, 'requestTimeout' | 'shouldUpgradeCallback'> = {},
): Server {
  requireUsableCertificate(tls);
  return httpsServer({ ...tls, ...change }, handler).on('clientError', answerBrokenRequest);
}

/** Fails now, by name, rather than at the first handshake. */
function requireUsableCertificate(tls: ServerOptions): void {
  try {
    createSecureContext(tls);
  } catch (error) {
    throw unusable(
      `TLS_CERTIFICATE_FILE and TLS_PRIVATE_KEY_FILE: cannot be used (${(error as Error).message})`,
    );
  }
}

/** An id for a request: ours, never the caller's, so that nobody can make two requests share one. */
export function newRequestId(): string {
  // Node draws the random octets for many of these at once.
  return `req_${randomUUID().replaceAll('-', '')}`;
}

function httpsServer(tls: ServerOptions, handler: RequestListener): Server {
  const server = createServer(
    {
      requestTimeout: LIMITS.requestTimeoutMs,
      ...tls,
      maxHeaderSize: LIMITS.headerBytes,
      headersTimeout: LIMITS.headersTimeoutMs,
      handshakeTimeout: LIMITS.handshakeTimeoutMs,
      keepAliveTimeout: LIMITS.keepAliveMs,
      connectionsCheckingInterval: LIMITS.checkingIntervalMs,
      // Node's own refusal has no body; and it would take the first of several hosts.
      requireHostHeader: false,
    },
    (request, response) => (namesOneHost(request) ? handler(request, response) : refuseHost(response)),
  );
  // Node drops header lines beyond this number silently (CVE-2026-58044): no number, our own count refuses.
  server.maxHeadersCount = 0;
  server.maxConnections = LIMITS.connections;
  // Also after `handshakeTimeout`: without this, a connection that never speaks TLS would be kept for ever.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}

/** RFC 9112 §3.2: an HTTP/1.1 request has exactly one Host header line, or is answered 400. */
function namesOneHost({ rawHeaders, httpVersion }: IncomingMessage): boolean {
  const lines = valuesOf(rawHeaders, 'host').length;
  return lines === 1 || (lines === 0 && httpVersion === '1.0');
}

function refuseHost(response: ServerResponse): void {
  response
    .writeHead(400, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      connection: 'close',
    })
    .end(JSON.stringify({ error: 'invalid_request', error_description: 'request_malformed' }));
}

/** A path that cannot even be decoded. */
function answerUnroutable(_error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  void reply
    .code(400)
    .headers({ 'cache-control': 'no-store', 'x-request-id': request.id })
    .send({ error: 'invalid_request', error_description: 'request_malformed', request_id: request.id });
}

const BROKEN: Readonly<Record<string, readonly [status: string, reason: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'headers_too_large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'request_malformed'],
};

/** What is so broken that it never becomes a request gets its answer here, in the same form as all others. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, reason] = BROKEN[error.code ?? ''] ?? ['400 Bad Request', 'request_malformed'];
  const body = JSON.stringify({ error: 'invalid_request', error_description: reason });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  // A peer that does not close its side must not keep ours open.
  setTimeout(() => socket.destroy(), LIMITS.brokenRequestMs).unref();
}
