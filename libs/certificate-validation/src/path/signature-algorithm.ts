import { constants } from 'node:crypto';
import type { KeyFamily } from '../certificate/public-key.js';
import { contextTag, DerReader, readOnly, TAG, type DerValue } from '../der/reader.js';
import { oidOf, smallInteger } from '../der/values.js';
import { Malformed, type CertificateFault } from '../fault.js';

export interface SignatureAlgorithm {
  readonly family: KeyFamily;
  /** Digest name for `node:crypto`; `null` where the algorithm fixes it. */
  readonly hash: Hash | 'sha1' | null;
  /** RSASSA-PSS parameters for `node:crypto`. */
  readonly pss?: { readonly padding: number; readonly saltLength: number };
}

export type SignatureAlgorithmVerdict =
  | { readonly supported: true; readonly algorithm: SignatureAlgorithm }
  | { readonly supported: false; readonly fault: CertificateFault };

/** Which algorithms count. The product says `strong`; SHA-1 is for suites of test vectors that are older than that. */
export type AcceptedAlgorithms = 'strong' | 'strong-or-sha1';

/** Looks up an AlgorithmIdentifier (DER) in the list of algorithms that count, parameters included. */
export function findSignatureAlgorithm(
  identifier: Uint8Array,
  accepted: AcceptedAlgorithms,
): SignatureAlgorithmVerdict {
  try {
    const reader = new DerReader(readOnly(identifier, TAG.sequence).contents);
    const oid = oidOf(reader.read(TAG.oid));
    const parameters = reader.isAtEnd ? undefined : reader.readAny();
    reader.finish();
    if (WEAK.has(oid) && !(accepted === 'strong-or-sha1' && oid in SHA1))
      return { supported: false, fault: 'sig.algorithm_weak' };
    const algorithm = (ALGORITHMS[oid] ?? SHA1[oid])?.(parameters);
    if (algorithm !== undefined) return { supported: true, algorithm };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
  }
  return { supported: false, fault: 'sig.algorithm_unsupported' };
}

type Reading = (parameters: DerValue | undefined) => SignatureAlgorithm | undefined;
type Hash = 'sha256' | 'sha384' | 'sha512';

/** RFC 4055 §5: NULL, and absent must be accepted too. */
const rsa =
  (hash: Hash | 'sha1'): Reading =>
  (parameters) =>
    parameters === undefined || isNull(parameters) ? { family: 'RSA', hash } : undefined;

/** RFC 5758 §3.2: parameters absent. */
const ecdsa =
  (hash: Hash | 'sha1'): Reading =>
  (parameters) =>
    parameters === undefined ? { family: 'EC', hash } : undefined;

const ALGORITHMS: Readonly<Record<string, Reading>> = {
  '1.2.840.113549.1.1.11': rsa('sha256'),
  '1.2.840.113549.1.1.12': rsa('sha384'),
  '1.2.840.113549.1.1.13': rsa('sha512'),
  '1.2.840.113549.1.1.10': readPss,
  '1.2.840.10045.4.3.2': ecdsa('sha256'),
  '1.2.840.10045.4.3.3': ecdsa('sha384'),
  '1.2.840.10045.4.3.4': ecdsa('sha512'),
  // RFC 8410 §3: parameters absent.
  '1.3.101.112': (parameters) => (parameters === undefined ? { family: 'Ed25519', hash: null } : undefined),
};

const SHA1: Readonly<Record<string, Reading>> = {
  '1.2.840.113549.1.1.5': rsa('sha1'),
  '1.2.840.10045.4.1': ecdsa('sha1'),
};

/** MD2, MD5 and SHA-1 with RSA; SHA-1 with DSA and ECDSA. */
const WEAK: ReadonlySet<string> = new Set([
  '1.2.840.113549.1.1.2',
  '1.2.840.113549.1.1.4',
  '1.2.840.113549.1.1.5',
  '1.3.14.3.2.29',
  '1.2.840.10040.4.3',
  '1.2.840.10045.4.1',
]);

const PSS_HASHES: Readonly<Record<string, { readonly hash: Hash; readonly length: number }>> = {
  '2.16.840.1.101.3.4.2.1': { hash: 'sha256', length: 32 },
  '2.16.840.1.101.3.4.2.2': { hash: 'sha384', length: 48 },
  '2.16.840.1.101.3.4.2.3': { hash: 'sha512', length: 64 },
};

const MGF1 = '1.2.840.113549.1.1.8';

/**
 * RSASSA-PSS-params (RFC 4055 §3.1): one SHA-2 hash for message and MGF1, salt as long as the hash. The ASN.1
 * defaults mean SHA-1 and are refused.
 */
function readPss(parameters: DerValue | undefined): SignatureAlgorithm | undefined {
  if (parameters?.tag !== TAG.sequence) return undefined;
  const reader = new DerReader(parameters.contents);
  const explicit = (number: number): Uint8Array => reader.read(contextTag(number, 'constructed')).contents;
  const digest = PSS_HASHES[readHash(readOnly(explicit(0), TAG.sequence))];
  const mask = new DerReader(readOnly(explicit(1), TAG.sequence).contents);
  const maskFunction = oidOf(mask.read(TAG.oid));
  const maskDigest = PSS_HASHES[readHash(mask.read(TAG.sequence))];
  mask.finish();
  const saltLength = smallInteger(readOnly(explicit(2), TAG.integer), 64);
  reader.finish();
  if (digest === undefined || maskFunction !== MGF1) return undefined;
  if (maskDigest !== digest || saltLength !== digest.length) return undefined;
  return { family: 'RSA', hash: digest.hash, pss: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength } };
}

function readHash(identifier: DerValue): string {
  const reader = new DerReader(identifier.contents);
  const oid = oidOf(reader.read(TAG.oid));
  if (!reader.isAtEnd && !isNull(reader.readAny())) throw new Malformed('der.tag');
  reader.finish();
  return oid;
}

const isNull = ({ tag, contents }: DerValue): boolean => tag === TAG.null && contents.length === 0;
