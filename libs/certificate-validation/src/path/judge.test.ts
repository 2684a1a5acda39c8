import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  createSelfSigned,
  encodeDer,
  encodeOid,
  generateKeys,
  TAG,
  toPublicKeyDer,
  type CertificateOptions,
} from '@holdfast/test-pki';
import { CERTIFICATE_FAULTS, type CertificateFault } from '../fault.js';
import { bytes, editTbsField, withField, withOuter } from '../testing/der-surgery.js';
import { LEAF, NOON, parsed, ROOT, YEAR } from '../testing/partner-world.js';
import { judgeAuthority, judgeLeaf, leafVerdictUnder } from './validate.js';
import { PARTNER_CERTIFICATES } from './policy.js';

const spki = (key: KeyObject): Uint8Array => Uint8Array.from(key.export({ type: 'spki', format: 'der' }));

const rsaKey = (modulusBytes: number, exponent: number[], parameters = bytes(5, 0)): Uint8Array => {
  const modulus = encodeDer(TAG.integer, bytes(0, 0xc1, ...Array<number>(modulusBytes - 1).fill(0x35)));
  const key = encodeDer(TAG.sequence, modulus, encodeDer(TAG.integer, bytes(...exponent)));
  return encodeKey(encodeOid('1.2.840.113549.1.1.1'), parameters, key);
};

const encodeKey = (oid: Uint8Array, parameters: Uint8Array, key: Uint8Array): Uint8Array =>
  encodeDer(TAG.sequence, encodeDer(TAG.sequence, oid, parameters), encodeDer(TAG.bitString, bytes(0), key));

const EC = encodeOid('1.2.840.10045.2.1');
const P256 = encodeOid('1.2.840.10045.3.1.7');

const key = (publicKeyDer: Uint8Array): Partial<CertificateOptions> => ({ publicKeyDer });

/** The same signature algorithm inside and outside, so that only the algorithm itself can be refused. */
const signedWith = (der: Uint8Array, ...parts: Uint8Array[]): Uint8Array => {
  const algorithm = encodeDer(TAG.sequence, ...parts);
  return withOuter(
    withField(der, 'signature', () => algorithm),
    (_, signature) => [algorithm, signature],
  );
};

type KeyFault = Extract<CertificateFault, `key.${string}`>;

const BAD_KEYS: Record<
  KeyFault,
  readonly (readonly [name: string, change: () => Partial<CertificateOptions>])[]
