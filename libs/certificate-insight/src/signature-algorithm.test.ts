import { describe, expect, it } from '@jest/globals';
import { encodeDer, encodeOid, TAG } from '@holdfast/test-pki';
import { readDer } from './der.js';
import { readSignatureAlgorithm } from './signature-algorithm.js';

const sequence = (...parts: Uint8Array[]): Uint8Array => encodeDer(TAG.sequence, ...parts);
const PSS = encodeOid('1.2.840.113549.1.1.10');
const pss = (hash: string): Uint8Array => sequence(PSS, sequence(encodeDer(0xa0, sequence(encodeOid(hash)))));

describe('readSignatureAlgorithm', () => {
  it.each([
    ['RSASSA-PSS with SHA-256', 'accepted', pss('2.16.840.1.101.3.4.2.1')],
    ['RSASSA-PSS with SHA-1', 'weak', pss('1.3.14.3.2.26')],
    ['RSASSA-PSS with SHA-1', 'weak', sequence(PSS, sequence())],
    ['RSASSA-PSS with SHA-1', 'weak', sequence(PSS)],
    ['RSASSA-PSS with hash 1.2.3', 'unusual', pss('1.2.3')],
    ['SHA-512 with RSA', 'accepted', sequence(encodeOid('1.2.840.113549.1.1.13'), Uint8Array.of(5, 0))],
    ['MD5 with RSA', 'weak', sequence(encodeOid('1.2.840.113549.1.1.4'))],
    ['type 1.2.3', 'unusual', sequence(encodeOid('1.2.3'))],
  ])('says %s and %s (RFC 4055 §3.1)', (name, strength, identifier) => {
    expect(readSignatureAlgorithm(readDer(identifier))).toEqual({ name, strength });
  });
});
