import { createPublicKey, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  createSelfSigned,
  encodeDer,
  encodeOid,
  TAG,
  type IssuedCertificate,
  type LeafOptions,
} from '@holdfast/test-pki';
import { freshUntilOf, parseFetchedKeySet, renewsKeySet, type JsonWebKey } from './index.js';

const NOON = new Date('2026-06-01T12:00:00Z');
const YEAR = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2026-12-31T00:00:00Z') };
const HOUR_MS = 3_600_000;
const SECRET = 'c2VjcmV0';

const make = (change: Partial<LeafOptions> = {}): Promise<IssuedCertificate> =>
  createSelfSigned({ subject: 'CN=beta', ...YEAR, ...change });

/** A key as a partner publishes it. */
function jwkOf({ der }: IssuedCertificate, change: JsonWebKey = {}): JsonWebKey {
  const spki = new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' });
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ format: 'jwk' });
  return { ...key, use: 'sig', x5c: [Buffer.from(der).toString('base64')], ...change };
}

const bodyOf = (...keys: readonly unknown[]): Uint8Array => Buffer.from(JSON.stringify({ keys }));
const parse = (body: Uint8Array) => parseFetchedKeySet(body, NOON);
const dersOf = (...certificates: readonly IssuedCertificate[]): Buffer[] =>
  certificates.map(({ der }) => Buffer.from(der));
const takes = (body: Uint8Array): Buffer[] | string => {
  const verdict = parse(body);
  return verdict.usable ? verdict.certificates.map((der) => Buffer.from(der)) : verdict.why;
};

/** SubjectPublicKeyInfo of an RSA key with so many bits, that nobody has. */
function rsaOf(bits: number): Uint8Array {
  const modulus = Buffer.alloc(bits / 8 + 1, 0xa5).fill(0, 0, 1);
  const key = encodeDer(
    TAG.sequence,
    encodeDer(TAG.integer, modulus),
    encodeDer(TAG.integer, Uint8Array.of(1, 0, 1)),
  );
  const algorithm = encodeDer(
    TAG.sequence,
    encodeOid('1.2.840.113549.1.1.1'),
    encodeDer(0x05, new Uint8Array()),
  );
  return encodeDer(TAG.sequence, algorithm, encodeDer(TAG.bitString, Uint8Array.of(0), key));
}

let first: IssuedCertificate;
let second: IssuedCertificate;
let expired: IssuedCertificate;
let early: IssuedCertificate;
let large: IssuedCertificate;
beforeAll(async () => {
  first = await make();
  second = await make();
  expired = await make({ notAfter: new Date('2026-05-01') });
  early = await make({ notBefore: new Date('2026-07-01') });
  large = await make({ publicKeyDer: rsaOf(16_384) });
});

