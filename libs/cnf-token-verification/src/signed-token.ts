import { errors, jwtVerify, type JWTHeaderParameters, type JWTPayload } from 'jose';
import type { VerificationKey } from './key-set.js';
import { KeysUnavailable, type KeySource } from './key-source.js';
import type { IssuerPolicy } from './policy.js';
import { refused, unavailable, type NegativeVerdict, type TokenRejection } from './verdict.js';

/** A token that its issuer signed, for this API, at this time. */
export interface SignedToken {
  readonly outcome: 'signed';
  readonly claims: JWTPayload;
  readonly key: VerificationKey;
}

/** How far `iat` may lie in the future, seconds. */
const FUTURE_SECONDS = 60;

/**
 * Whether `token` is a JWT of this issuer for this API, in time and of the right type (RFC 9068 §4, RFC 8725 §3). The only
 * place beside the deny feed that calls `jwtVerify`, with every option set: jose checks what it is asked to and nothing else. The key comes from
 * `keys` by `kid`; keys and addresses in the header are never looked at (`jwk`, `jku`, `x5c`, `x5u`).
 *
 * Does NOT look at `cnf` nor at the types of the other claims.
 */
export async function verifySignedToken(
  token: string,
  issuer: IssuerPolicy,
  keys: Pick<KeySource, 'find'>,
  clockTolerance: number,
  now: Date,
): Promise<SignedToken | NegativeVerdict> {
  let key: VerificationKey | undefined;
  const keyFor = async (header: JWTHeaderParameters) => {
    // No extension is known here, so none may be critical (RFC 7515 §4.1.11).
    if (header.crit !== undefined) throw new errors.JOSENotSupported('crit');
    key = await keys.find(header.kid, header.alg, now);
    if (key === undefined) throw new errors.JWKSNoMatchingKey();
    return key.byAlgorithm.get(header.alg)!;
  };
  try {
    const { payload } = await jwtVerify(token, keyFor, {
      issuer: issuer.issuer,
      audience: issuer.audience,
      currentDate: now,
      clockTolerance,
      typ: issuer.typ,
      algorithms: issuer.algorithms,
      requiredClaims: ['exp', 'iat', 'sub', 'jti', issuer.clientIdClaim],
    });
    if (payload.iat! * 1_000 > now.getTime() + FUTURE_SECONDS * 1_000)
      return refused('token_untrusted', 'iat is ahead');
    return { outcome: 'signed', claims: payload, key: key! };
  } catch (error) {
    if (error instanceof KeysUnavailable) return unavailable('keys_unavailable', error);
    return refused(rejectionFor(error), error);
  }
}

/** Outcomes that are the token's fault. Anything else is a bug of ours and stays an exception. */
const REJECTION_FOR: Readonly<Record<string, TokenRejection>> = {
  ERR_JWS_INVALID: 'token_malformed',
  ERR_JWT_INVALID: 'token_malformed',
  ERR_JWT_EXPIRED: 'token_expired',
  ERR_JOSE_NOT_SUPPORTED: 'token_untrusted',
  ERR_JOSE_ALG_NOT_ALLOWED: 'token_untrusted',
  ERR_JWKS_NO_MATCHING_KEY: 'token_untrusted',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'token_untrusted',
  ERR_JWT_CLAIM_VALIDATION_FAILED: 'token_untrusted',
};

function rejectionFor(error: unknown): TokenRejection {
  const rejection = error instanceof errors.JOSEError ? REJECTION_FOR[error.code] : undefined;
  if (rejection === undefined) throw error;
  return rejection;
}
