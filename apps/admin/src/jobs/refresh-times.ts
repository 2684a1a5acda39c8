const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** At the earliest: a CA that publishes every minute is not asked every second. */
const SOONEST = 60 * SECOND;
/** At the latest: within this time a revocation is known here, however long the CRL says that it holds. */
const LATEST = 6 * HOUR;

const RETRY = { first: 30 * SECOND, most: HOUR };

/** When a CRL was issued, and until when it is believed. */
export interface Lifetime {
  readonly from: Date;
  readonly until: Date;
}

/**
 * When to fetch again after a success: half-way through the lifetime, give or take a tenth of it, so that replicas of a
 * CA's customers do not all come at once. Past that point, half-way through what is left.
 *
 * `random` is from [0, 1).
 */
export function refreshAt({ from, until }: Lifetime, now: Date, random: number): Date {
  const lifetime = until.getTime() - from.getTime();
  const planned = from.getTime() + lifetime * (0.4 + 0.2 * random) - now.getTime();
  const left = until.getTime() - now.getTime();
  const wait = planned > 0 ? planned : left * (0.4 + 0.2 * random);
  return new Date(now.getTime() + Math.min(Math.max(wait, SOONEST), LATEST));
}

/** When to try again after a failure: after 30 s, then twice as long each time up to an hour, give or take a tenth. */
export function retryAt(previousWaitMillis: number | undefined, now: Date, random: number): Date {
  const wait = previousWaitMillis === undefined ? RETRY.first : 2 * previousWaitMillis;
  const bounded = Math.min(Math.max(wait, RETRY.first), RETRY.most);
  return new Date(now.getTime() + bounded * (0.9 + 0.2 * random));
}
