import type { AccessRejection, Outage } from '@holdfast/oauth-protocol';
import type { CertificateThumbprint } from '@holdfast/token-binding';

/** Who calls, as far as the token says and the certificate proves. Frozen: one object may serve many requests. */
export interface VerifiedAccess {
  readonly issuer: string;
  /** The identifier of this API, as the policy names it. */
  readonly audience: string;
  readonly clientId: string;
  /** The partner that the client belongs to, where the issuer says so. */
  readonly partner: string | undefined;
  readonly scopes: readonly string[];
  /** Of the certificate that the token is bound to; undefined only where the policy has `binding: optional`. */
  readonly thumbprint: CertificateThumbprint | undefined;
  /** `jti`; an opaque token may have none. */
  readonly tokenId: string | undefined;
  /** `kid` of the key that signed it; undefined for an opaque token, and for a key without one. */
  readonly keyId: string | undefined;
  /** Seconds since 1970; an opaque token may not say. */
  readonly issuedAt: number | undefined;
  /** Seconds since 1970. */
  readonly expiresAt: number;
  /** Everything that the issuer said, verified as its words and not judged further. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Why a token is refused. */
export type TokenRejection = Extract<
  AccessRejection,
  | 'token_malformed'
  | 'token_expired'
  | 'token_untrusted'
  | 'token_inactive'
  | 'binding_missing'
  | 'binding_mismatch'
  | 'certificate_absent'
  | DenyReason
>;

/** Why an access that was granted is withdrawn. */
export type DenyReason = Extract<
  AccessRejection,
  'partner_suspended' | 'client_suspended' | 'certificate_blocked' | 'token_revoked'
>;

/** Why there is no verdict at the moment: 503, never a refusal of the caller. */
export type TokenOutage = Extract<
  Outage,
  'keys_unavailable' | 'introspection_unavailable' | 'deny_feed_stale'
>;

/** `cause` is for the operator, never for the caller. */
export type TokenVerdict =
  | { readonly outcome: 'accepted'; readonly access: VerifiedAccess }
  | { readonly outcome: 'refused'; readonly reason: TokenRejection; readonly cause?: unknown }
  | { readonly outcome: 'unavailable'; readonly reason: TokenOutage; readonly cause?: unknown };

export type NegativeVerdict = Exclude<TokenVerdict, { outcome: 'accepted' }>;

export function refused(reason: TokenRejection, cause?: unknown): NegativeVerdict {
  return { outcome: 'refused', reason, cause };
}

export function unavailable(reason: TokenOutage, cause?: unknown): NegativeVerdict {
  return { outcome: 'unavailable', reason, cause };
}
