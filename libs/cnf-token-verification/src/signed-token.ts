import type { SignatureAlgorithm } from './algorithms.js';
import { isSignedBy, type JsonObject, type Jws, type Jwt } from './jws.js';
import type { VerificationKey } from './key-set.js';
import { KeysUnavailable, type KeySource } from './key-source.js';
import type { IssuerPolicy } from './policy.js';
import { refused, unavailable, type NegativeVerdict } from './verdict.js';

/** A token that its issuer signed, for this API, at this time. */
export interface SignedToken {
  readonly outcome: 'signed';
  readonly claims: JsonObject;
  readonly key: VerificationKey;
}

/** How far `iat` may lie in the future, seconds. */
const FUTURE_SECONDS = 60;

/**
 * Whether `token` was signed by this issuer, for this API, is in time and of the right type (RFC 9068 §4, RFC 8725 §3). Does
 * NOT look at `cnf` nor at the types of the other claims.
 */
export async function verifySignedToken(
  token: Jwt,
  issuer: IssuerPolicy,
  keys: Pick<KeySource, 'find'>,
  clockTolerance: number,
  now: Date,
): Promise<SignedToken | NegativeVerdict> {
  const key = await findSigner(token, issuer, keys, now);
  if ('outcome' in key) return key;
  const second = Math.floor(now.getTime() / 1_000);
  return (
    judgeType(token.header, issuer) ??
    judgeClaims(token.claims, issuer) ??
    judgeTimes(token.claims, second, clockTolerance) ?? { outcome: 'signed', claims: token.claims, key }
  );
}

/**
 * The key of the issuer that made this signature. It is found by `kid`, among the issuer's own, and used with an algorithm
 * that the policy names; keys and addresses in the header are never looked at (`jwk`, `jku`, `x5c`, `x5u`).
 */
export async function findSigner(
  jws: Jws,
  issuer: IssuerPolicy,
  keys: Pick<KeySource, 'find'>,
  now: Date,
): Promise<VerificationKey | NegativeVerdict> {
  const { kid, crit } = jws.header;
  const alg = allowedAlgorithm(jws.header['alg'], issuer);
  if (alg === undefined) return untrusted('alg');
  // No extension is known here, so none may be critical (RFC 7515 §4.1.11).
  if (crit !== undefined) return untrusted('crit');
  if (kid !== undefined && typeof kid !== 'string') return untrusted('kid');
  try {
    const key = await keys.find(kid, alg, now);
    if (key === undefined) return untrusted('the issuer has no such key');
    return isSignedBy(jws, key.byAlgorithm.get(alg)!, alg) ? key : untrusted('signature');
  } catch (error) {
    if (error instanceof KeysUnavailable) return unavailable('keys_unavailable', error);
    throw error;
  }
}

/** The algorithm as the policy writes it: what the token says selects, and is not used itself. */
function allowedAlgorithm(alg: unknown, { algorithms }: IssuerPolicy): SignatureAlgorithm | undefined {
  return algorithms.find((allowed) => allowed === alg);
}

/** RFC 8725 §3.11, RFC 9068 §4; a media type whose `application/` may be left out (RFC 7515 §4.1.9). */
function judgeType({ typ }: JsonObject, issuer: IssuerPolicy): NegativeVerdict | undefined {
  return typeof typ === 'string' && mediaType(typ) === mediaType(issuer.typ) ? undefined : untrusted('typ');
}

function mediaType(typ: string): string {
  const lower = typ.toLowerCase();
  return lower.includes('/') ? lower : `application/${lower}`;
}

/** RFC 9068 §2.2 and §4: what must be there, from this issuer, for this API. */
function judgeClaims(claims: JsonObject, issuer: IssuerPolicy): NegativeVerdict | undefined {
  for (const name of ['iss', 'aud', 'exp', 'iat', 'sub', 'jti', issuer.clientIdClaim])
    if (!Object.hasOwn(claims, name)) return untrusted(`it has no ${name}`);
  const { iss, aud } = claims;
  if (iss !== issuer.issuer) return untrusted('iss');
  // One or several (RFC 7519 §4.1.3).
  const isForUs = Array.isArray(aud) ? aud.includes(issuer.audience) : aud === issuer.audience;
  return isForUs ? undefined : untrusted('aud');
}

/** RFC 7519 §4.1.4 to §4.1.6; all in seconds. */
function judgeTimes(
  { exp, nbf, iat }: JsonObject,
  now: number,
  tolerance: number,
): NegativeVerdict | undefined {
  if (!isNumber(exp) || !isNumber(iat)) return untrusted('exp or iat is no number');
  if (nbf !== undefined && !(isNumber(nbf) && nbf <= now + tolerance)) return untrusted('nbf');
  if (!(exp > now - tolerance)) return refused('token_expired', 'exp');
  return iat <= now + FUTURE_SECONDS ? undefined : untrusted('iat is ahead');
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function untrusted(cause: string): NegativeVerdict {
  return refused('token_untrusted', cause);
}
