import { contextTag, DerReader, readOnly, TAG, type DerValue } from '../der/reader.js';
import { bitString, booleanOf, oidOf, smallInteger, toHex } from '../der/values.js';
import { Malformed } from '../fault.js';
import {
  nonEmptySequenceOf,
  readCertificatePolicies,
  readInhibitAnyPolicy,
  readPolicyConstraints,
  readPolicyMappings,
  type CertificatePolicies,
  type PolicyConstraints,
  type PolicyMapping,
} from './certificate-policies.js';
import { NO_ALT_NAMES, readSubjectAltNames, type SubjectAltNames } from './general-names.js';
import { readNameConstraints, type NameConstraints } from './name-constraints.js';

export interface Extension {
  /** Dotted object identifier. */
  readonly oid: string;
  readonly critical: boolean;
  /** The DER inside extnValue. */
  readonly value: Uint8Array;
}

export type KeyUsage =
  | 'digitalSignature'
  | 'nonRepudiation'
  | 'keyEncipherment'
  | 'dataEncipherment'
  | 'keyAgreement'
  | 'keyCertSign'
  | 'cRLSign'
  | 'encipherOnly'
  | 'decipherOnly';

/** What the extensions say, decoded. `undefined` means that the extension is absent. */
export interface ExtensionFacts {
  readonly basicConstraints: { readonly ca: boolean; readonly pathLength: number | undefined } | undefined;
  readonly keyUsage: readonly KeyUsage[] | undefined;
  /** Dotted object identifiers. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly subjectAltNames: SubjectAltNames;
  readonly nameConstraints: NameConstraints | undefined;
  readonly certificatePolicies: CertificatePolicies | undefined;
  readonly policyMappings: readonly PolicyMapping[] | undefined;
  readonly policyConstraints: PolicyConstraints | undefined;
  /** SkipCerts of inhibitAnyPolicy (RFC 5280 §4.2.1.14). */
  readonly inhibitAnyPolicy: number | undefined;
  /** Hexadecimal. They order candidates for an issuer and decide nothing. */
  readonly subjectKeyIdentifier: string | undefined;
  readonly authorityKeyIdentifier: string | undefined;
}

export const EXTENSION = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  inhibitAnyPolicy: '2.5.29.54',
} as const;

const MAXIMUM_EXTENSIONS = 64;

/** Reads Extensions (RFC 5280 §4.1.2.9): at least one, none twice. */
export function readExtensions(sequence: DerValue): readonly Extension[] {
  const extensions = [...new DerReader(sequence.contents).rest()].map(readExtension);
  if (extensions.length === 0 || extensions.length > MAXIMUM_EXTENSIONS) {
    throw new Malformed('cert.extension_malformed');
  }
  if (new Set(extensions.map(({ oid }) => oid)).size !== extensions.length) {
    throw new Malformed('cert.extension_duplicate');
  }
  return Object.freeze(extensions);
}

/** Decodes every extension that is known here; a known one that is malformed makes the certificate malformed. */
export function decodeExtensions(extensions: readonly Extension[]): ExtensionFacts {
  const decode = <T>(oid: string, read: (value: Uint8Array) => T): T | undefined => {
    const found = extensions.find((extension) => extension.oid === oid);
    return found === undefined ? undefined : asExtension(() => read(found.value));
  };
  return {
    basicConstraints: decode(EXTENSION.basicConstraints, readBasicConstraints),
    keyUsage: decode(EXTENSION.keyUsage, readKeyUsage),
    extendedKeyUsage: decode(EXTENSION.extendedKeyUsage, readExtendedKeyUsage),
    subjectAltNames: decode(EXTENSION.subjectAltName, readSubjectAltNames) ?? NO_ALT_NAMES,
    nameConstraints: decode(EXTENSION.nameConstraints, readNameConstraints),
    certificatePolicies: decode(EXTENSION.certificatePolicies, readCertificatePolicies),
    policyMappings: decode(EXTENSION.policyMappings, readPolicyMappings),
    policyConstraints: decode(EXTENSION.policyConstraints, readPolicyConstraints),
    inhibitAnyPolicy: decode(EXTENSION.inhibitAnyPolicy, readInhibitAnyPolicy),
    subjectKeyIdentifier: decode(EXTENSION.subjectKeyIdentifier, readSubjectKeyIdentifier),
    authorityKeyIdentifier: decode(EXTENSION.authorityKeyIdentifier, readAuthorityKeyIdentifier),
  };
}

/** Inside an extension a DER fault tells less than the fact that the extension is malformed. */
function asExtension<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed && error.fault.startsWith('der.')) {
      throw new Malformed('cert.extension_malformed');
    }
    throw error;
  }
}

function readExtension(value: DerValue): Extension {
  if (value.tag !== TAG.sequence) throw new Malformed('der.tag');
  const reader = new DerReader(value.contents);
  const oid = oidOf(reader.read(TAG.oid));
  const critical = readDefaultFalse(reader);
  const octets = reader.read(TAG.octetString).contents;
  reader.finish();
  return Object.freeze({ oid, critical, value: octets });
}

/** X.690 §11.5: a value equal to its default is not encoded. */
function readDefaultFalse(reader: DerReader): boolean {
  const encoded = reader.readOptional(TAG.boolean);
  if (encoded === undefined) return false;
  if (!booleanOf(encoded)) throw new Malformed('der.boolean');
  return true;
}

function readBasicConstraints(value: Uint8Array): { ca: boolean; pathLength: number | undefined } {
  const reader = new DerReader(readOnly(value, TAG.sequence).contents);
  const ca = readDefaultFalse(reader);
  const encodedLength = reader.readOptional(TAG.integer);
  reader.finish();
  return Object.freeze({ ca, pathLength: encodedLength && smallInteger(encodedLength, 255) });
}

function readKeyUsage(value: Uint8Array): readonly KeyUsage[] {
  const { octets } = bitString(readOnly(value, TAG.bitString));
  const usages = KEY_USAGES.filter((_, bit) => ((octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
  // RFC 5280 §4.2.1.3: at least one of the bits MUST be set.
  if (usages.length === 0) throw new Malformed('cert.extension_malformed');
  return Object.freeze(usages);
}

const KEY_USAGES: readonly KeyUsage[] = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
];

function readExtendedKeyUsage(value: Uint8Array): readonly string[] {
  const usages = nonEmptySequenceOf(value).map((usage) => {
    if (usage.tag !== TAG.oid) throw new Malformed('der.tag');
    return oidOf(usage);
  });
  return Object.freeze(usages);
}

function readSubjectKeyIdentifier(value: Uint8Array): string {
  return toHex(readOnly(value, TAG.octetString).contents);
}

function readAuthorityKeyIdentifier(value: Uint8Array): string | undefined {
  const reader = new DerReader(readOnly(value, TAG.sequence).contents);
  const identifier = reader.readOptional(contextTag(0, 'primitive'));
  const issuer = reader.readOptional(contextTag(1, 'constructed'));
  const serial = reader.readOptional(contextTag(2, 'primitive'));
  reader.finish();
  // RFC 5280 §4.2.1.1 (ASN.1 comment): issuer and serial MUST both be present or both be absent.
  if ((issuer === undefined) !== (serial === undefined)) throw new Malformed('cert.extension_malformed');
  return identifier && toHex(identifier.contents);
}
