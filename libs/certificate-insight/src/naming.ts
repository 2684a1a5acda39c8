import type { DecodedCertificate } from './decode-certificate.js';

/** How a certificate is called in a sentence. */
export function nameOf({ subject, thumbprint }: DecodedCertificate): string {
  return subject.text === '' ? `the certificate ${thumbprint.x5tS256}` : `"${subject.text}"`;
}
