import { contextTag, DerReader, readOnly, TAG, type DerValue } from '../der/reader.js';
import { oidOf, smallInteger } from '../der/values.js';
import { Malformed } from '../fault.js';

/** Under which policies a certificate was issued (RFC 5280 §4.2.1.4). */
export interface CertificatePolicies {
  /** Dotted object identifiers, none twice. */
  readonly policies: readonly string[];
  /** A qualifier is neither a CPS pointer nor a user notice. */
  readonly hasUnknownQualifier: boolean;
}

/** A policy of the issuer's domain, and what it is called in the subject's (RFC 5280 §4.2.1.5). */
export interface PolicyMapping {
  readonly issuerDomain: string;
  readonly subjectDomain: string;
}

/** RFC 5280 §4.2.1.11: after how many further certificates each rule begins. */
export interface PolicyConstraints {
  readonly requireExplicitPolicy: number | undefined;
  readonly inhibitPolicyMapping: number | undefined;
}

export function readCertificatePolicies(value: Uint8Array): CertificatePolicies {
  const entries = nonEmptySequenceOf(value).map(readPolicyInformation);
  const policies = entries.map(({ policy }) => policy);
  // RFC 5280 §4.2.1.4: a policy MUST NOT appear more than once.
  if (new Set(policies).size !== policies.length) throw new Malformed('cert.extension_malformed');
  const qualifiers = entries.flatMap((entry) => entry.qualifiers);
  return Object.freeze({
    policies: Object.freeze(policies),
    hasUnknownQualifier: qualifiers.some((qualifier) => !QUALIFIERS.has(qualifier)),
  });
}

export function readPolicyMappings(value: Uint8Array): readonly PolicyMapping[] {
  const mappings = nonEmptySequenceOf(value).map((mapping) => {
    const reader = sequenceReader(mapping);
    const issuerDomain = oidOf(reader.read(TAG.oid));
    const subjectDomain = oidOf(reader.read(TAG.oid));
    reader.finish();
    return Object.freeze({ issuerDomain, subjectDomain });
  });
  return Object.freeze(mappings);
}

export function readPolicyConstraints(value: Uint8Array): PolicyConstraints {
  const reader = new DerReader(readOnly(value, TAG.sequence).contents);
  const readSkip = (number: number): number | undefined => {
    const skip = reader.readOptional(contextTag(number, 'primitive'));
    return skip && smallInteger(skip, MAXIMUM_SKIP);
  };
  const constraints = { requireExplicitPolicy: readSkip(0), inhibitPolicyMapping: readSkip(1) };
  reader.finish();
  // RFC 5280 §4.2.1.11: the sequence MUST NOT be empty.
  if (Object.values(constraints).every((skip) => skip === undefined))
    throw new Malformed('cert.extension_malformed');
  return Object.freeze(constraints);
}

export const readInhibitAnyPolicy = (value: Uint8Array): number =>
  smallInteger(readOnly(value, TAG.integer), MAXIMUM_SKIP);

const MAXIMUM_SKIP = 0xffffffff;

/** id-qt-cps and id-qt-unotice. */
const QUALIFIERS: ReadonlySet<string> = new Set(['1.3.6.1.5.5.7.2.1', '1.3.6.1.5.5.7.2.2']);

function readPolicyInformation(information: DerValue): { policy: string; qualifiers: string[] } {
  const reader = sequenceReader(information);
  const policy = oidOf(reader.read(TAG.oid));
  const list = reader.readOptional(TAG.sequence);
  reader.finish();
  const qualifiers = list === undefined ? [] : nonEmptySequenceOf(list.encoded).map(readQualifier);
  return { policy, qualifiers };
}

function readQualifier(information: DerValue): string {
  const reader = sequenceReader(information);
  const qualifier = oidOf(reader.read(TAG.oid));
  reader.readAny();
  reader.finish();
  return qualifier;
}

function sequenceReader(value: DerValue): DerReader {
  if (value.tag !== TAG.sequence) throw new Malformed('der.tag');
  return new DerReader(value.contents);
}

/** The values of a SEQUENCE OF that must have at least one. */
export function nonEmptySequenceOf(encoded: Uint8Array): DerValue[] {
  const values = [...new DerReader(readOnly(encoded, TAG.sequence).contents).rest()];
  if (values.length === 0) throw new Malformed('cert.extension_malformed');
  return values;
}