> = {
  'key.unsupported': [
    ['refuses an X25519 key', () => key(spki(generateKeyPairSync('x25519').publicKey))],
    [
      'refuses an RSASSA-PSS-only key',
      () => key(spki(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey)),
    ],
  ],
  'key.malformed': [
    ['refuses a compressed point', () => key(encodeKey(EC, P256, bytes(2, ...Array<number>(32).fill(1))))],
    [
      'refuses an RSA key that is no SEQUENCE',
      () => key(encodeKey(encodeOid('1.2.840.113549.1.1.1'), bytes(5, 0), bytes(4, 0))),
    ],
    [
      'refuses an Ed25519 key of 31 octets',
      () => key(encodeKey(encodeOid('1.3.101.112'), bytes(), new Uint8Array(31))),
    ],
  ],
  'key.params': [
    ['refuses an RSA key without NULL (RFC 3279 §2.3.1)', () => key(rsaKey(256, [1, 0, 1], bytes()))],
    ['refuses an EC key with NULL (RFC 5480 §2.1.1)', () => key(encodeKey(EC, bytes(5, 0), bytes(4)))],
    [
      'refuses an Ed25519 key with NULL (RFC 8410 §3)',
      () => key(encodeKey(encodeOid('1.3.101.112'), bytes(5, 0), new Uint8Array(32))),
    ],
  ],
  'key.rsa_too_small': [['refuses RSA with 2040 bits', () => key(rsaKey(255, [1, 0, 1]))]],
  'key.rsa_too_large': [['refuses RSA with 8200 bits', () => key(rsaKey(1025, [1, 0, 1]))]],
  'key.rsa_exponent': [
    ['refuses the exponent 1', () => key(rsaKey(256, [1]))],
    ['refuses an even exponent', () => key(rsaKey(256, [1, 0, 0]))],
    ['refuses an exponent of 33 bits', () => key(rsaKey(256, [1, 0, 0, 0, 1]))],
  ],
  'key.ec_curve': [
    ['refuses secp256k1', () => key(spki(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey))],
    ['refuses P-192', () => key(encodeKey(EC, encodeOid('1.2.840.10045.3.1.1'), bytes(4)))],
  ],
  'key.ec_explicit_params': [
    [
      'refuses explicit curve parameters (RFC 5480 §2.1.1, CVE-2020-0601)',
      () =>
        key(spki(generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' }).publicKey)),
    ],
  ],
};

let valid: Uint8Array;
beforeAll(async () => {
  valid = (await createSelfSigned(LEAF)).der;
});

describe('judgeLeaf', () => {
  it('finds a valid leaf sound', () => {
    expect(judgeLeaf(parsed(valid), NOON)).toEqual({ sound: true });
  });

  it.each<[string, Partial<CertificateOptions>]>([
    ['without extendedKeyUsage (RFC 5280 §4.2.1.12)', { extendedKeyUsage: undefined }],
    ['with anyExtendedKeyUsage (RFC 5280 §4.2.1.12)', { extendedKeyUsage: ['any'] }],
    ['without keyUsage (RFC 5280 §4.2.1.3)', { keyUsage: undefined }],
    ['with keyAgreement only', { keyUsage: ['keyAgreement'] }],
    ['that is a CA, because a pinned certificate may be (RFC 8705 §2.2)', { basicConstraints: { ca: true } }],
    ['with an RSA key of 2048 bits', { publicKeyDer: rsaKey(256, [1, 0, 1]) }],
    ['with an Ed25519 key', { keyAlgorithm: 'Ed25519' }],
    ['with a P-521 key', { keyAlgorithm: 'P-521' }],
  ])('finds a leaf sound %s', async (_name, change) => {
    const { der } = await createSelfSigned({ ...LEAF, ...change });
    expect(judgeLeaf(parsed(der), NOON)).toEqual({ sound: true });
  });

  it.each<[name: string, change: Partial<CertificateOptions>, fault: CertificateFault]>([
    [
      'refuses a leaf for servers only (RFC 5280 §4.2.1.12)',
      { extendedKeyUsage: ['serverAuth'] },
      'leaf.eku',
    ],
    [
      'refuses keyEncipherment only (RFC 5280 §4.2.1.12)',
      { keyUsage: ['keyEncipherment'] },
      'leaf.key_usage',
    ],
    [
      'refuses an unknown critical extension (RFC 5280 §4.2)',
      { extensions: [{ oid: '1.2.3.4', critical: true, value: bytes(5, 0) }] },
      'ext.unknown_critical',
    ],
    ['refuses a signature with SHA-1', { signatureHash: 'SHA-1' }, 'sig.algorithm_weak'],
  ])('%s', async (_name, change, fault) => {
    const { der } = await createSelfSigned({ ...LEAF, ...change });
    expect(judgeLeaf(parsed(der), NOON)).toEqual({ sound: false, fault });
  });

  it.each<[name: string, parts: Uint8Array[], fault: CertificateFault]>([
    ['refuses an unknown signature algorithm', [encodeOid('1.2.3.4')], 'sig.algorithm_unsupported'],
    [
      'refuses ECDSA with parameters (RFC 5758 §3.2)',
      [encodeOid('1.2.840.10045.4.3.2'), bytes(5, 0)],
      'sig.algorithm_unsupported',
    ],
    [
      'refuses RSASSA-PSS with its SHA-1 defaults (RFC 4055 §3.1)',
      [encodeOid('1.2.840.113549.1.1.10'), bytes(0x30, 0)],
      'sig.algorithm_unsupported',
    ],
    ['refuses RSA with MD5', [encodeOid('1.2.840.113549.1.1.4'), bytes(5, 0)], 'sig.algorithm_weak'],
  ])('%s', (_name, parts, fault) => {
    expect(judgeLeaf(parsed(signedWith(valid, ...parts)), NOON)).toEqual({ sound: false, fault });
  });

  it('refuses a version 1 leaf', async () => {
    const { der } = await createSelfSigned({ ...LEAF, tamper: toVersion1 });
    expect(judgeLeaf(parsed(der), NOON)).toEqual({ sound: false, fault: 'leaf.version' });
  });

  it.each<[name: string, now: string, fault: CertificateFault | undefined]>([
    [
      'refuses the second before notBefore (RFC 5280 §4.1.2.5)',
      '2025-12-31T23:59:59.999Z',
      'validity.not_yet',
    ],
    ['accepts the second of notBefore (RFC 5280 §4.1.2.5)', '2026-01-01T00:00:00Z', undefined],
    ['accepts the whole second of notAfter (RFC 5280 §4.1.2.5)', '2026-12-31T23:59:59.999Z', undefined],
    ['refuses the second after notAfter (RFC 5280 §4.1.2.5)', '2027-01-01T00:00:00Z', 'validity.expired'],
    ['refuses a time that is none', 'never', 'validity.not_yet'],
  ])('%s', (_name, now, fault) => {
    const expected = fault === undefined ? { sound: true } : { sound: false, fault };
    expect(judgeLeaf(parsed(valid), new Date(now))).toEqual(expected);
  });

  describe.each(Object.entries(BAD_KEYS))('%s', (fault, cases) => {
    it.each(cases)('%s', async (_name, change) => {
      const { der } = await createSelfSigned({ ...LEAF, ...change() });
      expect(judgeLeaf(parsed(der), NOON)).toEqual({ sound: false, fault });
    });
  });

  it('has a test for every fault of a key', () => {
    expect(Object.keys(BAD_KEYS).sort()).toEqual(
      Object.keys(CERTIFICATE_FAULTS)
        .filter((f) => f.startsWith('key.'))
        .sort(),
    );
  });
});

describe('a policy that asks for extendedKeyUsage', () => {
  const strict = {
    ...PARTNER_CERTIFICATES,
    extendedKeyUsage: {
      leaf: { whenAbsent: 'refuse', anyPurpose: 'refuse' },
      issuers: PARTNER_CERTIFICATES.extendedKeyUsage.issuers,
    },
  } as const;

  it.each<[string, Partial<CertificateOptions>, CertificateFault]>([
    ['refuses a leaf without it', { extendedKeyUsage: undefined }, 'leaf.eku_missing'],
    ['refuses any purpose', { extendedKeyUsage: ['any'] }, 'leaf.eku'],
  ])('%s', async (_name, change, fault) => {
    const { der } = await createSelfSigned({ ...LEAF, ...change });
    expect(leafVerdictUnder(parsed(der), strict, NOON)).toEqual({ sound: false, fault });
  });
});

describe('judgeAuthority', () => {
  const CA = { ...ROOT, basicConstraints: { ca: true }, keyUsage: ['keyCertSign'] } as const;

  it('finds a valid root sound', async () => {
    expect(judgeAuthority(parsed((await createSelfSigned(CA)).der), NOON)).toEqual({ sound: true });
  });

  it('does not mind a root that signed itself with SHA-1 (RFC 5280 §6.1.1)', async () => {
    const { der } = await createSelfSigned({ ...CA, signatureHash: 'SHA-1' });
    expect(judgeAuthority(parsed(der), NOON)).toEqual({ sound: true });
  });

  it.each<[string, Partial<CertificateOptions>, CertificateFault]>([
    [
      'refuses a root without the CA bit (RFC 5280 §4.2.1.9)',
      { basicConstraints: 'absent' },
      'issuer.not_ca',
    ],
    [
      'refuses a root without keyCertSign (RFC 5280 §4.2.1.3)',
      { keyUsage: ['cRLSign'] },
      'issuer.no_cert_sign',
    ],
    ['refuses a version 1 root', { tamper: toVersion1 }, 'issuer.version'],
    ['refuses an expired root', { notAfter: YEAR.notBefore }, 'validity.anchor_expired'],
  ])('%s', async (_name, change, fault) => {
    const { der } = await createSelfSigned({ ...CA, ...change });
    expect(judgeAuthority(parsed(der), NOON)).toEqual({ sound: false, fault });
  });

  it('refuses a root with an RSA key of 1024 bits', async () => {
    const publicKeyDer = toPublicKeyDer(await generateKeys('RSA-1024'));
    const { der } = await createSelfSigned({ ...CA, publicKeyDer });
    expect(judgeAuthority(parsed(der), NOON)).toEqual({ sound: false, fault: 'key.rsa_too_small' });
  });
});

/** Version 1: neither the version field nor extensions (RFC 5280 §4.1.2.1). */
function toVersion1(tbs: Uint8Array): Uint8Array {
  const nothing = (): Uint8Array => bytes();
  return editTbsField(editTbsField(tbs, 'extensions', nothing), 'version', nothing);
}
