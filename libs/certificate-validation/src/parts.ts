import { readSubjectAltNames, type SubjectAltNames } from './certificate/general-names.js';
import { readNameConstraints, type NameConstraints } from './certificate/name-constraints.js';
import { readPublicKeyInfo, type PublicKeyInfo } from './certificate/public-key.js';
import { STRICT_PARSING, type ParsingRules } from './certificate/certificate.js';
import { readOnly, TAG } from './der/reader.js';
import { Malformed, type CertificateFault } from './fault.js';
import { readDistinguishedName, type DistinguishedName } from './name/distinguished-name.js';

/** A part of a certificate on its own, or why the octets are none. */
export type ParsedPart<T> =
  { readonly parsed: true; readonly value: T } | { readonly parsed: false; readonly fault: CertificateFault };

/** Parses a Name (RFC 5280 §4.1.2.4), DER. */
export const parseName = (der: Uint8Array): ParsedPart<DistinguishedName> =>
  parsePart(() => readDistinguishedName(readOnly(der, TAG.sequence)));

/** Parses the value of a subjectAltName extension (RFC 5280 §4.2.1.6), DER. */
export const parseSubjectAltNames = (der: Uint8Array): ParsedPart<SubjectAltNames> =>
  parsePart(() => readSubjectAltNames(der));

/** Parses the value of a nameConstraints extension (RFC 5280 §4.2.1.10), DER. */
export const parseNameConstraints = (der: Uint8Array): ParsedPart<NameConstraints> =>
  parsePart(() => readNameConstraints(der));

/** Parses a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), DER. A key that must not be used parses; its `fault` says why. */
export const parsePublicKey = (
  der: Uint8Array,
  rules: ParsingRules = STRICT_PARSING,
): ParsedPart<PublicKeyInfo> => parsePart(() => readPublicKeyInfo(readOnly(der, TAG.sequence), rules));

function parsePart<T>(read: () => T): ParsedPart<T> {
  try {
    return { parsed: true, value: read() };
  } catch (error) {
    if (error instanceof Malformed) return { parsed: false, fault: error.fault };
    throw error;
  }
}
