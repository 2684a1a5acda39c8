import { createHash, createHmac, randomUUID, X509Certificate } from 'node:crypto';
import { CompactSign, exportJWK, generateKeyPair, type CryptoKey } from 'jose';
import type { Identity } from './wire.js';

/** The keys of an issuer that a test plays: it makes tokens that are right, and others that are right but for one thing. */
export interface IssuerKeys {
  readonly es256: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };
  readonly rs256: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };
}

export interface SigningChanges {
  /** Members of the header to set; `undefined` leaves one out. */
  readonly header?: Readonly<Record<string, unknown>>;
  readonly key?: CryptoKey;
  /** Critical header parameters that our own signer is to let pass. */
  readonly critical?: Readonly<Record<string, boolean>>;
}

const LIFETIME_SECONDS = 200;

export async function makeIssuerKeys(): Promise<IssuerKeys> {
  return {
    es256: await generateKeyPair('ES256', { extractable: true }),
    rs256: await generateKeyPair('RS256', { extractable: true }),
  };
}

/** What the issuer publishes (RFC 7517 §5). */
export async function keySetOf({ es256, rs256 }: IssuerKeys): Promise<{ readonly keys: readonly object[] }> {
  return {
    keys: [
      { ...(await exportJWK(es256.publicKey)), kid: 'es256', use: 'sig' },
      { ...(await exportJWK(rs256.publicKey)), kid: 'rs256', use: 'sig' },
    ],
  };
}

/** The current second, as JWTs write it. */
export function nowSeconds(): number {
  return Math.floor(Date.now() / 1_000);
}

/** `x5t#S256` of the leaf (RFC 8705 §3.1), computed here independently of the product. */
export function thumbprintOf(
  { certificate }: Identity,
  encoding: 'base64url' | 'base64' | 'hex' = 'base64url',
) {
  return createHash('sha256').update(new X509Certificate(certificate).raw).digest(encoding);
}

/** The claims of a valid token for the holder of the certificate (RFC 9068 §2.2, RFC 8705 §3.1). */
export function boundClaims(holder: Identity, iss: string, aud: string): Record<string, unknown> {
  const iat = nowSeconds();
  return {
    iss,
    aud,
    sub: 'forged-client',
    client_id: 'forged-client',
    partner: 'forged-partner',
    scope: 'orders:read orders:write',
    iat,
    exp: iat + LIFETIME_SECONDS,
    jti: randomUUID(),
    cnf: { 'x5t#S256': thumbprintOf(holder) },
  };
}

/** A JWS over the claims, or over the octets of a text that is not what JSON.stringify would write. */
export function signToken(
  claims: object | string,
  { header, key, critical }: SigningChanges,
  keys: IssuerKeys,
): Promise<string> {
  const payload = typeof claims === 'string' ? claims : JSON.stringify(claims);
  const protectedHeader = { alg: 'ES256', kid: 'es256', typ: 'at+jwt', ...header };
  return new CompactSign(Buffer.from(payload))
    .setProtectedHeader(protectedHeader)
    .sign(key ?? keys.es256.privateKey, critical === undefined ? {} : { crit: { ...critical } });
}

/** A token without a signature (RFC 7515 §A.5, where `alg` is `none`). */
export function unsignedToken(alg: string, claims: object): string {
  return `${segmentOf({ alg, kid: 'es256', typ: 'at+jwt' })}.${segmentOf(claims)}.`;
}

/** A token under HS256, keyed with what everybody knows (RFC 8725 §2.1). */
export function macToken(claims: object, secret: string | Buffer): string {
  const signed = `${segmentOf({ alg: 'HS256', kid: 'es256', typ: 'at+jwt' })}.${segmentOf(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** A part of a JWS: JSON in base64url. */
export function segmentOf(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
