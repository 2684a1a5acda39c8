import type { DenyEntry } from './deny-list.js';

/** `typ` of the JWTs of the deny feed: they pass for nothing else (RFC 8725 §3.11). */
export const DENY_EVENT_TYPE = 'holdfast-deny+jwt';

/** The scope that a client needs at the issuer to read the feed. */
export const DENY_FEED_SCOPE = 'deny-feed:read';

/**
 * What the deny feed says: the claims of one JWT. A snapshot is everything, a delta what changed since the version `since`, a
 * heartbeat that nothing did. `version` never goes back.
 */
export type DenyEvent = {
  readonly iss: string;
  /** When it was said, seconds since 1970. */
  readonly iat: number;
  /** When the issuer last confirmed what it says, seconds since 1970. */
  readonly confirmed_at: number;
  /** A number, as text: it may be larger than numbers of JSON are exact. */
  readonly version: string;
} & (
  | { readonly kind: 'snapshot'; readonly entries: readonly DenyEntry[] }
  | {
      readonly kind: 'delta';
      readonly since: string;
      readonly entries: readonly DenyEntry[];
      /** Ids of entries that no longer count. */
      readonly removed: readonly string[];
    }
  | { readonly kind: 'heartbeat' }
);
