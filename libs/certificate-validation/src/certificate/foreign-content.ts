import { contextTag, DerReader, TAG } from '../der/reader.js';
import { oidOf } from '../der/values.js';
import { Malformed } from '../fault.js';

/** What people upload instead of a certificate. */
export type ForeignContent =
  'private_key_present' | 'certificate_request' | 'public_key' | 'pkcs7' | 'pkcs12' | 'revocation_list';

/** Recognises DER that is not a certificate but something near it, by the types of its first values. */
export function identifyDer(der: Uint8Array): ForeignContent | undefined {
  try {
    const [first, second, third] = [...new DerReader(new DerReader(der).read(TAG.sequence).contents).rest()];
    if (first === undefined || second === undefined) return undefined;
    if (first.tag === TAG.integer)
      return second.tag === TAG.sequence && isPkcs7(second.contents) ? 'pkcs12' : 'private_key_present';
    if (first.tag === TAG.oid) return 'pkcs7';
    if (first.tag !== TAG.sequence) return undefined;
    // EncryptedPrivateKeyInfo (RFC 5958 §3): algorithm, then the encrypted key.
    if (second.tag === TAG.octetString) return 'private_key_present';
    if (second.tag === TAG.bitString && third === undefined) return 'public_key';
    return identifyTbs(first.contents);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** SignedData's three-part frame is shared by certificates, requests (RFC 2986 §4) and CRLs (RFC 5280 §5.1). */
function identifyTbs(contents: Uint8Array): ForeignContent | undefined {
  const tags = [...new DerReader(contents).rest()].map(({ tag }) => tag);
  const isRequest = tags.length === 4 && tags[0] === TAG.integer && tags[3] === contextTag(0, 'constructed');
  if (isRequest) return 'certificate_request';
  const third = tags[0] === TAG.integer ? tags[3] : tags[2];
  return third === TAG.utcTime || third === TAG.generalizedTime ? 'revocation_list' : undefined;
}

function isPkcs7(contents: Uint8Array): boolean {
  const reader = new DerReader(contents);
  return oidOf(reader.read(TAG.oid)).startsWith('1.2.840.113549.1.7.');
}
