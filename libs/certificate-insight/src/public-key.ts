import { childrenOf, oidOf, readDer, TAG, type DerValue } from './der.js';

/** How far an algorithm is from what the server takes. */
export type Strength =
  | 'accepted'
  /** Known to be breakable, or too short. */
  | 'weak'
  /** Maybe sound, but not on the server's list. */
  | 'unusual';

export interface PublicKeyFacts {
  readonly kind: 'RSA' | 'EC' | 'Ed25519' | 'other';
  /** RSA: of the modulus; EC: of the curve. */
  readonly bits?: number;
  readonly curve?: string;
  /** For people: `RSA 2048 bits`, `EC P-256`. */
  readonly name: string;
  readonly strength: Strength;
}

/** Reads SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), DER. */
export function readPublicKey(spki: Uint8Array): PublicKeyFacts {
  const [algorithm, key] = childrenOf(readDer(spki));
  const [type, parameters] = childrenOf(algorithm);
  const oid = oidOf(type);
  if (oid === '1.2.840.113549.1.1.1') return readRsa(key);
  if (oid === '1.2.840.10045.2.1') return readEc(parameters);
  if (oid === '1.3.101.112') return { kind: 'Ed25519', name: 'Ed25519', strength: 'accepted' };
  return { kind: 'other', name: OTHER_KEYS[oid] ?? `type ${oid}`, strength: 'unusual' };
}

const OTHER_KEYS: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.10': 'RSA for RSASSA-PSS only',
  '1.2.840.10040.4.1': 'DSA',
  '1.3.101.110': 'X25519',
  '1.3.101.113': 'Ed448',
};

function readRsa(key: DerValue | undefined): PublicKeyFacts {
  const [modulus] = childrenOf(readDer(key?.contents.subarray(1) ?? new Uint8Array()));
  const bits = modulus?.tag === TAG.integer ? bitLengthOf(modulus.contents) : 0;
  const strength = bits < 2048 ? 'weak' : bits > 8192 ? 'unusual' : 'accepted';
  return { kind: 'RSA', bits, name: `RSA ${bits} bits`, strength };
}

function bitLengthOf(integer: Uint8Array): number {
  const first = integer.findIndex((octet) => octet !== 0);
  return first < 0 ? 0 : (integer.length - first) * 8 - Math.clz32(integer[first]!) + 24;
}

function readEc(parameters: DerValue | undefined): PublicKeyFacts {
  const oid = oidOf(parameters);
  if (oid === '') return { kind: 'EC', name: 'EC with a curve spelled out', strength: 'unusual' };
  const [curve, bits, strength] = CURVES[oid] ?? [`curve ${oid}`, undefined, 'unusual' as const];
  return { kind: 'EC', curve, name: `EC ${curve}`, strength, ...(bits !== undefined && { bits }) };
}

const CURVES: Readonly<Record<string, readonly [name: string, bits: number, Strength]>> = {
  '1.2.840.10045.3.1.7': ['P-256', 256, 'accepted'],
  '1.3.132.0.34': ['P-384', 384, 'accepted'],
  '1.3.132.0.35': ['P-521', 521, 'accepted'],
  '1.2.840.10045.3.1.1': ['P-192', 192, 'weak'],
  '1.3.132.0.33': ['P-224', 224, 'unusual'],
  '1.3.132.0.10': ['secp256k1', 256, 'unusual'],
  '1.3.36.3.3.2.8.1.1.7': ['brainpoolP256r1', 256, 'unusual'],
  '1.3.36.3.3.2.8.1.1.11': ['brainpoolP384r1', 384, 'unusual'],
  '1.3.36.3.3.2.8.1.1.13': ['brainpoolP512r1', 512, 'unusual'],
};
