import { constants } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { encodeDer, encodeOid, TAG } from '@holdfast/test-pki';
import { bytes } from '../testing/der-surgery.js';
import { findSignatureAlgorithm, type SignatureAlgorithm } from './signature-algorithm.js';

const NULL = encodeDer(TAG.null);
const OID = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
  mgf1: '1.2.840.113549.1.1.8',
  pss: '1.2.840.113549.1.1.10',
  sha256WithRsa: '1.2.840.113549.1.1.11',
} as const;

const algorithm = (oid: string, ...parameters: Uint8Array[]): Uint8Array =>
  encodeDer(TAG.sequence, encodeOid(oid), ...parameters);
const integer = (value: number): Uint8Array => encodeDer(TAG.integer, bytes(value));

interface PssParameters {
  readonly hash: Uint8Array;
  readonly mask: Uint8Array;
  readonly salt: Uint8Array;
  /** Behind the salt. */
  readonly more?: Uint8Array;
}

/** Sound parameters with SHA-256, of which a test changes one. */
function pss(change: Partial<PssParameters> = {}): Uint8Array {
  const sound = {
    hash: algorithm(OID.sha256, NULL),
    mask: algorithm(OID.mgf1, algorithm(OID.sha256, NULL)),
    salt: integer(32),
  };
  const { hash, mask, salt, more } = { ...sound, ...change };
  const parts = [encodeDer(0xa0, hash), encodeDer(0xa1, mask), encodeDer(0xa2, salt)];
  return algorithm(OID.pss, encodeDer(TAG.sequence, ...parts, ...(more === undefined ? [] : [more])));
}

const pssWith = (oid: string, length: number): Uint8Array =>
  pss({ hash: algorithm(oid), mask: algorithm(OID.mgf1, algorithm(oid)), salt: integer(length) });

const pssAs = (hash: 'sha256' | 'sha384' | 'sha512', saltLength: number): SignatureAlgorithm => ({
  family: 'RSA',
  hash,
  pss: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength },
});

