import { DerReader, TAG, type DerValue } from '../der/reader.js';
import { bitStringOctets, integerOctets, oidOf } from '../der/values.js';
import { Malformed, type CertificateFault } from '../fault.js';

/** What of `ParsingRules` keys are judged by. */
interface KeyRules {
  readonly minimumRsaBits: number;
}

export type KeyFamily = 'RSA' | 'EC' | 'Ed25519';

export interface PublicKeyInfo {
  /** SubjectPublicKeyInfo, DER. */
  readonly der: Uint8Array;
  /** The key alone: what subjectPublicKey's BIT STRING holds. */
  readonly key: Uint8Array;
  /** Dotted object identifier of the key's algorithm. */
  readonly algorithm: string;
  /** Absent if the key is none that we use; then `fault` says why. */
  readonly family: KeyFamily | undefined;
  /** RSA: bits of the modulus. EC: bits of the curve's order. Ed25519: 256. */
  readonly bits: number | undefined;
  /** Why this key must not be used, if so. Parsing does not fail for it, so that it can be told and explained. */
  readonly fault: CertificateFault | undefined;
}

/** Reads SubjectPublicKeyInfo and judges the key (RFC 3279 §2.3, RFC 5480 §2, RFC 8410 §3). */
export function readPublicKeyInfo(spki: DerValue, { minimumRsaBits }: KeyRules): PublicKeyInfo {
  const reader = new DerReader(spki.contents);
  const algorithmReader = new DerReader(reader.read(TAG.sequence).contents);
  const algorithm = oidOf(algorithmReader.read(TAG.oid));
  const parameters = algorithmReader.isAtEnd ? undefined : algorithmReader.readAny();
  algorithmReader.finish();
  const key = bitStringOctets(reader.read(TAG.bitString));
  reader.finish();
  return Object.freeze({
    der: spki.encoded,
    key,
    algorithm,
    ...judgeKey(algorithm, parameters, key, minimumRsaBits),
  });
}

type KeyJudgement = Pick<PublicKeyInfo, 'family' | 'bits' | 'fault'>;

function judgeKey(
  algorithm: string,
  parameters: DerValue | undefined,
  key: Uint8Array,
  minimumRsaBits: number,
): KeyJudgement {
  const judge = KEY_ALGORITHMS[algorithm];
  if (judge === undefined) return { family: undefined, bits: undefined, fault: 'key.unsupported' };
  try {
    return judge(parameters, key, minimumRsaBits);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { family: undefined, bits: undefined, fault: 'key.malformed' };
  }
}

const KEY_ALGORITHMS: Readonly<
  Record<string, (parameters: DerValue | undefined, key: Uint8Array, minimumRsaBits: number) => KeyJudgement>
> = {
  '1.2.840.113549.1.1.1': judgeRsa,
  '1.2.840.10045.2.1': judgeEc,
  '1.3.101.112': judgeEd25519,
};

function judgeRsa(parameters: DerValue | undefined, key: Uint8Array, minimumBits: number): KeyJudgement {
  // RFC 3279 §2.3.1: the parameters field MUST be NULL.
  if (parameters?.tag !== TAG.null || parameters.contents.length !== 0) {
    return { family: 'RSA', bits: undefined, fault: 'key.params' };
  }
  const outer = new DerReader(key);
  const reader = new DerReader(outer.read(TAG.sequence).contents);
  outer.finish();
  const modulus = integerOctets(reader.read(TAG.integer));
  const exponent = integerOctets(reader.read(TAG.integer));
  reader.finish();
  const bits = bitLengthOf(modulus);
  const isTooSmall = bits < minimumBits;
  return { family: 'RSA', bits, fault: isTooSmall ? 'key.rsa_too_small' : rsaFault(bits, modulus, exponent) };
}

function rsaFault(bits: number, modulus: Uint8Array, exponent: Uint8Array): CertificateFault | undefined {
  if (modulus[0]! >= 0x80 || exponent[0]! >= 0x80) return 'key.malformed';
  if (bits > 8192) return 'key.rsa_too_large';
  if ((modulus.at(-1)! & 1) === 0) return 'key.malformed';
  const exponentBits = bitLengthOf(exponent);
  if ((exponent.at(-1)! & 1) === 0 || exponentBits < 2 || exponentBits > 32) return 'key.rsa_exponent';
  return undefined;
}

/** RFC 5480 §2.1.1: named curves only. */
function judgeEc(parameters: DerValue | undefined, key: Uint8Array): KeyJudgement {
  if (parameters === undefined) return { family: 'EC', bits: undefined, fault: 'key.params' };
  if (parameters.tag === TAG.sequence)
    return { family: 'EC', bits: undefined, fault: 'key.ec_explicit_params' };
  if (parameters.tag !== TAG.oid) return { family: 'EC', bits: undefined, fault: 'key.params' };
  const bits = CURVE_BITS[oidOf(parameters)];
  if (bits === undefined) return { family: 'EC', bits: undefined, fault: 'key.ec_curve' };
  const isUncompressedPoint = key[0] === 0x04 && key.length === 1 + 2 * Math.ceil(bits / 8);
  return { family: 'EC', bits, fault: isUncompressedPoint ? undefined : 'key.malformed' };
}

const CURVE_BITS: Readonly<Record<string, number>> = {
  '1.2.840.10045.3.1.7': 256,
  '1.3.132.0.34': 384,
  '1.3.132.0.35': 521,
};

/** RFC 8410 §3: the parameters MUST be absent. */
function judgeEd25519(parameters: DerValue | undefined, key: Uint8Array): KeyJudgement {
  if (parameters !== undefined) return { family: 'Ed25519', bits: 256, fault: 'key.params' };
  return { family: 'Ed25519', bits: 256, fault: key.length === 32 ? undefined : 'key.malformed' };
}

function bitLengthOf(integer: Uint8Array): number {
  const first = integer.findIndex((octet) => octet !== 0);
  return first < 0 ? 0 : (integer.length - first) * 8 - Math.clz32(integer[first]!) + 24;
}
