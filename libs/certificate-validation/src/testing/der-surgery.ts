import { decodeChildren, encodeDer, TAG } from '@holdfast/test-pki';

/** Positions of the fields of a version 3 TBSCertificate (RFC 5280 §4.1). */
export const FIELD = {
  version: 0,
  serialNumber: 1,
  signature: 2,
  issuer: 3,
  validity: 4,
  subject: 5,
  publicKey: 6,
  extensions: 7,
} as const;

/** Replaces one field of the TBSCertificate; the outer signature no longer fits, which parsing does not mind. */
export function withField(
  der: Uint8Array,
  field: keyof typeof FIELD,
  edit: (old: Uint8Array) => Uint8Array,
): Uint8Array {
  const [tbs, ...outer] = decodeChildren(der) as [Uint8Array, ...Uint8Array[]];
  return encodeDer(TAG.sequence, editTbsField(tbs, field, edit), ...outer);
}

/** The same on a bare TBSCertificate, for `tamper`. */
export function editTbsField(
  tbs: Uint8Array,
  field: keyof typeof FIELD,
  edit: (old: Uint8Array) => Uint8Array,
): Uint8Array {
  const fields = decodeChildren(tbs).map((value, index) => (index === FIELD[field] ? edit(value) : value));
  return encodeDer(TAG.sequence, ...fields);
}

/** Replaces the list of extensions; each is a whole Extension, DER. */
export function withExtensions(der: Uint8Array, edit: (old: Uint8Array[]) => Uint8Array[]): Uint8Array {
  return withField(der, 'extensions', (explicit) => {
    const sequence = decodeChildren(explicit)[0]!;
    return encodeDer(0xa3, encodeDer(TAG.sequence, ...edit(decodeChildren(sequence))));
  });
}

/** Replaces the last two parts of a certificate. */
export function withOuter(
  der: Uint8Array,
  edit: (algorithm: Uint8Array, signature: Uint8Array) => [Uint8Array, Uint8Array],
): Uint8Array {
  const [tbs, algorithm, signature] = decodeChildren(der) as [Uint8Array, Uint8Array, Uint8Array];
  return encodeDer(TAG.sequence, tbs, ...edit(algorithm, signature));
}

export const bytes = (...octets: number[]): Uint8Array => Uint8Array.from(octets);
export const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
