import { readFileSync } from 'node:fs';
import { Agent, fetch } from 'undici';

/**
 * A `fetch` for addresses of our own deployment: no redirects, bounded time and size, and the certificate of the
 * server verified against `caFile` (PEM) if given, else against Node's public authorities.
 * Does NOT guard against addresses that a partner names: nothing of a partner may be fetched with it.
 */
export function createFetch(caFile: string | undefined): typeof globalThis.fetch {
  const ca = caFile === undefined ? undefined : readFileSync(caFile, 'utf8');
  const dispatcher = new Agent({
    connect: { ca, timeout: 3_000 },
    headersTimeout: 3_000,
    bodyTimeout: 3_000,
    maxResponseSize: 256 * 1024,
  });
  const guarded: typeof fetch = (input, init) => fetch(input, { ...init, redirect: 'error', dispatcher });
  return guarded as unknown as typeof globalThis.fetch;
}
