import { hash } from 'node:crypto';
import type { CertificateThumbprint } from '@holdfast/token-binding';
import type { VerifiedAccess } from './verdict.js';

/** A remembered acceptance. */
export interface RememberedAccess {
  readonly access: VerifiedAccess;
  /** Milliseconds since 1970; from then on it is forgotten. */
  readonly until: number;
  /** Whether what it rests on still stands, e.g. the key that signed the token. */
  readonly stillHolds: (now: Date) => boolean | Promise<boolean>;
}

/**
 * Acceptances by token *and* certificate: by token alone, a stolen token would pass over any certificate (RFC 8705 §3).
 * Refusals are not remembered: strangers could fill the memory with them, and an outage or a key that is published a moment
 * later would be held against a good token.
 *
 * Two generations: what is used goes to the young one; when that is full, the old one is forgotten. So the `entries` used
 * last always stay, at most twice as many are held, and a hit costs two look-ups. (Moving an entry to the end of one Map of
 * 10,000 costs 25 µs.)
 */
export class VerdictCache {
  private young = new Map<string, RememberedAccess>();
  private old = new Map<string, RememberedAccess>();

  constructor(private readonly entries: number) {}

  /** SHA-256, so that no token stays in memory. The parts cannot run into one another: a thumbprint has no line break. */
  static keyOf(token: string, thumbprint: CertificateThumbprint | undefined): string {
    return hash('sha256', `${thumbprint ?? 'no certificate'}\n${token}`, 'base64');
  }

  /** What is remembered and still holds. At once, unless what it rests on has to be asked for. */
  find(key: string, now: Date): VerifiedAccess | undefined | Promise<VerifiedAccess | undefined> {
    const entry = this.young.get(key) ?? this.old.get(key);
    if (entry === undefined) return undefined;
    const holds = now.getTime() < entry.until && entry.stillHolds(now);
    return typeof holds === 'boolean'
      ? this.used(key, entry, holds)
      : holds.then((held) => this.used(key, entry, held));
  }

  private used(key: string, entry: RememberedAccess, holds: boolean): VerifiedAccess | undefined {
    if (!holds) {
      this.young.delete(key);
      this.old.delete(key);
      return undefined;
    }
    if (!this.young.has(key)) this.remember(key, entry);
    return entry.access;
  }

  remember(key: string, entry: RememberedAccess): void {
    if (this.entries === 0) return;
    this.young.set(key, entry);
    if (this.young.size < this.entries) return;
    this.old = this.young;
    this.young = new Map();
  }
}
