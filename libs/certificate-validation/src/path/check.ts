import type { Certificate } from '../certificate/certificate.js';
import { EXTENSION } from '../certificate/extensions.js';
import type { CertificateFault } from '../fault.js';
import type { UsageRule, ValidationPolicy } from './policy.js';
import { certificatePolicyFault } from './certificate-policies.js';
import { pathNamesFault, type SpendComparison } from './name-constraints.js';
import { findSignatureAlgorithm, type AcceptedAlgorithms } from './signature-algorithm.js';

/** RFC 5280 §6.1.3 and §6.1.5 for the leaf, as far as it needs no issuer. */
export function leafFault(
  leaf: Certificate,
  policy: ValidationPolicy,
  now: Date,
): CertificateFault | undefined {
  const fault = certificateFault(leaf, policy.signatureAlgorithms, now);
  if (fault !== undefined) return fault;
  // RFC 5280 §4.2.1.10: name constraints MUST be used only in a CA certificate.
  if (!leaf.isCa && leaf.nameConstraints !== undefined) return 'leaf.name_constraints';
  return leafUsageFault(leaf, policy);
}

/** What may be wrong with a certificate at the end of a path, whatever it is used for. */
export function certificateFault(
  certificate: Certificate,
  accepted: AcceptedAlgorithms,
  now: Date,
): CertificateFault | undefined {
  if (certificate.version !== 3) return 'leaf.version';
  if (certificate.publicKeyInfo.fault !== undefined) return certificate.publicKeyInfo.fault;
  const algorithm = findSignatureAlgorithm(certificate.signatureAlgorithm, accepted);
  if (!algorithm.supported) return algorithm.fault;
  const validity = validityOf(certificate, now);
  if (validity !== 'valid') return `validity.${validity}`;
  return criticalExtensionFault(certificate);
}

/** Whether `issuer` may stand above `below`, which is a path from the leaf upwards (RFC 5280 §6.1.4). */
export function issuerFault(
  issuer: Certificate,
  below: readonly Certificate[],
  policy: ValidationPolicy,
  now: Date,
): CertificateFault | undefined {
  const validity = validityOf(issuer, now);
  if (validity !== 'valid') return `validity.issuer_${validity}`;
  return authorityFault(issuer, below, policy);
}

/** A fault, and which certificate of the path it is about: 0 is the leaf. */
export interface PathFault {
  readonly fault: CertificateFault;
  readonly depth: number;
}

/**
 * RFC 5280 §6.1 for a whole path whose signatures have verified: the first fault, of the issuers from below up to the
 * anchor, then of the names, then of the policies. `path` goes from the leaf upwards, without the anchor.
 *
 * Does NOT check the leaf alone (see `leafFault`) nor any signature.
 */
export function pathFault(
  path: readonly Certificate[],
  anchor: Certificate,
  policy: ValidationPolicy,
  now: Date,
  spend: SpendComparison,
): PathFault | undefined {
  const constraining = policy.anchor.constraints === 'ignore' ? undefined : anchor;
  const policies = (): PathFault | undefined => {
    const fault = certificatePolicyFault(path.toReversed(), constraining, policy.certificatePolicies);
    return fault && { fault, depth: 0 };
  };
  return issuersFault(path, anchor, policy, now) ?? pathNamesFault(path, constraining, spend) ?? policies();
}

function issuersFault(
  path: readonly Certificate[],
  anchor: Certificate,
  policy: ValidationPolicy,
  now: Date,
): PathFault | undefined {
  for (let depth = 1; depth < path.length; depth++) {
    const fault = intermediateFault(path[depth]!, path.slice(0, depth), policy, now);
    if (fault !== undefined) return { fault, depth };
  }
  const fault = anchorFault(anchor, path, policy, now);
  return fault === undefined ? undefined : { fault, depth: path.length };
}

function intermediateFault(
  issuer: Certificate,
  below: readonly Certificate[],
  policy: ValidationPolicy,
  now: Date,
): CertificateFault | undefined {
  const isTooMany = !issuer.isSelfIssued && countIntermediates(below) >= policy.limits.intermediates;
  return isTooMany ? 'path.too_deep' : issuerFault(issuer, below, policy, now);
}

/**
 * Whether `anchor` may stand above `below`. RFC 5280 §6.1.1 (d) takes only name and key from an anchor; the
 * policy says whether the rest of its certificate counts as well.
 */
