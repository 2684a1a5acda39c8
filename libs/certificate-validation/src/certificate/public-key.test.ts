import { describe, expect, it } from '@jest/globals';
import { encodeDer, encodeOid } from '@holdfast/test-pki';
import { DerReader, TAG } from '../der/reader.js';
import { readPublicKeyInfo } from './public-key.js';

const RSA = '1.2.840.113549.1.1.1';
const EC = '1.2.840.10045.2.1';
const ED25519 = '1.3.101.112';
const P256 = encodeOid('1.2.840.10045.3.1.7');
const NULL = encodeDer(TAG.null);

const integer = (...octets: number[]): Uint8Array => encodeDer(TAG.integer, Uint8Array.from(octets));
/** An odd modulus of so many bits, all ones. */
function modulus(bits: number): Uint8Array {
  const octets = Buffer.from(
    ((1n << BigInt(bits)) - 1n).toString(16).padStart(Math.ceil(bits / 8) * 2, '0'),
    'hex',
  );
  return octets[0]! >= 0x80 ? integer(0, ...octets) : integer(...octets);
}
const E_65537 = integer(1, 0, 1);
const rsa = (n = modulus(2048), e = E_65537, ...more: Uint8Array[]): Uint8Array =>
  encodeDer(TAG.sequence, n, e, ...more);
const point = (length: number, first = 4): Uint8Array =>
  Uint8Array.of(first, ...new Array<number>(length - 1).fill(7));

/** What is read of a SubjectPublicKeyInfo. */
function read(algorithm: string, parameters: Uint8Array | undefined, key: Uint8Array) {
  const identifier = encodeDer(
    TAG.sequence,
    encodeOid(algorithm),
    ...(parameters === undefined ? [] : [parameters]),
  );
  const spki = encodeDer(TAG.sequence, identifier, encodeDer(TAG.bitString, Uint8Array.of(0), key));
  const { family, bits, fault } = readPublicKeyInfo(new DerReader(spki).read(TAG.sequence), {
    minimumRsaBits: 2048,
  });
  return [family, bits, fault];
}

describe('an RSA key (RFC 3279 §2.3.1)', () => {
  it.each<[string, Uint8Array, readonly unknown[]]>([
    ['with 2048 bits', rsa(), ['RSA', 2048, undefined]],
    ['with 8192 bits', rsa(modulus(8192)), ['RSA', 8192, undefined]],
    ['with the exponent 3', rsa(undefined, integer(3)), ['RSA', 2048, undefined]],
    ['with an exponent of 32 bits', rsa(undefined, integer(0, 255, 255, 255, 255)), ['RSA', 2048, undefined]],
    ['with 2047 bits', rsa(modulus(2047)), ['RSA', 2047, 'key.rsa_too_small']],
    ['with 8193 bits', rsa(modulus(8193)), ['RSA', 8193, 'key.rsa_too_large']],
    [
      'with an even modulus',
      rsa(integer(0, ...new Array<number>(255).fill(255), 254)),
      ['RSA', 2048, 'key.malformed'],
    ],
    [
      'with a negative modulus',
      rsa(integer(...new Array<number>(256).fill(128))),
      ['RSA', 2048, 'key.malformed'],
    ],
    ['with a negative exponent', rsa(undefined, integer(129)), ['RSA', 2048, 'key.malformed']],
    ['with an even exponent', rsa(undefined, integer(1, 0, 0)), ['RSA', 2048, 'key.rsa_exponent']],
    ['with the exponent 1', rsa(undefined, integer(1)), ['RSA', 2048, 'key.rsa_exponent']],
    [
      'with an exponent of 33 bits',
      rsa(undefined, integer(1, 0, 0, 0, 1)),
      ['RSA', 2048, 'key.rsa_exponent'],
    ],
    ['with a third number', rsa(undefined, undefined, integer(1)), [undefined, undefined, 'key.malformed']],
    ['without an exponent', encodeDer(TAG.sequence, modulus(2048)), [undefined, undefined, 'key.malformed']],
    [
      'followed by octets',
      Buffer.concat([rsa(), Uint8Array.of(5, 0)]),
      [undefined, undefined, 'key.malformed'],
    ],
  ])('%s', (_name, key, expected) => {
    expect(read(RSA, NULL, key)).toEqual(expected);
  });

  it.each<[string, Uint8Array | undefined]>([
    ['no parameters', undefined],
    ['other parameters than NULL', P256],
    ['a NULL with contents', encodeDer(TAG.null, Uint8Array.of(0))],
  ])('has a fault with %s', (_name, parameters) => {
    expect(read(RSA, parameters, rsa())).toEqual(['RSA', undefined, 'key.params']);
  });
});

describe('an EC key (RFC 5480 §2)', () => {
  it.each<[string, Uint8Array | undefined, Uint8Array, readonly unknown[]]>([
    ['on P-256', P256, point(65), ['EC', 256, undefined]],
    ['on P-384', encodeOid('1.3.132.0.34'), point(97), ['EC', 384, undefined]],
    ['on P-521', encodeOid('1.3.132.0.35'), point(133), ['EC', 521, undefined]],
    ['on P-192', encodeOid('1.2.840.10045.3.1.1'), point(49), ['EC', undefined, 'key.ec_curve']],
    ['with a compressed point', P256, point(33, 2), ['EC', 256, 'key.malformed']],
    ['with a hybrid point', P256, point(65, 6), ['EC', 256, 'key.malformed']],
    ['with a point that is too short', P256, point(64), ['EC', 256, 'key.malformed']],
    ['with a point that is too long', P256, point(66), ['EC', 256, 'key.malformed']],
    ['without parameters', undefined, point(65), ['EC', undefined, 'key.params']],
    [
      'with explicit parameters',
      encodeDer(TAG.sequence),
      point(65),
      ['EC', undefined, 'key.ec_explicit_params'],
    ],
    ['with NULL for a curve', NULL, point(65), ['EC', undefined, 'key.params']],
    [
      'with a curve that cannot be read',
      encodeDer(TAG.oid, Uint8Array.of(0x80)),
      point(65),
      [undefined, undefined, 'key.malformed'],
    ],
  ])('%s', (_name, parameters, key, expected) => {
    expect(read(EC, parameters, key)).toEqual(expected);
  });
});

describe('other keys', () => {
  it.each<[string, string, Uint8Array | undefined, Uint8Array, readonly unknown[]]>([
    ['Ed25519 (RFC 8410 §3)', ED25519, undefined, point(32), ['Ed25519', 256, undefined]],
    ['Ed25519 with parameters', ED25519, NULL, point(32), ['Ed25519', 256, 'key.params']],
    ['Ed25519 of 31 octets', ED25519, undefined, point(31), ['Ed25519', 256, 'key.malformed']],
    ['Ed25519 of 33 octets', ED25519, undefined, point(33), ['Ed25519', 256, 'key.malformed']],
    ['Ed448', '1.3.101.113', undefined, point(57), [undefined, undefined, 'key.unsupported']],
  ])('%s', (_name, algorithm, parameters, key, expected) => {
    expect(read(algorithm, parameters, key)).toEqual(expected);
  });
});
