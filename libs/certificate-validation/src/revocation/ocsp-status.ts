import { createHash } from 'node:crypto';
import type { Certificate } from '../certificate/certificate.js';
import { certificateFault } from '../path/check.js';
import { signatureFault } from '../path/signature.js';
import type { OcspCertificateId, OcspResponse, OcspStatement } from './ocsp-response.js';
import { freshUntil, type RevocationRules, type RevocationStatus, type UnknownCause } from './status.js';

const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';

/**
 * The status of `certificate`, which `issuer` has issued, by OCSP responses (RFC 6960 §3.2). A response that says
 * revoked decides, whatever others say; a responder that does not know is not good. What cannot be used, or is no longer
 * fresh, takes nothing away from one that is.
 *
 * Does NOT ask whether a delegated responder is revoked itself (RFC 6960 §4.2.2.2.1): its authority ends with its
 * certificate.
 */
export function statusByResponses(
  certificate: Certificate,
  issuer: Certificate,
  responses: readonly OcspResponse[],
  rules: RevocationRules,
  now: Date,
): RevocationStatus {
  let good: Date | undefined;
  let isContradicted = false;
  let cause: UnknownCause = 'rev.unknown_no_source';
  for (const { response, statement } of statementsAbout(certificate, issuer, responses)) {
    const fault = unusable(response, statement, certificate, issuer, rules, now);
    if (fault !== undefined) {
      cause = fault;
      continue;
    }
    const { status, since = statement.thisUpdate, reason } = statement;
    if (status === 'revoked') return { status, since, reason };
    const fresh = freshUntil(statement, rules, now);
    isContradicted ||= fresh !== undefined && status === 'unknown';
    if (status === 'unknown') cause = 'rev.unknown_scope';
    else if (fresh === undefined) cause = 'rev.unknown_stale';
    else if (good === undefined || fresh > good) good = fresh;
  }
  // Statements that contradict each other are not good.
  if (good !== undefined && !isContradicted) return { status: 'good', freshUntil: good };
  return { status: 'unknown', cause: isContradicted ? 'rev.unknown_scope' : cause };
}

function statementsAbout(certificate: Certificate, issuer: Certificate, responses: readonly OcspResponse[]) {
  return responses.flatMap((response) =>
    response.statements
      .filter((statement) => isAbout(statement.certificate, certificate, issuer))
      .map((statement) => ({ response, statement })),
  );
}

function unusable(
  response: OcspResponse,
  statement: OcspStatement,
  certificate: Certificate,
  issuer: Certificate,
  rules: RevocationRules,
  now: Date,
): UnknownCause | undefined {
  if (response.isUnprocessable || statement.isUnprocessable) return 'rev.unknown_critical_extension';
  const { producedAt } = response;
  // Produced before there was anything to say, or not yet.
  const isProducedInTime = producedAt >= certificate.notBefore && producedAt <= now;
  if (!isProducedInTime || statement.thisUpdate > now) return 'rev.unknown_stale';
  return signerFault(response, issuer, rules, now);
}

/** RFC 6960 §4.2.2.2: the issuer itself, or whom it has issued a certificate with id-kp-OCSPSigning. */
function signerFault(
  response: OcspResponse,
  issuer: Certificate,
  rules: RevocationRules,
  now: Date,
): UnknownCause | undefined {
  const named = [issuer, ...response.certificates.slice(0, MAXIMUM_CERTIFICATES)].filter((signer) =>
    isResponder(signer, response),
  );
  const able = named.filter((signer) => signer === issuer || isDelegate(signer, issuer, rules, now));
  if (able.length === 0) return 'rev.unknown_signer';
  return able.some((signer) => signatureFault(response, signer, rules.signatureAlgorithms) === undefined)
    ? undefined
    : 'rev.unknown_signature';
}

/** Of those that a response brings along: each may cost a signature check, and one signer is enough. */
const MAXIMUM_CERTIFICATES = 8;

function isDelegate(delegate: Certificate, issuer: Certificate, rules: RevocationRules, now: Date): boolean {
  return (
    delegate.issuer.canonical === issuer.subject.canonical &&
    delegate.extendedKeyUsage?.includes(OCSP_SIGNING) === true &&
    delegate.keyUsage?.includes('digitalSignature') !== false &&
    certificateFault(delegate, rules.signatureAlgorithms, now) === undefined &&
    signatureFault(delegate, issuer, rules.signatureAlgorithms) === undefined
  );
}

function isResponder(signer: Certificate, { responder }: OcspResponse): boolean {
  if (responder.by === 'name') return responder.name.canonical === signer.subject.canonical;
  // RFC 6960 §4.2.1: KeyHash is SHA-1 by definition; it finds the signer and proves nothing.
  return responder.keyHash === hashOf('sha1', signer.publicKeyInfo.key);
}

/** RFC 6960 §4.1.1: name and key of the issuer, hashed, and the serial number. */
function isAbout(id: OcspCertificateId, certificate: Certificate, issuer: Certificate): boolean {
  const hash = HASHES[id.hashAlgorithm];
  return (
    hash !== undefined &&
    id.serialNumber === certificate.serialNumber &&
    id.issuerKeyHash === hashOf(hash, issuer.publicKeyInfo.key) &&
    id.issuerNameHash === hashOf(hash, certificate.issuerDer)
  );
}

const HASHES: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

const hashOf = (hash: string, octets: Uint8Array): string => createHash(hash).update(octets).digest('hex');
