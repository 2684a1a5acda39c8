import { hash, timingSafeEqual } from 'node:crypto';

declare const brand: unique symbol;

/** `x5t#S256`: base64url without padding of the SHA-256 of a certificate's DER, 43 characters (RFC 8705 §3.1). */
export type CertificateThumbprint = string & { readonly [brand]: 'CertificateThumbprint' };

/** The thumbprint of a certificate, given as the DER octets that came over the wire. Does NOT parse them. */
export function thumbprintOf(der: Uint8Array): CertificateThumbprint {
  return hash('sha256', der, 'base64url') as CertificateThumbprint;
}

/**
 * `text` as a thumbprint, or `undefined` if it is not exactly 32 octets in canonical base64url:
 * hex, padding, standard base64 and SHA-1 lengths are refused, never normalised (RFC 8705 §3.1).
 */
export function parseThumbprint(text: unknown): CertificateThumbprint | undefined {
  if (typeof text !== 'string' || !/^[A-Za-z0-9_-]{43}$/.test(text)) return undefined;
  return Buffer.from(text, 'base64url').toString('base64url') === text
    ? (text as CertificateThumbprint)
    : undefined;
}

/** Whether two thumbprints are of one certificate; compared as 32 octets, in constant time. */
export function isSameThumbprint(a: CertificateThumbprint, b: CertificateThumbprint): boolean {
  return timingSafeEqual(Buffer.from(a, 'base64url'), Buffer.from(b, 'base64url'));
}
