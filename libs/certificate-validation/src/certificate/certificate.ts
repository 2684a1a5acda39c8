import { contextTag, DerReader, readOnly, TAG, type DerValue } from '../der/reader.js';
import { timeOf } from '../der/time.js';
import { bitStringOctets, integerOctets, smallInteger, toHex } from '../der/values.js';
import { Malformed, type CertificateFault } from '../fault.js';
import { readDistinguishedName, type DistinguishedName } from '../name/distinguished-name.js';
import { decodeExtensions, readExtensions, type Extension, type ExtensionFacts } from './extensions.js';
import { readPublicKeyInfo, type PublicKeyInfo } from './public-key.js';

/** A parsed X.509 certificate, frozen. That it parsed says nothing about trust. */
export interface Certificate extends ExtensionFacts {
  readonly der: Uint8Array;
  /** The signed part. */
  readonly tbs: Uint8Array;
  readonly version: 1 | 2 | 3;
  /** Hexadecimal, as encoded (two's complement). */
  readonly serialNumber: string;
  readonly issuer: DistinguishedName;
  /** The issuer's Name as encoded, for OCSP. */
  readonly issuerDer: Uint8Array;
  readonly subject: DistinguishedName;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKeyInfo: PublicKeyInfo;
  /** AlgorithmIdentifier, DER. */
  readonly signatureAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
  readonly extensions: readonly Extension[];
  /** basicConstraints with cA TRUE. */
  readonly isCa: boolean;
  /** Subject and issuer are the same name (RFC 5280 §6.1); the signature may be another's. */
  readonly isSelfIssued: boolean;
}

/** How strictly octets are read where certificates in use deviate from RFC 5280. */
export interface ParsingRules {
  /** `strict`: positive and at most 20 octets (RFC 5280 §4.1.2.2); `tolerant`: any minimal INTEGER. */
  readonly serialNumber: 'strict' | 'tolerant';
  readonly maximumBytes: number;
  /** RSA keys with fewer bits have a fault. The product says 2048; published suites still hold keys of 1024. */
  readonly minimumRsaBits: number;
}

/** What the product accepts. */
export const STRICT_PARSING: ParsingRules = {
  serialNumber: 'strict',
  maximumBytes: 16_384,
  minimumRsaBits: 2048,
};

/** A certificate, or why the octets are none. */
export type ParsedCertificate =
  | { readonly parsed: true; readonly certificate: Certificate }
  | { readonly parsed: false; readonly fault: CertificateFault };

/**
 * Parses one certificate, strictly DER and in the profile of RFC 5280 §4. Keeps its own copy of the octets.
 *
 * Does NOT refuse weak keys or algorithms, nor validity in the past: `judgeLeaf` and the path validation do,
 * so that the owner can be told.
 */
export function parseCertificate(der: Uint8Array, rules: ParsingRules = STRICT_PARSING): ParsedCertificate {
  try {
    if (der.length > rules.maximumBytes) throw new Malformed('cert.too_large');
    return { parsed: true, certificate: readCertificate(Uint8Array.from(der), rules) };
  } catch (error) {
    if (error instanceof Malformed) return { parsed: false, fault: error.fault };
    throw error;
  }
}

function readCertificate(der: Uint8Array, rules: ParsingRules): Certificate {
  const reader = new DerReader(readOnly(der, TAG.sequence).contents);
  const tbs = reader.read(TAG.sequence);
  const signatureAlgorithm = reader.read(TAG.sequence).encoded;
  const signature = bitStringOctets(reader.read(TAG.bitString));
  reader.finish();
  const fields = readTbs(tbs, rules);
  // RFC 5280 §4.1.1.2: both fields MUST contain the same algorithm identifier.
  if (Buffer.compare(fields.innerAlgorithm, signatureAlgorithm) !== 0)
    throw new Malformed('cert.sig_alg_mismatch');
  const { innerAlgorithm: _, ...rest } = fields;
  const facts = decodeExtensions(rest.extensions);
  return Object.freeze({
    ...rest,
    ...facts,
    der,
    tbs: tbs.encoded,
    signatureAlgorithm,
    signature,
    isCa: facts.basicConstraints?.ca === true,
    isSelfIssued: rest.subject.canonical === rest.issuer.canonical,
  });
}

function readTbs(tbs: DerValue, rules: ParsingRules) {
  const reader = new DerReader(tbs.contents);
  const version = readVersion(reader);
  const serialNumber = readSerialNumber(reader.read(TAG.integer), rules);
  const innerAlgorithm = reader.read(TAG.sequence).encoded;
  const issuerName = reader.read(TAG.sequence);
  const issuer = readDistinguishedName(issuerName);
  // RFC 5280 §4.1.2.4: the issuer field MUST contain a non-empty name.
  if (issuer.rdns.length === 0) throw new Malformed('cert.name_malformed');
  const validity = new DerReader(reader.read(TAG.sequence).contents);
  const notBefore = timeOf(validity.readAny());
  const notAfter = timeOf(validity.readAny());
  validity.finish();
  const subject = readDistinguishedName(reader.read(TAG.sequence));
  const publicKeyInfo = readPublicKeyInfo(reader.read(TAG.sequence), rules);
  skipUniqueIdentifiers(reader, version);
  const extensions = readOptionalExtensions(reader, version);
  reader.finish();
  return {
    version,
    serialNumber,
    innerAlgorithm,
    issuer,
    issuerDer: issuerName.encoded,
    notBefore,
    notAfter,
    subject,
    publicKeyInfo,
    extensions,
  };
}

/** RFC 5280 §4.1.2.1; v1 is the default and therefore not encoded (X.690 §11.5). */
function readVersion(reader: DerReader): 1 | 2 | 3 {
  const explicit = reader.readOptional(contextTag(0, 'constructed'));
  if (explicit === undefined) return 1;
  const version = smallInteger(readOnly(explicit.contents, TAG.integer), 0xff);
  if (version === 1) return 2;
  if (version === 2) return 3;
  throw new Malformed('cert.version');
}

function readSerialNumber(value: DerValue, rules: ParsingRules): string {
  const octets = integerOctets(value);
  const isPositive = octets[0]! < 0x80 && octets.some((octet) => octet !== 0);
  if (rules.serialNumber === 'strict' && (!isPositive || octets.length > 20))
    throw new Malformed('cert.serial');
  return toHex(octets);
}

function skipUniqueIdentifiers(reader: DerReader, version: 1 | 2 | 3): void {
  const issuer = reader.readOptional(contextTag(1, 'primitive'));
  const subject = reader.readOptional(contextTag(2, 'primitive'));
  if (version === 1 && (issuer ?? subject) !== undefined) throw new Malformed('cert.version');
}

function readOptionalExtensions(reader: DerReader, version: 1 | 2 | 3): readonly Extension[] {
  const explicit = reader.readOptional(contextTag(3, 'constructed'));
  if (explicit === undefined) return Object.freeze([]);
  if (version !== 3) throw new Malformed('cert.version');
  return readExtensions(readOnly(explicit.contents, TAG.sequence));
}
