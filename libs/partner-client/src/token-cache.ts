import { ServiceUnavailable, TlsFailure } from './errors.js';
import type { Clock } from './options.js';
import type { Issued, TokenWish } from './token-request.js';

/** What is known about the token for one resource and scope. */
interface Entry {
  token?: Issued | undefined;
  /** The request that everybody waits for. */
  pending?: Promise<Issued> | undefined;
  failures: number;
  failure?: { readonly error: unknown; readonly until: number } | undefined;
}

const SECOND_MS = 1_000;
/** Renewed that long before the end, or after 80 % of its life where that is later. */
const EARLIEST_MS = 30 * SECOND_MS;
const LAST_PART_OF_LIFE = 0.2;
const LONGEST_PAUSE_MS = 10 * SECOND_MS;
const LONGEST_RETRY_AFTER_MS = 60 * SECOND_MS;

/**
 * Tokens by resource and scope, for one certificate. One request at a time for each; renewed shortly before the end.
 * After a failure there is a pause in which callers get the same error: a second, doubled up to ten; what
 * `Retry-After` says, up to a minute. While the service cannot be reached, a token that still counts is used up.
 */
export class TokenCache {
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly request: (wish: TokenWish) => Promise<Issued>,
    private readonly clock: Clock,
  ) {}

  async get(wish: TokenWish): Promise<Issued> {
    const entry = this.#entryFor(wish);
    const now = this.clock().getTime();
    if (entry.token !== undefined && now < renewalOf(entry.token)) return entry.token;
    try {
      if (entry.failure !== undefined && now < entry.failure.until) throw entry.failure.error;
      entry.pending ??= this.#renew(entry, wish);
      return await entry.pending;
    } catch (error) {
      if (entry.token !== undefined && isOutage(error) && now < endOf(entry.token)) return entry.token;
      throw error;
    }
  }

  /** An API does not take this token any more. Another one that came meanwhile stays. */
  forget({ accessToken }: Issued): void {
    for (const entry of this.#entries.values()) {
      if (entry.token?.accessToken === accessToken) entry.token = undefined;
    }
  }

  #entryFor({ resource, scope }: TokenWish): Entry {
    const key = JSON.stringify([resource, scope]);
    const entry = this.#entries.get(key) ?? { failures: 0 };
    this.#entries.set(key, entry);
    return entry;
  }

  async #renew(entry: Entry, wish: TokenWish): Promise<Issued> {
    try {
      entry.token = await this.request(wish);
      entry.failures = 0;
      entry.failure = undefined;
      return entry.token;
    } catch (error) {
      entry.failures += 1;
      entry.failure = { error, until: this.clock().getTime() + pauseAfter(error, entry.failures) };
      throw error;
    } finally {
      entry.pending = undefined;
    }
  }
}

/** A token without a stated end is used once. */
const endOf = ({ expiresAt, askedAt }: Issued): number => (expiresAt ?? askedAt).getTime();

function renewalOf(token: Issued): number {
  const life = endOf(token) - token.askedAt.getTime();
  return endOf(token) - Math.min(EARLIEST_MS, LAST_PART_OF_LIFE * life);
}

const isOutage = (error: unknown): boolean =>
  error instanceof ServiceUnavailable || error instanceof TlsFailure;

function pauseAfter(error: unknown, failures: number): number {
  const asked = error instanceof ServiceUnavailable ? error.retryAfterSeconds : undefined;
  if (asked !== undefined) return Math.min(asked * SECOND_MS, LONGEST_RETRY_AFTER_MS);
  return Math.min(2 ** (failures - 1) * SECOND_MS, LONGEST_PAUSE_MS);
}
