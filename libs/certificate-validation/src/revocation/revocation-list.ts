import { readExtensions, type Extension } from '../certificate/extensions.js';
import { contextTag, DerReader, readOnly, TAG, type DerValue } from '../der/reader.js';
import { timeOf } from '../der/time.js';
import { bitStringOctets, integerOctets, smallInteger, toHex } from '../der/values.js';
import { Malformed, type CertificateFault } from '../fault.js';
import { readDistinguishedName, type DistinguishedName } from '../name/distinguished-name.js';
import { ALL_REASONS, readListScope, type ListScope } from './distribution-point.js';

/** A parsed CRL (RFC 5280 §5). That it parsed says nothing about who signed it. */
export interface RevocationList {
  /** The signed part. */
  readonly tbs: Uint8Array;
  readonly issuer: DistinguishedName;
  readonly thisUpdate: Date;
  /** Absent although RFC 5280 §5.1.2.5 asks for it. */
  readonly nextUpdate: Date | undefined;
  /** By serial number in hexadecimal, as encoded. */
  readonly revoked: ReadonlyMap<string, RevokedEntry>;
  readonly scope: ListScope;
  /** Covers what the signing key has issued, not all that its name has: AD CS makes a list for each key of an authority. */
  readonly isOfOneKey: boolean;
  /** Holds changes to a complete list only (RFC 5280 §5.2.4). */
  readonly isDelta: boolean;
  /** Has a critical extension, of the list or of an entry, that is not processed here. */
  readonly isUnprocessable: boolean;
  /** AlgorithmIdentifier, DER. */
  readonly signatureAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
}

/** CRLReason of a delta CRL (RFC 5280 §5.3.1): no longer on hold. */
export const REMOVE_FROM_CRL = 8;

export interface RevokedEntry {
  readonly since: Date;
  /** CRLReason (RFC 5280 §5.3.1); absent means unspecified. */
  readonly reason: number | undefined;
}

export type ParsedRevocationList =
  | { readonly parsed: true; readonly list: RevocationList }
  | { readonly parsed: false; readonly fault: CertificateFault };

const EXTENSION = {
  deltaCrlIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  reasonCode: '2.5.29.21',
  /** szOID_CERTSRV_CA_VERSION, which AD CS writes into every CRL. */
  caVersion: '1.3.6.1.4.1.311.21.1',
} as const;

/** Extensions that may be critical: beside those, cRLNumber and authorityKeyIdentifier. */
const PROCESSED: ReadonlySet<string> = new Set([
  EXTENSION.deltaCrlIndicator,
  EXTENSION.issuingDistributionPoint,
  '2.5.29.20',
  '2.5.29.35',
]);
/** Beside the reason: invalidityDate. */
const PROCESSED_IN_ENTRY: ReadonlySet<string> = new Set([EXTENSION.reasonCode, '2.5.29.24']);

/**
 * Parses one CRL, strictly DER.
 *
 * Does NOT verify its signature, nor ask whether it is fresh or covers a certificate: see `statusByLists`. Does NOT
 * bound its size: whoever fetches it does.
 */
export function parseRevocationList(der: Uint8Array): ParsedRevocationList {
  try {
    return { parsed: true, list: readRevocationList(Uint8Array.from(der)) };
  } catch (error) {
    if (error instanceof Malformed) return { parsed: false, fault: error.fault };
    throw error;
  }
}

function readRevocationList(der: Uint8Array): RevocationList {
  const reader = new DerReader(readOnly(der, TAG.sequence).contents);
  const tbs = reader.read(TAG.sequence);
  const signatureAlgorithm = reader.read(TAG.sequence).encoded;
  const signature = bitStringOctets(reader.read(TAG.bitString));
  reader.finish();
  const { innerAlgorithm, ...fields } = readTbs(tbs);
  // RFC 5280 §5.1.1.2: both fields MUST contain the same algorithm identifier.
  if (Buffer.compare(innerAlgorithm, signatureAlgorithm) !== 0) throw new Malformed('cert.sig_alg_mismatch');
  return Object.freeze({ ...fields, tbs: tbs.encoded, signatureAlgorithm, signature });
}

