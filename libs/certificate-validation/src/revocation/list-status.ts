import type { Certificate } from '../certificate/certificate.js';
import { publicKeyThumbprint, signatureFault } from '../path/signature.js';
import {
  ALL_REASONS,
  findDistributionPoints,
  type DistributionPoint,
  type ListScope,
} from './distribution-point.js';
import { REMOVE_FROM_CRL, type RevocationList, type RevokedEntry } from './revocation-list.js';
import { freshUntil, type RevocationRules, type RevocationStatus, type UnknownCause } from './status.js';

/**
 * The status of `certificate` by CRLs of its issuer (RFC 5280 §6.3.3). `signers` are the certificates that bear the
 * issuer's name and are proven to lead to the same anchor: that of the path first.
 *
 * A list on which it stands decides, whatever others say, and even when the list is stale, a delta CRL or out of its
 * scope: those can only refuse. Good needs fresh complete lists that cover every reason.
 *
 * Does NOT process indirect CRLs: with them alone the status is unknown.
 */
export function statusByLists(
  certificate: Certificate,
  lists: readonly RevocationList[],
  signers: readonly Certificate[],
  rules: RevocationRules,
  now: Date,
): RevocationStatus {
  const points = findDistributionPoints(certificate);
  let covered = 0;
  let until = Infinity;
  let cause: UnknownCause = 'rev.unknown_no_source';
  // A list of somebody else explains nothing.
  for (const list of lists.filter(({ issuer }) => issuer.canonical === certificate.issuer.canonical)) {
    const entry = findEntry(list, certificate);
    const reasons = reasonsCovered(list, certificate, points ?? []);
    const isOutside = entry === undefined && reasons === 0;
    const fault = unusable(list, isOutside, now) ?? signerFault(list, signers, rules);
    if (fault === undefined && entry !== undefined) return { status: 'revoked', ...entry };
    const fresh = freshUntil(list, rules, now);
    if (fault !== undefined || fresh === undefined || list.isDelta) {
      cause = fault ?? (list.isDelta ? 'rev.unknown_scope' : 'rev.unknown_stale');
      continue;
    }
    covered |= reasons;
    until = Math.min(until, fresh.getTime());
  }
  if (points === undefined) return { status: 'unknown', cause: 'rev.unknown_malformed' };
  if (covered === ALL_REASONS) return { status: 'good', freshUntil: new Date(until) };
  return { status: 'unknown', cause: covered === 0 ? cause : 'rev.unknown_scope' };
}

/**
 * What the list says against the certificate. An issuer numbers its certificates once (RFC 5280 §4.1.2.2), so it is
 * meant whatever else the list covers; attribute certificates, and what others have issued, have other numbers.
 */
function findEntry({ scope, revoked }: RevocationList, certificate: Certificate): RevokedEntry | undefined {
  if (scope.isIndirect || scope.onlyContains === 'attributes') return undefined;
  const entry = revoked.get(certificate.serialNumber);
  return entry?.reason === REMOVE_FROM_CRL ? undefined : entry;
}

/** Which reasons the list decides for this certificate: none if it does not cover it (RFC 5280 §6.3.3 (b), (d)). */
function reasonsCovered(
  { scope }: RevocationList,
  certificate: Certificate,
  points: readonly DistributionPoint[],
): number {
  if (scope.isIndirect || !isOfKind(certificate, scope.onlyContains)) return 0;
  return points
    .filter((point) => !point.isIndirect && isAtPoint(scope, point))
    .reduce((reasons, point) => reasons | (point.reasons & scope.reasons), 0);
}

const isAtPoint = ({ names }: ListScope, point: DistributionPoint): boolean =>
  names === undefined || names.some((name) => point.names.includes(name));

/** A certificate of version 1 or 2 does not say which it is. */
function isOfKind({ version, isCa }: Certificate, onlyContains: ListScope['onlyContains']): boolean {
  if (onlyContains === 'all') return true;
  if (onlyContains === 'attributes' || version !== 3) return false;
  return isCa === (onlyContains === 'authorities');
}

function unusable(list: RevocationList, isOutside: boolean, now: Date): UnknownCause | undefined {
  if (list.isUnprocessable) return 'rev.unknown_critical_extension';
  if (isOutside) return 'rev.unknown_scope';
  return list.thisUpdate <= now ? undefined : 'rev.unknown_stale';
}

/** RFC 5280 §6.3.3 (f), (g): signed by one who bears the issuer's name and whose keyUsage, if present, has cRLSign. */
function signerFault(
  list: RevocationList,
  signers: readonly Certificate[],
  rules: RevocationRules,
): UnknownCause | undefined {
  // The key of the path comes first: what another one has issued does not stand on such a list.
  const able = (list.isOfOneKey ? signers.slice(0, 1) : signers).filter(
    ({ subject, keyUsage }) =>
      subject.canonical === list.issuer.canonical && keyUsage?.includes('cRLSign') !== false,
  );
  if (able.length === 0) return 'rev.unknown_signer';
  return able.some((signer) => hasSigned(signer, list, rules)) ? undefined : 'rev.unknown_signature';
}

/**
 * Remembered for each list, key and rule: a list may have megabytes, all of which a signature check reads, and is asked
 * for on every connection.
 */
function hasSigned(
  signer: Certificate,
  list: RevocationList,
  { signatureAlgorithms }: RevocationRules,
): boolean {
  const results = SIGNED.get(list) ?? new Map<string, boolean>();
  SIGNED.set(list, results);
  const key = `${signatureAlgorithms} ${publicKeyThumbprint(signer)}`;
  const known = results.get(key);
  if (known !== undefined) return known;
  const isSigned = signatureFault(list, signer, signatureAlgorithms) === undefined;
  // Bounded: a partner may make keys without end.
  if (results.size >= MAXIMUM_KEYS) results.clear();
  results.set(key, isSigned);
  return isSigned;
}

const SIGNED = new WeakMap<RevocationList, Map<string, boolean>>();
const MAXIMUM_KEYS = 32;
