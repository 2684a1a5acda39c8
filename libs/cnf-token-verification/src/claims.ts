import { confirmedThumbprint, isSameThumbprint, type CertificateThumbprint } from '@holdfast/token-binding';
import type { IssuerPolicy, TokenPolicy } from './policy.js';
import { refused, type NegativeVerdict, type VerifiedAccess } from './verdict.js';

export type Claims = Readonly<Record<string, unknown>>;

/**
 * Whether a token with this `cnf` may be used over this certificate (RFC 8705 §3, RFC 7800 §3.1): undefined if so. A
 * confirmation that is there must be understood completely and hold, whatever the policy; only its absence is optional.
 */
export function judgeBinding(
  claims: Claims,
  presented: CertificateThumbprint | undefined,
  binding: TokenPolicy['binding'],
): NegativeVerdict | undefined {
  if (!Object.hasOwn(claims, 'cnf'))
    return binding === 'optional' ? undefined : refused('binding_missing', 'it has no cnf');
  const bound = confirmedThumbprint(claims['cnf']);
  if (bound === undefined) return refused('binding_missing', 'its cnf is not exactly one x5t#S256');
  if (presented === undefined) return refused('certificate_absent');
  return isSameThumbprint(bound, presented) ? undefined : refused('binding_mismatch');
}

/** The claims as types; the claim that is missing or of the wrong type if one is. Does NOT judge times or audience. */
export function toAccess(
  claims: Claims,
  { issuer, audience, clientIdClaim, requiredClaims }: IssuerPolicy,
  keyId: string | undefined,
): VerifiedAccess | { readonly wrong: string } {
  const { partner, scope = '', jti, exp, iat } = claims;
  for (const name of [clientIdClaim, ...requiredClaims])
    if (!isText(own(claims, name))) return { wrong: name };
  if (partner !== undefined && !isText(partner)) return { wrong: 'partner' };
  if (typeof scope !== 'string') return { wrong: 'scope' };
  if (jti !== undefined && !isText(jti)) return { wrong: 'jti' };
  // JSON reads 1e400 as infinity: a number, later than every other.
  if (!isInstant(exp)) return { wrong: 'exp' };
  if (iat !== undefined && !isInstant(iat)) return { wrong: 'iat' };
  return Object.freeze({
    issuer,
    audience,
    clientId: own(claims, clientIdClaim) as string,
    partner,
    scopes: Object.freeze(scope.split(' ').filter((name) => name !== '')),
    thumbprint: confirmedThumbprint(claims['cnf']),
    tokenId: jti,
    keyId,
    issuedAt: iat,
    expiresAt: exp,
    claims: frozen(claims),
  });
}

function own(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isInstant(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** So that no handler changes what another request reads. Claims come from JSON: a tree, as deep as a token is short. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
