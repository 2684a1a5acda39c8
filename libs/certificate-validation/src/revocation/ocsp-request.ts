import { createHash } from 'node:crypto';
import type { Certificate } from '../certificate/certificate.js';
import { TAG } from '../der/reader.js';
import { encodeDer, encodeSequence } from '../der/writer.js';

/** AlgorithmIdentifier of SHA-1 (1.3.14.3.2.26), with the NULL that responders expect. */
const SHA_1 = Buffer.from('300906052b0e03021a0500', 'hex');

/**
 * An OCSP request for one certificate that `issuer` has issued (RFC 6960 §4.1.1), DER.
 *
 * The certificate is named by SHA-1, which every responder knows (RFC 5019 §2.1.1) and which only finds it. Neither signed
 * nor with a nonce: responders make answers in advance, and the time in them is what counts here.
 */
export function encodeOcspRequest(certificate: Certificate, issuer: Certificate): Uint8Array {
  const sha1 = (octets: Uint8Array): Uint8Array =>
    encodeDer(TAG.octetString, createHash('sha1').update(octets).digest());
  const serialNumber = encodeDer(TAG.integer, Buffer.from(certificate.serialNumber, 'hex'));
  const certificateId = encodeSequence(
    SHA_1,
    sha1(certificate.issuerDer),
    sha1(issuer.publicKeyInfo.key),
    serialNumber,
  );
  const requestList = encodeSequence(encodeSequence(certificateId));
  return encodeSequence(encodeSequence(requestList));
}
