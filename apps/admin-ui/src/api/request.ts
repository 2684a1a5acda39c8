import { RequestFailed, toProblem, UNREACHABLE } from './problem.js';

export type Query = Readonly<Record<string, string | undefined>>;

export interface Answer<T> {
  readonly value: T;
  /** The version of what was shown (RFC 9110 §8.8.3), to be sent back as `ifMatch`. */
  readonly etag: string | undefined;
}

export interface Sending {
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly ifMatch?: string | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Asks the own origin with the session's cookie. A transport of our own because every answer needs its entity tag and
 * every refusal its problem (RFC 9457), which a generated client would only wrap; the types come from the OpenAPI document.
 * @throws RequestFailed on any answer but a success, and where none came.
 */
export async function request<T>(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  { query = {}, body, ifMatch, signal }: Sending = {},
): Promise<Answer<T>> {
  const answered = await send(path + toSearch(query), {
    method,
    // The server takes nothing but JSON from a page, which a foreign form cannot send.
    headers: {
      accept: 'application/json, application/problem+json',
      ...(method !== 'GET' && { 'content-type': 'application/json' }),
      ...(ifMatch !== undefined && { 'if-match': ifMatch }),
    },
    ...(method !== 'GET' && { body: JSON.stringify(body ?? {}) }),
    ...(signal !== undefined && { signal }),
  });
  const value: unknown = answered.status === 204 ? undefined : await answered.json().catch(() => undefined);
  if (!answered.ok) throw new RequestFailed(toProblem(answered.status, value));
  return { value: value as T, etag: answered.headers.get('etag') ?? undefined };
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, credentials: 'same-origin', redirect: 'error', cache: 'no-store' });
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new RequestFailed(UNREACHABLE);
  }
}

function toSearch(query: Query): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => !!entry[1]);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
