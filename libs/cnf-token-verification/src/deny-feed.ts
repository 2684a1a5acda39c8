import type { TokenPolicy } from './policy.js';
import {
  refused,
  unavailable,
  type DenyReason,
  type NegativeVerdict,
  type VerifiedAccess,
} from './verdict.js';

/**
 * What the issuer has withdrawn before it expired: partners, clients, certificates (by thumbprint), grants (client,
 * resource, everything issued before an instant), tokens (by `jti`) and keys (by `kid`). Asked on every call, also about
 * remembered verdicts; so it answers from memory.
 */
export interface DenyFeed {
  /** Why this access is withdrawn, or undefined if the feed does not say that it is. */
  forbids(access: VerifiedAccess, now: Date): DenyReason | undefined;
  /** When all that the feed says was last confirmed by its source; undefined before the first time. */
  confirmedAt(): Date | undefined;
}

/** Calls cannot be accepted, because the deny feed is away. */
export class DenyFeedStale extends Error {
  override readonly name = 'DenyFeedStale';
}

/**
 * What the feed has against `access`, or undefined. A withdrawal counts however old the feed is. Silence counts only
 * while the feed is fresh: under `strict` for seconds; under `bounded` for a stated while longer, the one exception from
 * "missing means no", so that an API outlives an outage of the issuer.
 */
export function askDenyFeed(
  feed: DenyFeed | undefined,
  policy: TokenPolicy['denyFeed'],
  access: VerifiedAccess,
  now: Date,
): NegativeVerdict | undefined {
  if (feed === undefined || policy === undefined) return undefined;
  const reason = feed.forbids(access, now);
  if (reason !== undefined) return refused(reason, 'named by the deny feed');
  const silence = judgeSilence(feed, policy, now);
  return silence === undefined ? undefined : unavailable('deny_feed_stale', silence);
}

/** Why the silence of the feed says nothing, in words; undefined while it counts. */
export function judgeSilence(
  feed: DenyFeed,
  policy: NonNullable<TokenPolicy['denyFeed']>,
  now: Date,
): string | undefined {
  const confirmed = feed.confirmedAt();
  if (confirmed === undefined) return 'it was never confirmed';
  const seconds = (now.getTime() - confirmed.getTime()) / 1_000;
  const bound = policy.mode === 'strict' ? policy.currentSeconds : policy.boundSeconds;
  return seconds <= bound ? undefined : `last confirmed ${Math.round(seconds)} s ago`;
}
