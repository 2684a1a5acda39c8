import { parseCertificate, type Certificate, type ParsingRules } from '../certificate/certificate.js';
import { readExtensions, type Extension } from '../certificate/extensions.js';
import { contextTag, DerReader, readOnly, TAG, type DerValue } from '../der/reader.js';
import { timeOf } from '../der/time.js';
import { bitStringOctets, integerOctets, oidOf, smallInteger, toHex } from '../der/values.js';
import { Malformed, type CertificateFault } from '../fault.js';
import { readDistinguishedName, type DistinguishedName } from '../name/distinguished-name.js';

/** A parsed basic OCSP response (RFC 6960 §4.2.1). That it parsed says nothing about who signed it. */
export interface OcspResponse {
  /** The signed part. */
  readonly tbs: Uint8Array;
  readonly responder: ResponderId;
  readonly producedAt: Date;
  readonly statements: readonly OcspStatement[];
  /** Has a critical extension that is not processed here. */
  readonly isUnprocessable: boolean;
  /** Certificates that the responder sent along; those that cannot be read are left out. */
  readonly certificates: readonly Certificate[];
  /** AlgorithmIdentifier, DER. */
  readonly signatureAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
}

export type ResponderId =
  | { readonly by: 'name'; readonly name: DistinguishedName }
  /** SHA-1 of the responder's key, hexadecimal. */
  | { readonly by: 'key'; readonly keyHash: string };

/** SingleResponse: what the responder says about one certificate. */
export interface OcspStatement {
  readonly certificate: OcspCertificateId;
  readonly status: 'good' | 'revoked' | 'unknown';
  /** When it was revoked, and why (RFC 5280 §5.3.1), if so. */
  readonly since: Date | undefined;
  readonly reason: number | undefined;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly isUnprocessable: boolean;
}

export interface OcspCertificateId {
  /** Dotted object identifier of the hash. */
  readonly hashAlgorithm: string;
  /** Hexadecimal. */
  readonly issuerNameHash: string;
  readonly issuerKeyHash: string;
  readonly serialNumber: string;
}

export type ParsedOcspResponse =
  | { readonly parsed: true; readonly response: OcspResponse }
  /** Not a response, or one that says that the responder could not answer. */
  | { readonly parsed: false; readonly fault: CertificateFault | 'ocsp.error_status' };

const BASIC_RESPONSE = '1.3.6.1.5.5.7.48.1.1';

/** Signed certificate timestamps (RFC 6962 §3.3) say nothing about the status. */
const PROCESSED: ReadonlySet<string> = new Set(['1.3.6.1.4.1.11129.2.4.5']);

/**
 * Parses one OCSP response, strictly DER.
 *
 * Does NOT verify its signature, nor ask whether it is fresh or about a certificate: see `statusByResponses`.
 */
export function parseOcspResponse(der: Uint8Array, rules: ParsingRules): ParsedOcspResponse {
  try {
    const basic = readEnvelope(Uint8Array.from(der));
    if (basic === undefined) return { parsed: false, fault: 'ocsp.error_status' };
    return { parsed: true, response: readBasicResponse(basic, rules) };
  } catch (error) {
    if (error instanceof Malformed) return { parsed: false, fault: error.fault };
    throw error;
  }
}

/** The octets of the basic response; nothing if the status is not "successful". */
function readEnvelope(der: Uint8Array): Uint8Array | undefined {
  const reader = new DerReader(readOnly(der, TAG.sequence).contents);
  const status = smallInteger(reader.read(TAG.enumerated), 6);
  const explicit = reader.readOptional(contextTag(0, 'constructed'));
  reader.finish();
  if (status !== 0 || explicit === undefined) return undefined;
  const bytes = new DerReader(readOnly(explicit.contents, TAG.sequence).contents);
  const type = oidOf(bytes.read(TAG.oid));
  const { contents } = bytes.read(TAG.octetString);
  bytes.finish();
  return type === BASIC_RESPONSE ? contents : undefined;
}

function readBasicResponse(der: Uint8Array, rules: ParsingRules): OcspResponse {
  const reader = new DerReader(readOnly(der, TAG.sequence).contents);
  const data = reader.read(TAG.sequence);
  const signatureAlgorithm = reader.read(TAG.sequence).encoded;
  const signature = bitStringOctets(reader.read(TAG.bitString));
  const explicit = reader.readOptional(contextTag(0, 'constructed'));
  reader.finish();
  const certificates = explicit === undefined ? [] : sequenceOf(readOnly(explicit.contents, TAG.sequence));
  return Object.freeze({
    ...readResponseData(data),
    tbs: data.encoded,
    signatureAlgorithm,
    signature,
    certificates: certificates
      .map(({ encoded }) => parseCertificate(encoded, rules))
      .filter((result) => result.parsed)
      .map(({ certificate }) => certificate),
  });
}

