import type { IncomingMessage } from 'node:http';
import { valuesOf } from '@holdfast/certificate-source';
import { AccessRefused } from './access-refused.js';

/** The parts of a request that could carry a token. */
export interface TokenCarrier {
  readonly raw: Pick<IncomingMessage, 'rawHeaders' | 'url'>;
  /** The body, where it was parsed before the guard. */
  readonly body?: unknown;
}

/** RFC 6750 §2.1, RFC 9110 §11.4: scheme in any case, one space or more, a b64token. */
const CREDENTIALS = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * The access token of a request, from the Authorization header only (RFC 6750 §2.1). A token in the query or in the
 * body is refused even when the header carries one too: query strings end up in logs.
 */
export function readBearerToken(request: TokenCarrier): string {
  if (isInQuery(request.raw.url) || has(request.body, 'access_token'))
    throw malformed('a token outside the header');
  const values = valuesOf(request.raw.rawHeaders, 'authorization');
  if (values.length > 1) throw malformed('several Authorization headers');
  const [value] = values;
  // Another scheme is no attempt with a token at all: a bare challenge says which one is wanted.
  if (value === undefined || !/^bearer( |$)/i.test(value)) throw new AccessRefused('token_absent');
  const token = CREDENTIALS.exec(value)?.[1];
  if (token === undefined) throw malformed('not of the form "Bearer token"');
  return token;
}

/** Read from the request line itself: what a framework makes of the query differs from one to the next. */
function isInQuery(url: string | undefined): boolean {
  const start = url?.indexOf('?') ?? -1;
  return start >= 0 && new URLSearchParams(url!.slice(start)).has('access_token');
}

function malformed(cause: string): AccessRefused {
  return new AccessRefused('credentials_malformed', { cause });
}

function has(container: unknown, member: string): boolean {
  return typeof container === 'object' && container !== null && Object.hasOwn(container, member);
}
