import type { Certificate } from '../certificate/certificate.js';
import { printableText } from '../certificate/general-names.js';
import { contextTag, DerReader, readOnly, TAG, type DerValue } from '../der/reader.js';
import { bitString, booleanOf, toHex } from '../der/values.js';
import { Malformed } from '../fault.js';
import {
  readDistinguishedName,
  readRelativeName,
  toDistinguishedName,
  type DistinguishedName,
} from '../name/distinguished-name.js';

/** ReasonFlags as a set of bits (RFC 5280 §4.2.1.13); bit 0 is unused. */
export type ReasonMask = number;

/** keyCompromise to aACompromise. */
export const ALL_REASONS: ReasonMask = 0b1_1111_1110;

/** Where a certificate says that its status is published. */
export interface DistributionPoint {
  /** Two points are the same if one of their names is equal. Empty if the point has none. */
  readonly names: readonly string[];
  readonly reasons: ReasonMask;
  /** Another authority than the certificate's issuer signs: an indirect CRL. */
  readonly isIndirect: boolean;
}

/** Which certificates and reasons a CRL covers (RFC 5280 §5.2.5). */
export interface ListScope {
  /** `undefined` if the CRL is not tied to a distribution point. */
  readonly names: readonly string[] | undefined;
  readonly onlyContains: 'all' | 'users' | 'authorities' | 'attributes';
  readonly reasons: ReasonMask;
  readonly isIndirect: boolean;
}

const CRL_DISTRIBUTION_POINTS = '2.5.29.31';
const URI = 'uri:';

/**
 * Where the issuer publishes CRLs for the certificate: the http and https addresses of its distribution points, none
 * of an indirect CRL. Empty if they cannot be read. Only those of a *verified* certificate may ever be fetched.
 */
export function crlUrlsOf(certificate: Certificate): string[] {
  const points = findDistributionPoints(certificate) ?? [];
  return points
    .filter(({ isIndirect }) => !isIndirect)
    .flatMap(({ names }) => names.filter((name) => /^uri:https?:\/\//i.test(name)))
    .map((name) => name.slice(URI.length));
}

/** The distribution points, or nothing if they cannot be read. */
export function findDistributionPoints(certificate: Certificate): DistributionPoint[] | undefined {
  try {
    return distributionPointsOf(certificate);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/**
 * The certificate's distribution points, and last the one that RFC 5280 §6.3.3 assumes for every other CRL of its
 * issuer. Throws `Malformed`.
 */
function distributionPointsOf({ extensions, issuer }: Certificate): DistributionPoint[] {
  const found = extensions.find(({ oid }) => oid === CRL_DISTRIBUTION_POINTS);
  const named = found === undefined ? [] : readDistributionPoints(found.value, issuer);
  return [...named, { names: [directoryName(issuer)], reasons: ALL_REASONS, isIndirect: false }];
}

function readDistributionPoints(value: Uint8Array, issuer: DistinguishedName): DistributionPoint[] {
  const points = [...new DerReader(readOnly(value, TAG.sequence).contents).rest()];
  if (points.length === 0) throw new Malformed('cert.extension_malformed');
  return points.map((point) => {
    if (point.tag !== TAG.sequence) throw new Malformed('der.tag');
    const reader = new DerReader(point.contents);
    const names = reader.readOptional(contextTag(0, 'constructed'));
    const reasons = reader.readOptional(contextTag(1, 'primitive'));
    const crlIssuer = reader.readOptional(contextTag(2, 'constructed'));
    reader.finish();
    // RFC 5280 §4.2.1.13: a point MUST NOT consist of reasons only.
    if (names === undefined && crlIssuer === undefined) throw new Malformed('cert.extension_malformed');
    return {
      names: names === undefined ? [] : readPointName(names, issuer),
      reasons: reasons === undefined ? ALL_REASONS : readReasons(reasons),
      isIndirect: crlIssuer !== undefined,
    };
  });
}

/** Reads issuingDistributionPoint. Throws `Malformed`. */
export function readListScope(value: Uint8Array, issuer: DistinguishedName): ListScope {
  const reader = new DerReader(readOnly(value, TAG.sequence).contents);
  // RFC 5280 §5.2.5: the DER encoding MUST NOT be an empty sequence.
  if (reader.isAtEnd) throw new Malformed('cert.extension_malformed');
  const names = reader.readOptional(contextTag(0, 'constructed'));
  const users = readFlag(reader, 1);
  const authorities = readFlag(reader, 2);
  const reasons = reader.readOptional(contextTag(3, 'primitive'));
  const isIndirect = readFlag(reader, 4);
  const attributes = readFlag(reader, 5);
  reader.finish();
  if ([users, authorities, attributes].filter(Boolean).length > 1)
    throw new Malformed('cert.extension_malformed');
  return {
    names: names && readPointName(names, issuer),
    onlyContains: users ? 'users' : authorities ? 'authorities' : attributes ? 'attributes' : 'all',
    reasons: reasons === undefined ? ALL_REASONS : readReasons(reasons),
    isIndirect,
  };
}

/** DistributionPointName: full names, or an RDN below the name of the CRL's issuer. */
function readPointName({ contents }: DerValue, issuer: DistinguishedName): string[] {
  const reader = new DerReader(contents);
  const choice = reader.readAny();
  reader.finish();
  if (choice.tag === contextTag(1, 'constructed')) {
    return [directoryName(toDistinguishedName([...issuer.rdns, readRelativeName(choice.contents)]))];
  }
  if (choice.tag !== contextTag(0, 'constructed')) throw new Malformed('der.tag');
  const names = [...new DerReader(choice.contents).rest()].map(toComparableName);
  if (names.length === 0) throw new Malformed('cert.extension_malformed');
  return names;
}

function toComparableName(name: DerValue): string {
  if (name.tag === contextTag(6, 'primitive')) return `${URI}${printableText(name.contents)}`;
  if (name.tag !== contextTag(4, 'constructed')) return toHex(name.encoded);
  return directoryName(readDistinguishedName(readOnly(name.contents, TAG.sequence)));
}

const directoryName = ({ canonical }: DistinguishedName): string => `directoryName:${canonical}`;

function readFlag(reader: DerReader, number: number): boolean {
  const flag = reader.readOptional(contextTag(number, 'primitive'));
  // X.690 §11.5: FALSE is the default and not encoded.
  if (flag !== undefined && !booleanOf(flag)) throw new Malformed('der.boolean');
  return flag !== undefined;
}

function readReasons(value: DerValue): ReasonMask {
  const { octets } = bitString(value);
  const mask = Array.from({ length: 9 }, (_, bit) => ((octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0)
    .map((isSet, bit) => (isSet ? 1 << bit : 0))
    .reduce((sum, bit) => sum | bit, 0);
  return mask & ALL_REASONS;
}
