import { childrenOf, oidOf, readDer, TAG, type DerValue } from './der.js';
import { decodeBase64, toBase64Url } from './octets.js';

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
  return rsaFacts(modulus?.tag === TAG.integer ? bitLengthOf(modulus.contents) : 0);
}

function rsaFacts(bits: number): PublicKeyFacts {
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
  return curveFacts(CURVES[oid] ?? [`curve ${oid}`, undefined, 'unusual']);
}

type Curve = readonly [name: string, bits: number | undefined, Strength];

function curveFacts([curve, bits, strength]: Curve): PublicKeyFacts {
  return { kind: 'EC', curve, name: `EC ${curve}`, strength, ...(bits !== undefined && { bits }) };
}

const CURVES: Readonly<Record<string, Curve>> = {
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

/** The same of a JWK (RFC 7518 §6, RFC 8037 §2), by its members `kty`, `crv` and `n`. */
export function jwkFacts(kty: string | undefined, crv: string | undefined, n: unknown): PublicKeyFacts {
  if (kty === 'RSA') return rsaFacts(typeof n === 'string' ? bitLengthOf(fromBase64Url(n)) : 0);
  if (kty === 'EC') {
    const curve = Object.values(CURVES).find(([name]) => name === crv);
    return curveFacts(curve ?? [`curve ${crv ?? 'without a name'}`, undefined, 'unusual']);
  }
  if (kty === 'OKP' && crv === 'Ed25519') return { kind: 'Ed25519', name: 'Ed25519', strength: 'accepted' };
  return { kind: 'other', name: `type ${crv ?? kty ?? 'not given'}`, strength: 'unusual' };
}

/**
 * What the key of a certificate looks like as a JWK, by SubjectPublicKeyInfo (DER); empty for kinds of key that have no
 * such form here, and for a compressed point.
 */
export function toJwkMembers(spki: Uint8Array): Readonly<Record<string, string>> {
  const [algorithm, bitString] = childrenOf(readDer(spki));
  const [type, parameters] = childrenOf(algorithm);
  const key = bitString?.contents.subarray(1) ?? new Uint8Array();
  switch (oidOf(type)) {
    case '1.2.840.113549.1.1.1': {
      const [n, e] = childrenOf(readDer(key)).map(({ contents }) => toBase64Url(withoutZeros(contents)));
      return n === undefined || e === undefined ? {} : { kty: 'RSA', n, e };
    }
    case '1.2.840.10045.2.1': {
      const curve = CURVES[oidOf(parameters)];
      const half = (key.length - 1) / 2;
      if (curve === undefined || key[0] !== 4 || !Number.isInteger(half)) return {};
      const [x, y] = [key.subarray(1, 1 + half), key.subarray(1 + half)].map(toBase64Url);
      return { kty: 'EC', crv: curve[0], x: x!, y: y! };
    }
    case '1.3.101.112':
      return { kty: 'OKP', crv: 'Ed25519', x: toBase64Url(key) };
    default:
      return {};
  }
}

function withoutZeros(integer: Uint8Array): Uint8Array {
  const first = integer.findIndex((octet) => octet !== 0);
  return first < 0 ? integer.subarray(0, 1) : integer.subarray(first);
}

/** Empty if it is none. */
function fromBase64Url(text: string): Uint8Array {
  const base64 = text.replaceAll('-', '+').replaceAll('_', '/');
  return decodeBase64(base64.padEnd(Math.ceil(base64.length / 4) * 4, '=')) ?? new Uint8Array();
}
