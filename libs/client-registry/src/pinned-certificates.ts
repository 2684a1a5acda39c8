import {
  judgeLeaf,
  publicKeyThumbprint,
  readCertificateUpload,
  type Certificate,
} from '@holdfast/certificate-validation';
import { thumbprintOf } from '@holdfast/token-binding';
import type { PinMatch } from './entities.js';
import { readCertificatesOf, type JsonWebKeySet } from './json-web-key-set.js';
import type { NewPinnedCredential } from './registry-administration.js';
import { faultProblem, refuse, type Registration } from './registration-problem.js';

/** The certificates that a client is to be recognised by, as they came in: exactly one of the two. */
export interface PinInput {
  /** PEM of one certificate. */
  readonly certificate?: string | undefined;
  /** One key for each certificate. */
  readonly jwks?: JsonWebKeySet | undefined;
  /** `certificate` if absent. */
  readonly match?: PinMatch | undefined;
}

/** The pins for a client of `self_signed_tls_client_auth` (RFC 8705 §2.2), or every problem with the input. */
export function parseNewPins(
  { certificate, jwks, match = 'certificate' }: PinInput,
  now: Date,
): Registration<readonly NewPinnedCredential[]> {
  const read = readCertificates(certificate, jwks, now);
  if (!read.accepted) return read;
  const pins = read.value.map((one) => toPin(one, match));
  const identities = pins.map((pin) => (match === 'certificate' ? pin.thumbprint : pin.keyThumbprint));
  const again = identities.findIndex((identity, at) => identities.indexOf(identity) !== at);
  if (again === -1) return { accepted: true, value: pins };
  const detail = `the ${match === 'certificate' ? 'certificate' : 'key'} stands in the set already`;
  return refuse({ field: `jwks/keys/${again}`, code: 'repeated', detail });
}

/** A certificate as a credential. Does NOT judge the certificate. */
export function toPin(certificate: Certificate, match: PinMatch): NewPinnedCredential {
  const { der } = certificate;
  return {
    kind: 'certificate',
    match,
    certificate: der,
    thumbprint: thumbprintOf(der),
    keyThumbprint: publicKeyThumbprint(certificate),
  };
}

function readCertificates(
  certificate: string | undefined,
  jwks: JsonWebKeySet | undefined,
  now: Date,
): Registration<readonly Certificate[]> {
  if (certificate !== undefined && jwks !== undefined) {
    const detail = 'give either the certificate or a JWK Set that holds it, not both';
    return refuse({ field: 'jwks', code: 'invalid_client_metadata', detail });
  }
  if (jwks !== undefined) return readCertificatesOf(jwks, now);
  if (certificate === undefined) {
    const detail = 'give the certificate that is to be pinned, as PEM, or "jwks" with it';
    return refuse({ field: 'certificate', code: 'missing', detail });
  }
  const upload = readCertificateUpload(certificate);
  if (!upload.read) return refuse({ field: 'certificate', code: upload.code, detail: upload.problem });
  const [leaf] = upload.certificates;
  const judged = judgeLeaf(leaf, now);
  return judged.sound ? { accepted: true, value: [leaf] } : refuse(faultProblem('certificate', judged.fault));
}
