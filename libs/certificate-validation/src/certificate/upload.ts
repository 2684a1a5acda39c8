import type { CertificateFault } from '../fault.js';
import { CERTIFICATE_FAULTS } from '../fault.js';
import { orderUpload } from './upload-order.js';
import { parseCertificate, type Certificate } from './certificate.js';
import { identifyDer, type ForeignContent } from './foreign-content.js';
import { PEM_BEGIN, readPem, type PemBlock } from './pem.js';

export type UploadProblemCode =
  | 'empty'
  | 'too_large'
  | ForeignContent
  | 'not_a_certificate'
  | 'trailing_data'
  | 'pem_malformed'
  | 'too_many_certificates'
  | 'certificate_malformed'
  | 'two_leaves'
  | 'not_one_chain';

export type CertificateUpload =
  | { readonly read: true; readonly certificates: readonly [Certificate, ...Certificate[]] }
  | {
      readonly read: false;
      readonly code: UploadProblemCode;
      /** A sentence for the person who uploads. It never repeats what was uploaded. */
      readonly problem: string;
      /** With `certificate_malformed`: what the parser says. */
      readonly fault?: CertificateFault;
    };

const MAXIMUM_BYTES = 262_144;
const MAXIMUM_CERTIFICATES = 16;

/**
 * Reads what a person uploads as a certificate: PEM with one or several certificates, text around them allowed;
 * one certificate as DER; or the same as base64. Gives the leaf (or the lowest authority) first, then its issuers.
 *
 * Does NOT judge trust, validity or strength: see `judgeLeaf` and `judgeAuthority`.
 */
export function readCertificateUpload(input: string | Uint8Array): CertificateUpload {
  const bytes = typeof input === 'string' ? Buffer.from(input, 'utf8') : Buffer.from(input);
  if (bytes.length > MAXIMUM_BYTES) return refuse('too_large');
  const text = bytes.toString('latin1');
  if (text.trim() === '') return refuse('empty');
  if (holdsPrivateKeyText(text)) return refuse('private_key_present');
  if (text.includes(PEM_BEGIN)) return readPemUpload(text);
  const base64 = text.replace(/\s+/g, '');
  if (bytes[0] !== SEQUENCE && /^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    return readDerUploads([Buffer.from(base64, 'base64')]);
  }
  return readDerUploads([bytes]);
}

const SEQUENCE = 0x30;

/** A private key is refused before anything is parsed, in PEM as well as in a JWK. */
function holdsPrivateKeyText(text: string): boolean {
  return /PRIVATE KEY-----/.test(text) || (/"kty"\s*:/.test(text) && /"(?:d|k)"\s*:/.test(text));
}

function readPemUpload(text: string): CertificateUpload {
  const blocks = readPem(text);
  if (blocks === undefined) return refuse('pem_malformed');
  const foreign = blocks.map(({ label }) => FOREIGN_LABELS[label]).find((found) => found !== undefined);
  if (foreign !== undefined) return refuse(foreign);
  if (blocks.some((block) => !isCertificateBlock(block))) return refuse('not_a_certificate');
  return readDerUploads(blocks.map(({ der }) => der));
}

const isCertificateBlock = ({ label }: PemBlock): boolean =>
  label === 'CERTIFICATE' || label === 'X509 CERTIFICATE';

const FOREIGN_LABELS: Readonly<Record<string, ForeignContent>> = {
  'CERTIFICATE REQUEST': 'certificate_request',
  'NEW CERTIFICATE REQUEST': 'certificate_request',
  'PUBLIC KEY': 'public_key',
  'RSA PUBLIC KEY': 'public_key',
  PKCS7: 'pkcs7',
  CMS: 'pkcs7',
  'X509 CRL': 'revocation_list',
};

function readDerUploads(ders: readonly Uint8Array[]): CertificateUpload {
  if (ders.length > MAXIMUM_CERTIFICATES) return refuse('too_many_certificates');
  const foreign = ders.map(identifyDer).find((found) => found !== undefined);
  if (foreign !== undefined) return refuse(foreign);
  const certificates: Certificate[] = [];
  for (const [index, der] of ders.entries()) {
    const result = parseCertificate(der);
    if (!result.parsed) return refuseMalformed(result.fault, index, ders.length);
    if (result.certificate.version !== 3) return refuseMalformed('cert.version', index, ders.length);
    certificates.push(result.certificate);
  }
  const ordered = orderUpload(certificates);
  return ordered.ordered ? { read: true, certificates: ordered.certificates } : refuse(ordered.code);
}

function refuseMalformed(fault: CertificateFault, index: number, count: number): CertificateUpload {
  if (count === 1 && fault === 'der.trailing') return refuse('trailing_data');
  if (count === 1 && (fault === 'der.tag' || fault === 'der.truncated') && index === 0) {
    return { read: false, code: 'not_a_certificate', problem: PROBLEMS.not_a_certificate, fault };
  }
  const which = count === 1 ? 'The certificate' : `Certificate ${index + 1} of ${count}`;
  const problem = `${which} is malformed: ${CERTIFICATE_FAULTS[fault]} Ask its issuer for a new one.`;
  return { read: false, code: 'certificate_malformed', problem, fault };
}

function refuse(code: Exclude<UploadProblemCode, 'certificate_malformed'>): CertificateUpload {
  return { read: false, code, problem: PROBLEMS[code] };
}

const PROBLEMS: Readonly<Record<Exclude<UploadProblemCode, 'certificate_malformed'>, string>> = {
  empty: 'The upload is empty; send a certificate as PEM or DER.',
  too_large: `The upload is larger than ${MAXIMUM_BYTES} bytes; send the certificate and its issuers only.`,
  private_key_present:
    'The upload holds a private key. Nothing was stored. Keep the key to yourself, treat it as exposed, and send the certificate only.',
  certificate_request:
    'This is a certificate signing request; send the certificate that your CA made from it.',
  public_key: 'This is a public key; send the certificate that contains it.',
  pkcs7: 'This is a PKCS#7 bundle; convert it with: openssl pkcs7 -print_certs',
  pkcs12:
    'This is a PKCS#12 file, which usually holds a private key; send the certificate alone, as PEM or DER.',
  revocation_list: 'This is a certificate revocation list; send a certificate.',
  not_a_certificate: 'This is not an X.509 certificate; send one as PEM (BEGIN CERTIFICATE) or DER.',
  trailing_data: 'Data follows the end of the certificate; send the certificate alone, or several as PEM.',
  pem_malformed:
    'The PEM text is damaged: every block needs its BEGIN and END line with the same name, and base64 between them.',
  too_many_certificates: `There are more than ${MAXIMUM_CERTIFICATES} certificates; send one and its issuers.`,
  two_leaves: 'There are two end-entity certificates; send one, with its issuers if you like.',
  not_one_chain: 'The certificates do not form one chain; send one certificate and its issuers.',
};
