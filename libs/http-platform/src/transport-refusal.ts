import { HttpException } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { valuesOf } from '@holdfast/certificate-source';
import type { RequestRefusal } from '@holdfast/oauth-protocol';
import { LIMITS } from './listener.js';

/** A request that is refused before it means anything to the app. */
export class TransportRefusal extends Error {
  override readonly name = 'TransportRefusal';
  constructor(
    readonly reason: RequestRefusal,
    readonly headers: Readonly<Record<string, string>> = {},
    /** For the log only. */
    cause?: string,
  ) {
    super(reason, { cause });
  }
}

/** Status codes of transport refusals (decisions 11). */
export const TRANSPORT_STATUS = {
  request_malformed: 400,
  grant_type_unsupported: 400,
  method_not_allowed: 405,
  media_type_unsupported: 415,
  body_too_large: 413,
  headers_too_large: 431,
  path_unknown: 404,
  request_timeout: 408,
  rate_exceeded: 429,
  // Without a challenge, as for clients: whoever belongs here knows its credentials (ADR 0006).
  proxy_not_authenticated: 401,
  proxy_header_malformed: 400,
} as const satisfies Record<RequestRefusal, number>;

/**
 * `error` as a transport refusal if it is one: ours, the framework's (parser, router), or `undefined` for anything
 * else, which is then a fault.
 */
export function toTransportRefusal(error: unknown): TransportRefusal | undefined {
  if (error instanceof TransportRefusal) return error;
  const status = statusOf(error);
  if (status === undefined || status < 400 || status > 499) return undefined;
  return new TransportRefusal(REASON_FOR_STATUS[status] ?? 'request_malformed');
}

const REASON_FOR_STATUS: Readonly<Record<number, RequestRefusal>> = {
  404: 'path_unknown',
  405: 'method_not_allowed',
  413: 'body_too_large',
  415: 'media_type_unsupported',
  431: 'headers_too_large',
};

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode, code } = (error ?? {}) as { statusCode?: unknown; code?: unknown };
  if (typeof statusCode !== 'number' || typeof code !== 'string') return undefined;
  // ECONNRESET: the caller went away in the middle of its body.
  return code.startsWith('FST_') || code === 'ECONNRESET' ? statusCode : undefined;
}

/** Which methods a path has, for a 405 with Allow instead of a 404. */
export type AllowedMethods = readonly (readonly [path: RegExp, methods: string])[];

/**
 * Checks every request before routing: number of header lines (Node would drop lines silently), content codings
 * (we never decompress), media type (one, in UTF-8) and allowed methods by path.
 */
export function refuseEarly(fastify: FastifyInstance, allowed: AllowedMethods): void {
  fastify.addHook('onRequest', (request: FastifyRequest, reply, done) => {
    void reply.header('x-request-id', request.id);
    done(earlyRefusal(request, allowed));
  });
}

function earlyRefusal(request: FastifyRequest, allowed: AllowedMethods): TransportRefusal | undefined {
  const { rawHeaders, url = '' } = request.raw;
  if (rawHeaders.length > 2 * LIMITS.headerLines) return new TransportRefusal('headers_too_large');
  if (request.headers['content-encoding'] !== undefined || !hasOneMediaType(rawHeaders)) {
    return new TransportRefusal('media_type_unsupported');
  }
  const [path = ''] = url.split('?');
  const [, methods] = allowed.find(([pattern]) => pattern.test(path)) ?? [];
  if (methods !== undefined && !methods.split(', ').includes(request.method)) {
    return new TransportRefusal('method_not_allowed', { allow: methods });
  }
  return undefined;
}

/** RFC 9110 §8.3: a second Content-Type would leave open which one counts; we read UTF-8 only. */
function hasOneMediaType(rawHeaders: readonly string[]): boolean {
  const types = valuesOf(rawHeaders, 'content-type');
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(types[0] ?? '')?.[1];
  return types.length <= 1 && (charset === undefined || /^utf-?8$/i.test(charset));
}