function readResponseData({ contents }: DerValue) {
  const reader = new DerReader(contents);
  const version = reader.readOptional(contextTag(0, 'constructed'));
  // RFC 6960 §4.2.1: v1 is the default, hence not written, and there is no other.
  if (version !== undefined) throw new Malformed('cert.version');
  const responder = readResponder(reader.readAny());
  const producedAt = timeOf(reader.read(TAG.generalizedTime));
  const statements = sequenceOf(reader.read(TAG.sequence)).map(readStatement);
  const extensions = readOptionalExtensions(reader, 1);
  reader.finish();
  return { responder, producedAt, statements, isUnprocessable: hasUnknownCritical(extensions) };
}

function readResponder({ tag, contents }: DerValue): ResponderId {
  if (tag === contextTag(1, 'constructed'))
    return { by: 'name', name: readDistinguishedName(readOnly(contents, TAG.sequence)) };
  if (tag === contextTag(2, 'constructed'))
    return { by: 'key', keyHash: toHex(readOnly(contents, TAG.octetString).contents) };
  throw new Malformed('der.tag');
}

function readStatement(single: DerValue): OcspStatement {
  if (single.tag !== TAG.sequence) throw new Malformed('der.tag');
  const reader = new DerReader(single.contents);
  const certificate = readCertificateId(reader.read(TAG.sequence));
  const status = readStatus(reader.readAny());
  const thisUpdate = timeOf(reader.read(TAG.generalizedTime));
  const next = reader.readOptional(contextTag(0, 'constructed'));
  const nextUpdate = next && timeOf(readOnly(next.contents, TAG.generalizedTime));
  const extensions = readOptionalExtensions(reader, 1);
  reader.finish();
  return { certificate, ...status, thisUpdate, nextUpdate, isUnprocessable: hasUnknownCritical(extensions) };
}

function readCertificateId({ contents }: DerValue): OcspCertificateId {
  const reader = new DerReader(contents);
  const algorithm = new DerReader(reader.read(TAG.sequence).contents);
  const hashAlgorithm = oidOf(algorithm.read(TAG.oid));
  if (!algorithm.isAtEnd) readNull(algorithm.read(TAG.null));
  algorithm.finish();
  const issuerNameHash = toHex(reader.read(TAG.octetString).contents);
  const issuerKeyHash = toHex(reader.read(TAG.octetString).contents);
  const serialNumber = toHex(integerOctets(reader.read(TAG.integer)));
  reader.finish();
  return { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber };
}

function readStatus(status: DerValue): Pick<OcspStatement, 'status' | 'since' | 'reason'> {
  if (status.tag === contextTag(1, 'constructed')) return { status: 'revoked', ...readRevoked(status) };
  readNull(status);
  if (status.tag === contextTag(0, 'primitive')) return { status: 'good', ...NOT_REVOKED };
  if (status.tag === contextTag(2, 'primitive')) return { status: 'unknown', ...NOT_REVOKED };
  throw new Malformed('der.tag');
}

const NOT_REVOKED = { since: undefined, reason: undefined };

function readRevoked({ contents }: DerValue): { since: Date; reason: number | undefined } {
  const reader = new DerReader(contents);
  const since = timeOf(reader.read(TAG.generalizedTime));
  const explicit = reader.readOptional(contextTag(0, 'constructed'));
  reader.finish();
  return { since, reason: explicit && smallInteger(readOnly(explicit.contents, TAG.enumerated), 10) };
}

function readNull({ contents }: DerValue): void {
  if (contents.length > 0) throw new Malformed('der.length');
}

const sequenceOf = ({ contents }: DerValue): DerValue[] => [...new DerReader(contents).rest()];

function readOptionalExtensions(reader: DerReader, number: number): readonly Extension[] {
  const explicit = reader.readOptional(contextTag(number, 'constructed'));
  return explicit === undefined ? [] : readExtensions(readOnly(explicit.contents, TAG.sequence));
}

const hasUnknownCritical = (extensions: readonly Extension[]): boolean =>
  extensions.some(({ oid, critical }) => critical && !PROCESSED.has(oid));
