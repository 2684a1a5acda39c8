import { printable } from './connection-failure.js';
import type { Connection } from './connection.js';
import { ServiceUnavailable, TlsFailure, TokenRefused, UnexpectedAnswer } from './errors.js';

/** What a token is asked for; what is left out is the service's choice. */
export interface TokenWish {
  /** The API: its identifier, exactly as registered (RFC 8707). */
  readonly resource?: string;
  /** Scopes, separated by spaces (RFC 6749 §3.3). */
  readonly scope?: string;
}

/** A token that is bound to the certificate it was asked with (RFC 8705 §3). */
export interface Token {
  readonly accessToken: string;
  /** When it ends by the clock here; undefined where the service does not say. */
  readonly expiresAt: Date | undefined;
  /** The scopes that it has, where the service says so. */
  readonly scope: string | undefined;
}

/** A token, and when it was asked for. */
export interface Issued extends Token {
  readonly askedAt: Date;
}

export interface TokenRequest extends TokenWish {
  readonly endpoint: URL;
  readonly clientId: string;
  readonly now: Date;
}

/** Client credentials over mutual TLS (RFC 6749 §4.4, RFC 8705 §2). Throws what `errors.ts` has. */
export async function requestToken(connection: Connection, wanted: TokenRequest): Promise<Issued> {
  const { endpoint, clientId, resource, scope, now } = wanted;
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId });
  if (resource !== undefined) body.set('resource', resource);
  if (scope !== undefined) body.set('scope', scope);
  const response = await connection.fetch(endpoint, { method: 'POST', body }, { accept: 'application/json' });
  const answer = await readJson(response, endpoint);
  if (response.status === 200) return toIssued(answer, endpoint, now);
  if (response.status === 429 || response.status >= 500) {
    throw new ServiceUnavailable(
      endpoint.host,
      response.status,
      retryAfterOf(response),
      textOf(answer, 'request_id'),
    );
  }
  const error = textOf(answer, 'error');
  if (error === undefined) throw notATokenEndpoint(endpoint, response.status);
  const refusal = {
    error,
    description: textOf(answer, 'error_description'),
    errorUri: textOf(answer, 'error_uri'),
    requestId: textOf(answer, 'request_id'),
  };
  throw new TokenRefused(clientId, refusal, response.status);
}

type Json = Readonly<Record<string, unknown>>;

const LARGEST_ANSWER = 256 * 1_024;

/** The members of a JSON object; none where it is something else. */
export async function readJson(response: Response, url: URL): Promise<Json> {
  const text = await readText(response, url);
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? (json as Json) : {};
  } catch {
    return {};
  }
}

async function readText({ body }: Response, { host, href }: URL): Promise<string> {
  const chunks: Uint8Array[] = [];
  let octets = 0;
  try {
    for await (const chunk of body ?? []) {
      octets += chunk.length;
      if (octets > LARGEST_ANSWER) throw new UnexpectedAnswer(`${href} answers without an end.`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof UnexpectedAnswer) throw error;
    const what = `${host} closed the connection in the middle of its answer.`;
    throw new TlsFailure('connection_closed', what, 'It may be stopping; ask again.', error);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** RFC 6749 §5.1. A token of another type than Bearer would have to be used in another way. */
function toIssued(answer: Json, endpoint: URL, now: Date): Issued {
  const { access_token: accessToken, token_type: type, expires_in: life, scope } = answer;
  if (typeof accessToken !== 'string' || accessToken === '' || !/^bearer$/i.test(String(type))) {
    throw notATokenEndpoint(endpoint, 200);
  }
  const isLife = typeof life === 'number' && Number.isFinite(life);
  return {
    accessToken,
    expiresAt: isLife ? new Date(now.getTime() + life * 1_000) : undefined,
    scope: typeof scope === 'string' ? scope : undefined,
    askedAt: now,
  };
}

const notATokenEndpoint = ({ href }: URL, status: number): UnexpectedAnswer =>
  new UnexpectedAnswer(`${href} answers ${status}, and not like a token endpoint. Check the address.`);

function textOf(answer: Json, member: string): string | undefined {
  const value = answer[member];
  return typeof value === 'string' ? printable(value) : undefined;
}

/** Seconds (RFC 9110 §10.2.3); a date is not understood, and counts as none. */
function retryAfterOf({ headers }: Response): number | undefined {
  const value = headers.get('retry-after');
  return value !== null && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
