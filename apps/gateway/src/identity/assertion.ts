import { createPrivateKey, createPublicKey, randomUUID, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, SignJWT, type JWK } from 'jose';
import type { VerifiedAccess } from '@holdfast/cnf-token-verification';
import type { CertificateThumbprint } from '@holdfast/token-binding';

/** How callers are vouched for to upstreams, in a JWT. */
export interface AssertionPlan {
  readonly key: KeyObject;
  readonly issuer: string;
  readonly header: string;
  /** Sent as `Authorization: Bearer` instead of in `header`. */
  readonly bearer: boolean;
  readonly lifetimeSeconds: number;
}

/** For whom an assertion is. */
export interface AssertionAudience {
  /** The origin of the upstream, or the API itself where another proxy forwards. */
  readonly name: string;
  /** Of the gateway's own certificate at that upstream, if it shows one: only its holder can use the assertion there. */
  readonly boundTo: CertificateThumbprint | undefined;
}

/** A P-256 private key in PEM, or undefined for anything else. */
export function readAssertionKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    return undefined;
  }
}

interface Signed {
  readonly jwt: string;
  /** Milliseconds since 1970; from then on another one is made. */
  readonly useUntil: number;
}

/**
 * Signs who calls, for one upstream and for a short time: never longer than the token lives. One assertion serves the
 * calls of the first half of its life, so that not every call costs a signature.
 */
export class Assertions {
  private readonly signed = new WeakMap<VerifiedAccess, Map<string, Signed>>();
  private readonly jwk: Promise<JWK & { kid: string }>;

  constructor(readonly plan: AssertionPlan) {
    this.jwk = publicJwk(plan.key);
  }

  /** The keys under which upstreams verify (RFC 7517). */
  async keySet(): Promise<{ readonly keys: readonly JWK[] }> {
    return { keys: [await this.jwk] };
  }

  /** A header line with the assertion for `audience`. */
  async of(access: VerifiedAccess, audience: AssertionAudience, now: Date): Promise<readonly string[]> {
    const { header, bearer } = this.plan;
    const jwt = await this.current(access, audience, now);
    return bearer ? ['Authorization', `Bearer ${jwt}`] : [header, jwt];
  }

  private async current(access: VerifiedAccess, audience: AssertionAudience, now: Date): Promise<string> {
    const key = `${audience.name} ${audience.boundTo}`;
    const known = this.signed.get(access)?.get(key);
    if (known !== undefined && now.getTime() < known.useUntil) return known.jwt;
    const made = await this.sign(access, audience, now);
    const all = this.signed.get(access) ?? new Map<string, Signed>();
    this.signed.set(access, all.set(key, made));
    return made.jwt;
  }

  private async sign(
    access: VerifiedAccess,
    { name, boundTo }: AssertionAudience,
    now: Date,
  ): Promise<Signed> {
    const { key, issuer, lifetimeSeconds } = this.plan;
    const second = Math.floor(now.getTime() / 1_000);
    const jwt = await new SignJWT({
      client_id: access.clientId,
      scope: access.scopes.join(' '),
      token_issuer: access.issuer,
      ...(access.partner !== undefined && { partner: access.partner }),
      ...(access.thumbprint !== undefined && { client_certificate: access.thumbprint }),
      // RFC 8705 §3.1. The peer of the upstream is the gateway, so it is bound to the gateway's certificate.
      ...(boundTo !== undefined && { cnf: { 'x5t#S256': boundTo } }),
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'holdfast-identity+jwt', kid: (await this.jwk).kid })
      .setIssuer(issuer)
      .setAudience(name)
      .setSubject(access.clientId)
      .setIssuedAt(second)
      .setExpirationTime(Math.min(second + lifetimeSeconds, access.expiresAt))
      .setJti(randomUUID())
      .sign(key);
    return { jwt, useUntil: Math.min(now.getTime() + lifetimeSeconds * 500, access.expiresAt * 1_000) };
  }
}

async function publicJwk(key: KeyObject): Promise<JWK & { kid: string }> {
  const jwk = await exportJWK(createPublicKey(key));
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'ES256', use: 'sig' };
}
