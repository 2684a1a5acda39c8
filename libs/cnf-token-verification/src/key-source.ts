import type { SignatureAlgorithm } from './algorithms.js';
import { type KeySet, parseKeySet, type VerificationKey } from './key-set.js';

/** The issuer's keys are not known: an outage of ours (503), never a verdict about a token. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

/** How long a set serves, and how often it may be fetched; seconds. */
export interface KeySetLimits {
  readonly maxAgeSeconds: number;
  readonly cooldownSeconds: number;
  readonly lastGoodSeconds: number;
}

/**
 * The published keys of one issuer, held in memory (RFC 7517 §5). A set past its maximum age is fetched before it is used;
 * if that fails, the last good one serves for an hour at most. An unknown `kid` causes one fetch per cooldown, however many
 * there are. Before the first set nothing is accepted.
 */
export class KeySource {
  private set: KeySet | undefined;
  /** When the fetch that gave `set` began, and when the last one did; milliseconds. */
  private loadedAt = Number.NEGATIVE_INFINITY;
  private triedAt = Number.NEGATIVE_INFINITY;
  private failure: unknown;
  private pending: Promise<void> | undefined;

  constructor(
    private readonly load: () => Promise<unknown>,
    private readonly algorithms: readonly SignatureAlgorithm[],
    private readonly limits: KeySetLimits,
  ) {}

  /** The key that `kid` and `alg` name, or undefined if the issuer has none. Throws `KeysUnavailable` if it cannot be known. */
  async find(kid: string | undefined, alg: string, now: Date): Promise<VerificationKey | undefined> {
    await this.freshen(now);
    const known = this.requireSet(now).find(kid, alg);
    if (known !== undefined) return known;
    // A key that was published after our fetch, or no key at all: only the issuer can tell.
    if (this.mayTry(now)) await this.attempt(now);
    const found = this.requireSet(now).find(kid, alg);
    if (found === undefined && this.failure !== undefined) throw this.unavailable();
    return found;
  }

  /** Whether `key` may still be used: it is in the set as it is now. Fetches that set if it is too old. */
  holds(key: VerificationKey, now: Date): boolean | Promise<boolean> {
    const isHeld = (): boolean => this.isUsable(now) && this.set!.has(key);
    return this.isStale(now) ? this.freshen(now).then(isHeld) : isHeld();
  }

  /** Fetches now; throws `KeysUnavailable` if that fails. */
  async refresh(now: Date): Promise<void> {
    await this.attempt(now);
    if (this.failure !== undefined) throw this.unavailable();
  }

  /** Whether there are keys that may still be used. */
  isUsable(now: Date): boolean {
    return this.set !== undefined && now.getTime() - this.loadedAt <= this.limits.lastGoodSeconds * 1_000;
  }

  private isStale(now: Date): boolean {
    return now.getTime() - this.loadedAt > this.limits.maxAgeSeconds * 1_000;
  }

  /** Waits for a first fetch, and for the first one of a stale set; while the issuer is away, nobody waits for the others. */
  private async freshen(now: Date): Promise<void> {
    if (!this.isStale(now) || !this.mayTry(now)) return;
    const isIssuerAway = this.failure !== undefined && this.isUsable(now);
    const attempt = this.attempt(now);
    if (!isIssuerAway) await attempt;
  }

  private mayTry(now: Date): boolean {
    return this.pending !== undefined || now.getTime() - this.triedAt >= this.limits.cooldownSeconds * 1_000;
  }

  /** One fetch at a time, shared by all who wait for it. Never rejects. */
  private attempt(now: Date): Promise<void> {
    this.pending ??= this.fetchOnce(now).finally(() => (this.pending = undefined));
    return this.pending;
  }

  private async fetchOnce(now: Date): Promise<void> {
    this.triedAt = now.getTime();
    try {
      this.set = await parseKeySet(await this.load(), this.algorithms);
      this.loadedAt = now.getTime();
      this.failure = undefined;
    } catch (error) {
      this.failure = error;
    }
  }

  private requireSet(now: Date): KeySet {
    if (!this.isUsable(now)) throw this.unavailable();
    return this.set!;
  }

  private unavailable(): KeysUnavailable {
    return new KeysUnavailable('the keys of the issuer cannot be fetched', { cause: this.failure });
  }
}
