import { hash } from 'node:crypto';
import type { CertificateThumbprint } from '@holdfast/token-binding';
import type { VerifiedAccess } from './verdict.js';

/** A remembered acceptance. */
export interface RememberedAccess {
  readonly access: VerifiedAccess;
  /** Milliseconds since 1970; from then on it is forgotten. */
  readonly until: number;
  /** Whether what it rests on still stands, e.g. the key that signed the token. */
  readonly stillHolds: (now: Date) => Promise<boolean> | true;
}

/**
 * Acceptances by token *and* certificate: by token alone, a stolen token would pass over any certificate (RFC 8705 §3).
 * Least recently used ones go first. Refusals are not remembered: strangers could fill the memory with them, and an outage
 * or a key that is published a moment later would be held against a good token.
 */
export class VerdictCache {
  private readonly remembered = new Map<string, RememberedAccess>();

  constructor(private readonly entries: number) {}

  /** SHA-256, so that no token stays in memory. The parts cannot run into one another: a thumbprint has no line break. */
  static keyOf(token: string, thumbprint: CertificateThumbprint | undefined): string {
    return hash('sha256', `${thumbprint ?? 'no certificate'}\n${token}`, 'base64');
  }

  async find(key: string, now: Date): Promise<VerifiedAccess | undefined> {
    const entry = this.remembered.get(key);
    if (entry === undefined) return undefined;
    this.remembered.delete(key);
    if (now.getTime() >= entry.until || !(await entry.stillHolds(now))) return undefined;
    this.remembered.set(key, entry);
    return entry.access;
  }

  remember(key: string, entry: RememberedAccess): void {
    if (this.entries === 0) return;
    this.remembered.set(key, entry);
    if (this.remembered.size > this.entries) this.remembered.delete(this.remembered.keys().next().value!);
  }

  get size(): number {
    return this.remembered.size;
  }
}
