import {
  encodeOcspRequest,
  parseCertificate,
  parseOcspResponse,
  PARTNER_REVOCATION,
  statusByResponses,
  STRICT_PARSING,
  UNKNOWN_CAUSES,
  type Certificate,
} from '@holdfast/certificate-validation';
import type { NewOcspResponse } from '@holdfast/client-registry';
import type { RequestBody } from '@holdfast/outbound-fetch';
import type { OcspQuestion, RevocationSource } from '@holdfast/postgres';
import type { CertificateThumbprint } from '@holdfast/token-binding';

/** An OCSP response that may be stored, or why not, for the operator. */
export type FetchedResponse =
  | { readonly usable: true; readonly response: NewOcspResponse }
  | { readonly usable: false; readonly why: string };

/** What is sent to a responder (RFC 6960 appendix A.1). Throws if a stored certificate cannot be read. */
export function toRequest(question: OcspQuestion): RequestBody {
  const { certificate, issuer } = parsedOf(question);
  return { contentType: 'application/ocsp-request', octets: encodeOcspRequest(certificate, issuer) };
}

/**
 * Whether what a responder sent tells the status of the certificate that it was asked about: signed by its issuer or by whom
 * that has appointed, and fresh. Only such an answer is stored, because the next one takes its place.
 */
export function parseFetchedResponse(
  { anchorId, url, about }: RevocationSource,
  question: OcspQuestion,
  body: Uint8Array,
  now: Date,
): FetchedResponse {
  const parsed = parseOcspResponse(body, STRICT_PARSING);
  if (!parsed.parsed)
    return parsed.fault === 'ocsp.error_status'
      ? unusable('the responder says that it cannot answer')
      : unusable(`not an OCSP response in DER (${parsed.fault})`);
  const { certificate, issuer } = parsedOf(question);
  const status = statusByResponses(certificate, issuer, [parsed.response], PARTNER_REVOCATION, now);
  if (status.status === 'unknown') return unusable(`${status.cause}: ${UNKNOWN_CAUSES[status.cause]}`);
  return {
    usable: true,
    response: {
      anchorId,
      source: url,
      certificate: about as CertificateThumbprint,
      der: body,
      status: status.status,
      producedAt: parsed.response.producedAt,
      freshUntil: status.status === 'good' ? status.freshUntil : undefined,
    },
  };
}

const unusable = (why: string): FetchedResponse => ({ usable: false, why });

function parsedOf(question: OcspQuestion): { certificate: Certificate; issuer: Certificate } {
  const [certificate, issuer] = [question.certificate, question.issuer].map((der) => parseCertificate(der));
  // Both came from a verified path.
  if (!certificate?.parsed || !issuer?.parsed) throw new Error('a stored certificate cannot be read');
  return { certificate: certificate.certificate, issuer: issuer.certificate };
}
