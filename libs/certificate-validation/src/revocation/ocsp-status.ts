import { createHash } from 'node:crypto';
import type { Certificate } from '../certificate/certificate.js';
import { certificateFault } from '../path/check.js';
import { signatureFault } from '../path/signature.js';
import type { OcspCertificateId, OcspResponse, OcspStatement } from './ocsp-response.js';
import { freshUntil, type RevocationRules, type RevocationStatus, type UnknownCause } from './status.js';

const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';

/**
 * The status of `certificate`, which `issuer` has issued, by OCSP responses (RFC 6960 §3.2). A response that says
 * revoked decides, whatever others say; a responder that does not know is not good.
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
  let cause: UnknownCause | undefined;
  for (const response of responses) {
    for (const statement of response.statements) {
      if (!isAbout(statement.certificate, certificate, issuer)) continue;
      const fault = unusable(response, statement, certificate, issuer, rules, now);
      if (fault === undefined && statement.status === 'revoked')
        return {
          status: 'revoked',
          since: statement.since ?? statement.thisUpdate,
          reason: statement.reason,
        };
      const fresh = freshUntil(statement, rules, now);
      if (fault === undefined && fresh !== undefined && statement.status === 'good') good = fresh;
      else cause = fault ?? (statement.status === 'unknown' ? 'rev.unknown_scope' : 'rev.unknown_stale');
    }
  }
  // Statements that contradict each other are not good.
  if (good !== undefined && cause === undefined) return { status: 'good', freshUntil: good };
  return { status: 'unknown', cause: cause ?? 'rev.unknown_no_source' };
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
  const able = [
    issuer,
    ...response.certificates.filter((delegate) => isDelegate(delegate, issuer, rules, now)),
  ];
  const named = able.filter((signer) => isResponder(signer, response));
  if (named.length === 0) return 'rev.unknown_signer';
  return named.some((signer) => signatureFault(response, signer, rules.signatureAlgorithms) === undefined)
    ? undefined
    : 'rev.unknown_signature';
}

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
