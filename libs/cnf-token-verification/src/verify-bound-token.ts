import { errors, jwtVerify, type JWTPayload } from 'jose';
import type { AccessRejection } from '@holdfast/oauth-protocol';
import {
  confirmedThumbprint,
  isSameThumbprint,
  thumbprintOf,
  type CertificateThumbprint,
} from '@holdfast/token-binding';
import type { KeySet } from './key-set.js';

/** What a token must satisfy at one API. Every member is spelled out by the caller: there are no defaults. */
export interface TokenPolicy {
  readonly issuer: string;
  /** The identifier of this API (RFC 8707); a token for another one is refused. */
  readonly audience: string;
  readonly keys: Pick<KeySet, 'keyFor'>;
}

/** Who calls, as far as the token says and the certificate proves. */
export interface VerifiedAccess {
  readonly clientId: string;
  /** The partner that the client belongs to. */
  readonly partner: string;
  readonly scopes: ReadonlySet<string>;
  readonly thumbprint: CertificateThumbprint;
  /** `jti` of the token. */
  readonly tokenId: string;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

export type TokenRejection = Extract<
  AccessRejection,
  'token_malformed' | 'token_expired' | 'token_untrusted' | 'binding_missing' | 'binding_mismatch'
>;

export type TokenVerdict =
  | { readonly accepted: true; readonly access: VerifiedAccess }
  | { readonly accepted: false; readonly rejection: TokenRejection; readonly cause?: unknown };

/** Tolerated difference of clocks for `exp` and `nbf`, seconds. */
const LEEWAY_SECONDS = 10;
/** How far `iat` may lie in the future, seconds. */
const FUTURE_SECONDS = 60;
/** Longer is no token of ours, and costs nothing to refuse. */
const LONGEST_TOKEN = 8_192;

/**
 * Decides whether `token` was issued by the issuer, for this API, to the holder of `certificate`
 * (RFC 9068 §4, RFC 8705 §3). `certificate` is the DER from this connection's handshake.
 *
 * Does NOT check scopes: that is per route. Does NOT judge the certificate itself (RFC 8705 §6.2): possession of its
 * key is proven by the handshake, everything else was judged when the token was issued. Throws `KeysUnavailable`
 * when the issuer's keys are not known: an outage is no verdict.
 */
export async function verifyBoundToken(
  token: string,
  certificate: Uint8Array,
  policy: TokenPolicy,
  now: Date,
): Promise<TokenVerdict> {
  if (token.length > LONGEST_TOKEN) return rejected('token_malformed');
  let claims: JWTPayload;
  try {
    ({ payload: claims } = await jwtVerify(token, policy.keys.keyFor, {
      issuer: policy.issuer,
      audience: policy.audience,
      currentDate: now,
      clockTolerance: LEEWAY_SECONDS,
      typ: 'at+jwt',
      algorithms: ['ES256', 'PS256'],
      requiredClaims: ['exp', 'iat', 'sub', 'jti', 'client_id'],
    }));
  } catch (error) {
    return rejected(rejectionFor(error), error);
  }
  if (claims.iat! * 1_000 > now.getTime() + FUTURE_SECONDS * 1_000)
    return rejected('token_untrusted', 'iat is ahead');

  const bound = confirmedThumbprint(claims['cnf']);
  if (bound === undefined) return rejected('binding_missing');
  const thumbprint = thumbprintOf(certificate);
  if (!isSameThumbprint(bound, thumbprint)) return rejected('binding_mismatch');

  const access = toAccess(claims, thumbprint);
  return access === undefined
    ? rejected('token_untrusted', 'a claim has the wrong type')
    : { accepted: true, access };
}

/** The claims as types; `undefined` when one is not what RFC 9068 §2.2 says. */
function toAccess(claims: JWTPayload, thumbprint: CertificateThumbprint): VerifiedAccess | undefined {
  const { client_id: clientId, partner, scope, jti, exp } = claims;
  if (typeof clientId !== 'string' || typeof partner !== 'string' || typeof jti !== 'string')
    return undefined;
  if (scope !== undefined && typeof scope !== 'string') return undefined;
  // JSON reads 1e400 as infinity: a number, later than every other.
  if (!Number.isSafeInteger(exp)) return undefined;
  const scopes = new Set(scope === undefined || scope === '' ? [] : scope.split(' '));
  return { clientId, partner, scopes, thumbprint, tokenId: jti, expiresAt: exp! };
}

function rejected(rejection: TokenRejection, cause?: unknown): TokenVerdict {
  return { accepted: false, rejection, cause };
}

/** Outcomes that are the token's fault. Anything else (key fetch outage, bug) stays an exception. */
const REJECTION_FOR: Readonly<Record<string, TokenRejection>> = {
  ERR_JWS_INVALID: 'token_malformed',
  ERR_JWT_INVALID: 'token_malformed',
  ERR_JWT_EXPIRED: 'token_expired',
  ERR_JOSE_NOT_SUPPORTED: 'token_untrusted',
  ERR_JOSE_ALG_NOT_ALLOWED: 'token_untrusted',
  ERR_JWKS_NO_MATCHING_KEY: 'token_untrusted',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'token_untrusted',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'token_untrusted',
  ERR_JWT_CLAIM_VALIDATION_FAILED: 'token_untrusted',
};

function rejectionFor(error: unknown): TokenRejection {
  const rejection = error instanceof errors.JOSEError ? REJECTION_FOR[error.code] : undefined;
  if (rejection === undefined) throw error;
  return rejection;
}
