import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { Certificate } from '../certificate/certificate.js';
import type { PublicKeyInfo } from '../certificate/public-key.js';
import type { CertificateFault } from '../fault.js';
import { findSignatureAlgorithm, type AcceptedAlgorithms } from './signature-algorithm.js';

/**
 * SHA-256 over the SubjectPublicKeyInfo, base64url: what a trust anchor is pinned by. A re-issued certificate
 * with the same key has the same thumbprint; another certificate of the same name has not.
 */
export function publicKeyThumbprint({ publicKeyInfo }: Pick<Certificate, 'publicKeyInfo'>): string {
  const known = THUMBPRINTS.get(publicKeyInfo);
  if (known !== undefined) return known;
  const thumbprint = createHash('sha256').update(publicKeyInfo.der).digest('base64url');
  THUMBPRINTS.set(publicKeyInfo, thumbprint);
  return thumbprint;
}

/** A certificate, a CRL or an OCSP response: octets and the signature over them. */
export interface Signed {
  readonly tbs: Uint8Array;
  /** AlgorithmIdentifier, DER. */
  readonly signatureAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Why `signed` does not count as signed by `issuer`'s key, or `undefined` if it does: algorithm on the list, key
 * sound and of the same family, signature verifies.
 *
 * Does NOT compare names, nor ask whether the issuer may sign.
 */
export function signatureFault(
  signed: Signed,
  issuer: Pick<Certificate, 'publicKeyInfo'>,
  accepted: AcceptedAlgorithms,
): CertificateFault | undefined {
  const found = findSignatureAlgorithm(signed.signatureAlgorithm, accepted);
  if (!found.supported) return found.fault;
  const { family, hash, pss } = found.algorithm;
  if (issuer.publicKeyInfo.fault !== undefined) return issuer.publicKeyInfo.fault;
  if (issuer.publicKeyInfo.family !== family) return 'sig.invalid';
  const key = findKey(issuer);
  if (key === undefined) return 'key.malformed';
  return verify(hash, signed.tbs, { key, ...pss }, signed.signature) ? undefined : 'sig.invalid';
}

const THUMBPRINTS = new WeakMap<PublicKeyInfo, string>();

/** Importing a key costs as much as a signature check. Bounded: partners bring intermediates of their own. */
const KEYS = new Map<string, KeyObject>();
const MAXIMUM_KEYS = 512;

function findKey(issuer: Pick<Certificate, 'publicKeyInfo'>): KeyObject | undefined {
  const thumbprint = publicKeyThumbprint(issuer);
  const known = KEYS.get(thumbprint);
  if (known !== undefined) return known;
  const key = importKey(issuer.publicKeyInfo.der);
  if (key === undefined) return undefined;
  if (KEYS.size >= MAXIMUM_KEYS) KEYS.delete(KEYS.keys().next().value!);
  KEYS.set(thumbprint, key);
  return key;
}

/** Fails for a point that is not on its curve. */
function importKey(spki: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}
