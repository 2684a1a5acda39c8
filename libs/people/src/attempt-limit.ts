const MINUTE_MS = 60_000;

/**
 * Counts attempts per source and minute, in this process. It bounds what a stranger can make us do, and locks nobody
 * out: with the next minute everybody begins anew (AW-19). The links and passkeys themselves cannot be guessed.
 */
export class AttemptLimit {
  private minute = 0;
  private counts = new Map<string, number>();

  constructor(
    private readonly perMinute: number,
    /** Sources that are counted one by one; those beyond share one count, so that memory has a bound. */
    private readonly sources = 10_000,
  ) {}

  /** Seconds to wait, or undefined if this attempt may go on. */
  count(source: string, now: Date): number | undefined {
    const minute = Math.floor(now.getTime() / MINUTE_MS);
    if (minute !== this.minute) {
      this.minute = minute;
      this.counts = new Map();
    }
    const key = this.counts.has(source) || this.counts.size < this.sources ? source : '';
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    return count <= this.perMinute
      ? undefined
      : Math.ceil(((minute + 1) * MINUTE_MS - now.getTime()) / 1_000);
  }
}
