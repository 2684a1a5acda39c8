import type { Reason } from '@holdfast/oauth-protocol';

/** Refusals of one client for one reason that are recorded in full per minute; the rest is counted. */
const RECORDED_PER_MINUTE = 20;

/** Refusals that were not recorded one by one. */
export interface SuppressedRefusals {
  readonly clientId: string;
  readonly reason: Reason;
  readonly suppressed: number;
}

/**
 * Caps what one *proven* client can write into the audit trail by being refused again and again:
 * the first refusals of a minute are recorded, the others become one event with a `suppressed` count.
 */
export class RefusalThrottle {
  private minute = 0;
  private current = new Map<string, { clientId: string; reason: Reason; count: number }>();
  private finished: SuppressedRefusals[] = [];

  /** Whether this refusal is to be recorded in full. `now` in milliseconds. */
  admit(clientId: string, reason: Reason, now: number): boolean {
    this.turn(now);
    const key = `${clientId}\n${reason}`;
    const entry = this.current.get(key) ?? { clientId, reason, count: 0 };
    entry.count += 1;
    this.current.set(key, entry);
    return entry.count <= RECORDED_PER_MINUTE;
  }

  /** What was suppressed in minutes that are over; call it about once a minute. `now` in milliseconds. */
  drain(now: number): readonly SuppressedRefusals[] {
    this.turn(now);
    return this.finished.splice(0);
  }

  /** Takes back what `drain` gave and could not be recorded. */
  restore(suppressed: readonly SuppressedRefusals[]): void {
    this.finished.unshift(...suppressed);
  }

  private turn(now: number): void {
    const minute = Math.floor(now / 60_000);
    if (minute === this.minute) return;
    this.minute = minute;
    for (const { clientId, reason, count } of this.current.values()) {
      if (count > RECORDED_PER_MINUTE) {
        this.finished.push({ clientId, reason, suppressed: count - RECORDED_PER_MINUTE });
      }
    }
    this.current = new Map();
  }
}