function readTbs(tbs: DerValue) {
  const reader = new DerReader(tbs.contents);
  const isVersion2 = readVersion(reader);
  const innerAlgorithm = reader.read(TAG.sequence).encoded;
  const issuer = readDistinguishedName(reader.read(TAG.sequence));
  if (issuer.rdns.length === 0) throw new Malformed('cert.name_malformed');
  const thisUpdate = timeOf(reader.readAny());
  const nextUpdate = readOptionalTime(reader);
  const entries = readEntries(reader.readOptional(TAG.sequence));
  const explicit = reader.readOptional(contextTag(0, 'constructed'));
  reader.finish();
  const extensions = explicit === undefined ? [] : readExtensions(readOnly(explicit.contents, TAG.sequence));
  // RFC 5280 §5.1.2.1: extensions need version 2.
  if (!isVersion2 && (extensions.length > 0 || entries.haveExtensions)) throw new Malformed('cert.version');
  return {
    innerAlgorithm,
    issuer,
    thisUpdate,
    nextUpdate,
    revoked: entries.revoked,
    scope: readScope(extensions, issuer),
    isOfOneKey: extensions.some(({ oid }) => oid === EXTENSION.caVersion),
    isDelta: extensions.some(({ oid }) => oid === EXTENSION.deltaCrlIndicator),
    isUnprocessable: isUnprocessable(extensions, PROCESSED) || entries.areUnprocessable,
  };
}

/** RFC 5280 §5.1.2.1: absent means version 1, and version 1 is never written. */
function readVersion(reader: DerReader): boolean {
  const version = reader.readOptional(TAG.integer);
  if (version === undefined) return false;
  if (smallInteger(version, 0xff) !== 1) throw new Malformed('cert.version');
  return true;
}

const readOptionalTime = (reader: DerReader): Date | undefined => {
  const time = reader.readOptional(TAG.utcTime) ?? reader.readOptional(TAG.generalizedTime);
  return time && timeOf(time);
};

/** One entry after the other, and of each only what counts: a list may have hundreds of thousands. */
function readEntries(list: DerValue | undefined) {
  const revoked = new Map<string, RevokedEntry>();
  let haveExtensions = false;
  let areUnprocessable = false;
  // RFC 5280 §5.1.2.6: without revoked certificates the list MUST be absent.
  if (list?.contents.length === 0) throw new Malformed('cert.extension_malformed');
  for (const value of new DerReader(list?.contents ?? NOTHING).rest()) {
    const { serialNumber, since, extensions, reason } = readEntry(value);
    haveExtensions ||= extensions.length > 0;
    areUnprocessable ||= isUnprocessable(extensions, PROCESSED_IN_ENTRY);
    const known = revoked.get(serialNumber);
    // A second entry takes nothing back.
    if (known === undefined || known.reason === REMOVE_FROM_CRL) revoked.set(serialNumber, { since, reason });
  }
  return { revoked, haveExtensions, areUnprocessable };
}

const NOTHING = new Uint8Array();

function readEntry(entry: DerValue) {
  if (entry.tag !== TAG.sequence) throw new Malformed('der.tag');
  const reader = new DerReader(entry.contents);
  const serialNumber = toHex(integerOctets(reader.read(TAG.integer)));
  const since = timeOf(reader.readAny());
  const sequence = reader.readOptional(TAG.sequence);
  reader.finish();
  const extensions = sequence === undefined ? [] : readExtensions(sequence);
  return { serialNumber, since, extensions, reason: readReason(extensions) };
}

function readReason(extensions: readonly Extension[]): number | undefined {
  const found = extensions.find(({ oid }) => oid === EXTENSION.reasonCode);
  return found && smallInteger(readOnly(found.value, TAG.enumerated), 10);
}

function readScope(extensions: readonly Extension[], issuer: DistinguishedName): ListScope {
  const found = extensions.find(({ oid }) => oid === EXTENSION.issuingDistributionPoint);
  if (found !== undefined) return readListScope(found.value, issuer);
  return { names: undefined, onlyContains: 'all', reasons: ALL_REASONS, isIndirect: false };
}

const isUnprocessable = (extensions: readonly Extension[], processed: ReadonlySet<string>): boolean =>
  extensions.some(({ oid, critical }) => critical && !processed.has(oid));
