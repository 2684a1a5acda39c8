/** How often one client may call. */
export interface Rate {
  readonly perSecond: number;
  /** So many calls at once, after a pause. */
  readonly burst: number;
}

/** Clients that are remembered; who was longest away is forgotten, and its bucket is full by then or nearly. */
const REMEMBERED = 10_000;

interface Bucket {
  left: number;
  /** Milliseconds of the clock. */
  at: number;
}

/** One token bucket for each client. Counts in this process only: with several replicas each lets through its share. */
export class RateLimit {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly rate: Rate,
    /** Monotonic, milliseconds. */
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Takes one call from the client's bucket: undefined if there was one, else the seconds to wait, at least 1. */
  take(client: string): number | undefined {
    const { perSecond, burst } = this.rate;
    const now = this.clock();
    const bucket = this.buckets.get(client) ?? { left: burst, at: now };
    bucket.left = Math.min(burst, bucket.left + ((now - bucket.at) / 1_000) * perSecond);
    bucket.at = now;
    this.buckets.delete(client);
    this.buckets.set(client, bucket);
    if (this.buckets.size > REMEMBERED) this.buckets.delete(this.buckets.keys().next().value!);
    if (bucket.left >= 1) {
      bucket.left -= 1;
      return undefined;
    }
    return Math.max(1, Math.ceil((1 - bucket.left) / perSecond));
  }
}