function anchorFault(
  anchor: Certificate,
  below: readonly Certificate[],
  policy: ValidationPolicy,
  now: Date,
): CertificateFault | undefined {
  const validity = validityOf(anchor, now);
  if (policy.anchor.validity === 'enforce' && validity !== 'valid') return `validity.anchor_${validity}`;
  const { constraints } = policy.anchor;
  if (constraints === 'ignore') return undefined;
  const saysNothing = anchor.basicConstraints === undefined;
  return constraints === 'enforce-present' && saysNothing
    ? constraintsFault(anchor, below, policy)
    : authorityFault(anchor, below, policy);
}

/** RFC 5280 §4.2.1.9, §6.1.4 (l): self-issued intermediates do not count; the leaf never does. */
function countIntermediates(path: readonly Certificate[]): number {
  return path.slice(1).filter((certificate) => !certificate.isSelfIssued).length;
}

/** Facts of an authority's certificate alone: version, CA bit, and what `usageFault` asks. */
export function authorityFactsFault(authority: Certificate): CertificateFault | undefined {
  if (authority.publicKeyInfo.fault !== undefined) return authority.publicKeyInfo.fault;
  if (authority.version !== 3) return 'issuer.version';
  return authority.isCa ? usageFault(authority) : 'issuer.not_ca';
}

/** Key, keyCertSign, critical extensions. */
function usageFault(authority: Certificate): CertificateFault | undefined {
  if (authority.publicKeyInfo.fault !== undefined) return authority.publicKeyInfo.fault;
  if (authority.keyUsage?.includes('keyCertSign') === false) return 'issuer.no_cert_sign';
  return criticalExtensionFault(authority);
}

/** Both bounds are inclusive, in whole seconds (RFC 5280 §4.1.2.5). */
export function validityOf({ notBefore, notAfter }: Certificate, now: Date): 'valid' | 'not_yet' | 'expired' {
  const second = Math.floor(now.getTime() / 1000) * 1000;
  // Written so that an invalid date is never "valid".
  if (!(second >= notBefore.getTime())) return 'not_yet';
  return second <= notAfter.getTime() ? 'valid' : 'expired';
}

function authorityFault(
  authority: Certificate,
  below: readonly Certificate[],
  policy: ValidationPolicy,
): CertificateFault | undefined {
  return authorityFactsFault(authority) ?? constraintsFault(authority, below, policy);
}

/** What the extensions of an authority allow below it. */
function constraintsFault(
  authority: Certificate,
  below: readonly Certificate[],
  policy: ValidationPolicy,
): CertificateFault | undefined {
  const usage = usageFault(authority);
  if (usage !== undefined) return usage;
  const pathLength = authority.basicConstraints?.pathLength;
  if (pathLength !== undefined && countIntermediates(below) > pathLength) return 'issuer.path_len';
  const { extendedKeyUsage } = authority;
  return hasPurpose(extendedKeyUsage, policy.purpose, policy.extendedKeyUsage.issuers)
    ? undefined
    : 'issuer.eku';
}

function leafUsageFault(leaf: Certificate, policy: ValidationPolicy): CertificateFault | undefined {
  // RFC 5280 §4.2.1.12: clientAuth is consistent with digitalSignature and/or keyAgreement.
  const { keyUsage, extendedKeyUsage } = leaf;
  if (
    keyUsage !== undefined &&
    !keyUsage.includes('digitalSignature') &&
    !keyUsage.includes('keyAgreement')
  ) {
    return 'leaf.key_usage';
  }
  if (hasPurpose(extendedKeyUsage, policy.purpose, policy.extendedKeyUsage.leaf)) return undefined;
  return extendedKeyUsage === undefined ? 'leaf.eku_missing' : 'leaf.eku';
}

function hasPurpose(
  usages: readonly string[] | undefined,
  purpose: ValidationPolicy['purpose'],
  rule: UsageRule,
): boolean {
  if (usages === undefined) return rule.whenAbsent === 'accept';
  if (purpose === 'any') return true;
  if (usages.includes(ANY_PURPOSE) && rule.anyPurpose === 'accept') return true;
  return usages.includes(PURPOSE[purpose]);
}

const ANY_PURPOSE = '2.5.29.37.0';
const PURPOSE = { clientAuth: '1.3.6.1.5.5.7.3.2', serverAuth: '1.3.6.1.5.5.7.3.1' } as const;

/** Extensions whose meaning is enforced here. */
const PROCESSED: ReadonlySet<string> = new Set(Object.values(EXTENSION));

export function criticalExtensionFault({ extensions }: Certificate): CertificateFault | undefined {
  return extensions.some(({ oid, critical }) => critical && !PROCESSED.has(oid))
    ? 'ext.unknown_critical'
    : undefined;
}
