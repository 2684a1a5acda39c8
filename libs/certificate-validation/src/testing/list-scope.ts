import { encodeAttribute, encodeDer, encodeName, TAG, type RawExtension } from '@holdfast/test-pki';
import { ascii, bytes } from './der-surgery.js';

// Distribution points of certificates (RFC 5280 §4.2.1.13) and extensions of CRLs (RFC 5280 §5.2.4, §5.2.5), as DER.

export const uri = (text: string): Uint8Array => encodeDer(0x86, ascii(text));
export const fullName = (...names: Uint8Array[]): Uint8Array => encodeDer(0xa0, encodeDer(0xa0, ...names));
export const relativeName = (value: string): Uint8Array =>
  encodeDer(0xa0, encodeDer(0xa1, encodeAttribute('2.5.4.3', ascii(value))));
export const point = (...parts: Uint8Array[]): Uint8Array => encodeDer(TAG.sequence, ...parts);
export const points = (...all: Uint8Array[]): RawExtension => ({
  oid: '2.5.29.31',
  value: encodeDer(TAG.sequence, ...all),
});
export const scope = (...parts: Uint8Array[]): RawExtension => ({
  oid: '2.5.29.28',
  critical: true,
  value: encodeDer(TAG.sequence, ...parts),
});
export const TRUE = bytes(0xff);
export const KEY_COMPROMISE = bytes(6, 0x40);
export const ALL_OTHER_REASONS = bytes(7, 0x3f, 0x80);
export const DELTA: RawExtension = { oid: '2.5.29.27', critical: true, value: bytes(2, 1, 1) };
export const UNKNOWN: RawExtension = { oid: '1.2.3.4', critical: true, value: bytes(5, 0) };

const COMMON_NAME = '2.5.4.3';

/** What `relativeName` means in a certificate of `INTERMEDIATE`: its name, and below it this common name. */
export const directoryBelowIssuer = (value: string): Uint8Array =>
  encodeDer(
    0xa4,
    encodeName(
      [encodeAttribute('2.5.4.10', ascii('Acme'))],
      [encodeAttribute(COMMON_NAME, ascii('Issuing CA'))],
      [encodeAttribute(COMMON_NAME, ascii(value))],
    ),
  );