describe('a JWK Set that was fetched (RFC 8705 §2.2)', () => {
  it('gives the certificate of each key, once', () => {
    const again = jwkOf(first, { kid: 'again' });
    expect(takes(bodyOf(jwkOf(first), jwkOf(second), again))).toEqual(dersOf(first, second));
  });

  it.each<[name: string, other: () => JsonWebKey]>([
    ['has no certificate', () => jwkOf(second, { x5c: undefined })],
    ['is for encryption (RFC 7517 §4.2)', () => jwkOf(second, { use: 'enc' })],
    ['has a certificate that has expired', () => jwkOf(expired)],
    ['has a certificate that is not valid yet', () => jwkOf(early)],
    ['is of a kind that nobody knows (RFC 7517 §5)', () => ({ kty: 'XYZ', kid: 'later' })],
  ])('leaves out a key that %s', (_name, other) => {
    expect(takes(bodyOf(other(), jwkOf(first)))).toEqual(dersOf(first));
  });

  it.each<[name: string, body: () => Uint8Array, why: RegExp]>([
    ['HTML', () => Buffer.from('<!doctype html><title>Keys</title>'), /^not JSON/],
    ['nothing', () => new Uint8Array(), /^not JSON/],
    ['JSON in UTF-16', () => Buffer.from('{"keys":[]}', 'utf16le'), /^not JSON in UTF-8/],
    ['octets that are not UTF-8', () => Buffer.from('{"keys":["\xff"]}', 'latin1'), /^not JSON in UTF-8/],
    ['a list', () => Buffer.from(JSON.stringify([jwkOf(first)])), /^not a JWK Set/],
    ['null', () => Buffer.from('null'), /^not a JWK Set/],
    ['a single key', () => Buffer.from(JSON.stringify(jwkOf(first))), /^not a JWK Set/],
    ['keys that are no list', () => Buffer.from('{"keys":{"length":1}}'), /^not a JWK Set/],
    ['no key', () => bodyOf(), /^not a JWK Set/],
    ['a key that is none', () => bodyOf(jwkOf(first), 'key'), /^not a JWK Set/],
    ['10 000 keys', () => bodyOf(...Array.from({ length: 10_000 }, () => ({}))), /^10000 keys/],
    [
      '21 keys',
      () => bodyOf(...Array.from({ length: 21 }, (_, kid) => ({ ...jwkOf(first), kid }))),
      /^21 keys/,
    ],
    ['a repeated kid', () => bodyOf(jwkOf(first, { kid: 'a' }), jwkOf(second, { kid: 'a' })), /"kid"/],
    [
      'a repeated kid of a key that is left out',
      () => bodyOf(jwkOf(first, { kid: 'a' }), { kid: 'a' }),
      /"kid"/,
    ],
    ['a key of 16 384 bits', () => bodyOf(jwkOf(first), jwkOf(large)), /^keys\/1\/x5c: .*8192/],
    ['x5c that is no certificate', () => bodyOf(jwkOf(first), jwkOf(second, { x5c: ['AAAA'] })), /^keys\/1/],
    ['an empty x5c', () => bodyOf(jwkOf(first), jwkOf(second, { x5c: [] })), /^keys\/1\/x5c/],
    [
      'a key that is not that of its certificate (RFC 7517 §4.7)',
      () => bodyOf(jwkOf(first), jwkOf(second, { x: 'AAAA' })),
      /^keys\/1\/x: /,
    ],
    [
      'a thumbprint of another certificate',
      () => bodyOf(jwkOf(first, { 'x5t#S256': 'AAAA' })),
      /^keys\/0\/x5t#S256: /,
    ],
    ['nothing but keys without certificate', () => bodyOf(jwkOf(first, { x5c: undefined })), /^no key has/],
    ['nothing but expired certificates', () => bodyOf(jwkOf(expired)), /^no key has/],
  ])('is refused where it is %s (SS-16)', (_name, body, why) => {
    expect(parse(body())).toEqual({
      usable: false,
      fault: 'not_usable',
      why: expect.stringMatching(why),
    });
  });

  it.each<[name: string, change: JsonWebKey]>([
    ['private', { d: SECRET }],
    ['private, in a key for encryption', { d: SECRET, use: 'enc' }],
    ['private, without a certificate', { d: SECRET, x5c: undefined }],
    ['symmetric', { kty: 'oct', k: SECRET }],
  ])('is refused as exposed where a key is %s, without repeating it (AW-24)', (_name, change) => {
    const verdict = parse(bodyOf(jwkOf(first), jwkOf(second, change)));
    expect(verdict).toMatchObject({ usable: false, fault: 'key_exposed' });
    expect(JSON.stringify(verdict)).not.toContain(SECRET);
  });
});

describe('how long a fetched set counts', () => {
  it('is 72 hours', () => {
    expect(freshUntilOf(NOON).getTime() - NOON.getTime()).toBe(72 * HOUR_MS);
  });

  it.each<[hours: number, renews: boolean]>([
    [3.99, false],
    [4, true],
  ])('is renewed by the same set %d h later: %s', (hours, renews) => {
    expect(renewsKeySet(NOON, new Date(NOON.getTime() + hours * HOUR_MS))).toBe(renews);
  });
});