describe('an algorithm of a signature', () => {
  it.each([
    ['sha256WithRSAEncryption', algorithm(OID.sha256WithRsa, NULL), { family: 'RSA', hash: 'sha256' }],
    ['the same without parameters', algorithm(OID.sha256WithRsa), { family: 'RSA', hash: 'sha256' }],
    ['sha384WithRSA', algorithm('1.2.840.113549.1.1.12', NULL), { family: 'RSA', hash: 'sha384' }],
    ['sha512WithRSA', algorithm('1.2.840.113549.1.1.13', NULL), { family: 'RSA', hash: 'sha512' }],
    ['ecdsa-with-SHA256', algorithm('1.2.840.10045.4.3.2'), { family: 'EC', hash: 'sha256' }],
    ['ecdsa-with-SHA384', algorithm('1.2.840.10045.4.3.3'), { family: 'EC', hash: 'sha384' }],
    ['ecdsa-with-SHA512', algorithm('1.2.840.10045.4.3.4'), { family: 'EC', hash: 'sha512' }],
    ['Ed25519', algorithm('1.3.101.112'), { family: 'Ed25519', hash: null }],
    ['RSASSA-PSS with SHA-256', pss(), pssAs('sha256', 32)],
    ['RSASSA-PSS whose hashes lack NULL', pssWith(OID.sha256, 32), pssAs('sha256', 32)],
    ['RSASSA-PSS with SHA-384', pssWith(OID.sha384, 48), pssAs('sha384', 48)],
    ['RSASSA-PSS with SHA-512', pssWith(OID.sha512, 64), pssAs('sha512', 64)],
  ] as const)('counts if it is %s (RFC 4055, 5758, 8410)', (_name, identifier, expected) => {
    expect(findSignatureAlgorithm(identifier, 'strong')).toEqual({ supported: true, algorithm: expected });
  });

  it.each([
    ['RSA with other parameters', algorithm(OID.sha256WithRsa, integer(0))],
    ['RSA with a NULL that has contents', algorithm(OID.sha256WithRsa, encodeDer(TAG.null, bytes(0)))],
    ['RSA with something behind its parameters', algorithm(OID.sha256WithRsa, NULL, NULL)],
    ['ECDSA with NULL', algorithm('1.2.840.10045.4.3.2', NULL)],
    ['Ed25519 with NULL', algorithm('1.3.101.112', NULL)],
    ['Ed448', algorithm('1.3.101.113')],
    ['no SEQUENCE', encodeDer(TAG.set, encodeOid(OID.sha256WithRsa), NULL)],
    ['no OID', encodeDer(TAG.sequence, NULL)],
    ['a member of every object', algorithm('1.2.3')],
    ['RSASSA-PSS without parameters: SHA-1', algorithm(OID.pss)],
    ['RSASSA-PSS with its defaults: SHA-1', algorithm(OID.pss, encodeDer(TAG.sequence))],
    ['RSASSA-PSS whose parameters are no SEQUENCE', algorithm(OID.pss, encodeDer(TAG.set))],
    ['RSASSA-PSS with SHA-1', pssWith(OID.sha1, 20)],
    ['RSASSA-PSS with a hash that says more than NULL', pss({ hash: algorithm(OID.sha256, integer(0)) })],
    ['RSASSA-PSS with two values behind the hash', pss({ hash: algorithm(OID.sha256, NULL, NULL) })],
    [
      'RSASSA-PSS with another mask function',
      pss({ mask: algorithm('1.2.840.113549.1.1.9', algorithm(OID.sha256, NULL)) }),
    ],
    [
      'RSASSA-PSS with another hash for the mask',
      pss({ mask: algorithm(OID.mgf1, algorithm(OID.sha384, NULL)) }),
    ],
    [
      'RSASSA-PSS with something behind the hash of the mask',
      pss({ mask: algorithm(OID.mgf1, algorithm(OID.sha256, NULL), NULL) }),
    ],
    ['RSASSA-PSS with a shorter salt', pss({ salt: integer(20) })],
    ['RSASSA-PSS with a longer salt', pss({ salt: integer(64) })],
    ['RSASSA-PSS with a trailer field', pss({ more: encodeDer(0xa3, integer(1)) })],
  ])('does not count if it is %s', (_name, identifier) => {
    expect(findSignatureAlgorithm(identifier, 'strong')).toEqual({
      supported: false,
      fault: 'sig.algorithm_unsupported',
    });
  });

  it.each([
    ['md2WithRSA', '1.2.840.113549.1.1.2'],
    ['md5WithRSA', '1.2.840.113549.1.1.4'],
    ['sha1WithRSA', '1.2.840.113549.1.1.5'],
    ['sha1WithRSASignature', '1.3.14.3.2.29'],
    ['dsa-with-sha1', '1.2.840.10040.4.3'],
    ['ecdsa-with-SHA1', '1.2.840.10045.4.1'],
  ])('is weak if it is %s', (_name, oid) => {
    expect(findSignatureAlgorithm(algorithm(oid), 'strong')).toEqual({
      supported: false,
      fault: 'sig.algorithm_weak',
    });
  });

  it('counts with SHA-1 only where old suites ask for it, and MD5 nowhere', () => {
    const asked = (oid: string, ...parameters: Uint8Array[]) =>
      findSignatureAlgorithm(algorithm(oid, ...parameters), 'strong-or-sha1');
    expect(asked('1.2.840.113549.1.1.5', NULL)).toMatchObject({ algorithm: { family: 'RSA', hash: 'sha1' } });
    expect(asked('1.2.840.10045.4.1')).toMatchObject({ algorithm: { family: 'EC', hash: 'sha1' } });
    expect(asked('1.2.840.113549.1.1.4', NULL)).toMatchObject({ fault: 'sig.algorithm_weak' });
    expect(asked(OID.sha256WithRsa, NULL)).toMatchObject({ algorithm: { hash: 'sha256' } });
  });
});
