import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from 'jose';

/** The issuer's keys are not known: an outage of ours (503), never a verdict about a token. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

export interface KeySetOptions {
  /** Where the issuer publishes its keys; https only. */
  readonly jwksUri: string;
  /** How to fetch, e.g. trusting a private CA; the global fetch by default. */
  readonly fetch?: FetchImplementation;
  /** Between two fetches for an unknown `kid`. Seconds. */
  readonly cooldownSeconds?: number;
}

/** How long the last good set may be used when it cannot be refreshed. */
const LAST_GOOD_MS = 60 * 60 * 1000;
const REFRESH_EVERY_MS = 5 * 60 * 1000;

/** The issuer's published keys (RFC 7517 §5), held in memory. */
export interface KeySet {
  readonly keyFor: JWTVerifyGetKey;
  /** Fetches now; rejects with `KeysUnavailable`. */
  refresh(): Promise<void>;
  /** Whether there are keys that may still be used. */
  hasKeys(): boolean;
  /** Refreshes in the background, keeping the last good set on failure, until the returned function is called. */
  keepFresh(onError: (error: unknown) => void): () => void;
}

/**
 * The keys at `jwksUri`: fetched on first use, again for an unknown `kid` (with a cooldown), and every five minutes.
 * The last good set serves for an hour at most; before the first one nothing is accepted.
 */
export function createKeySet(options: KeySetOptions): KeySet {
  const url = new URL(options.jwksUri);
  if (url.protocol !== 'https:') throw new Error('the key set must be fetched over https');
  const remote = createRemoteJWKSet(url, {
    timeoutDuration: 3_000,
    cooldownDuration: (options.cooldownSeconds ?? 10) * 1_000,
    cacheMaxAge: LAST_GOOD_MS,
    ...(options.fetch === undefined ? {} : { [customFetch]: options.fetch }),
  });
  const refresh = (): Promise<void> => remote.reload().catch(toUnavailable);
  return {
    keyFor: (header, token) => remote(header, token).catch(toUnavailable),
    refresh,
    hasKeys: () => remote.fresh,
    keepFresh(onError) {
      const timer = setInterval(() => void refresh().catch(onError), REFRESH_EVERY_MS);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}

function toUnavailable(error: unknown): never {
  // Only "no such key" says something about the token; everything else is about the fetch.
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    throw error;
  throw new KeysUnavailable('the keys of the issuer cannot be fetched', { cause: error });
}
