import { formatDistinguishedName, formatIpAddress, type Certificate } from '@holdfast/certificate-validation';
import { thumbprintOf } from '@holdfast/token-binding';

/** What a certificate says, in the words of the field; for people and for programs. */
export interface ShownCertificate {
  /** RFC 4514. */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serial: string;
  /** Alternative names, each with its kind in front. */
  readonly names: readonly string[];
  /** RFC 3339. */
  readonly not_before: string;
  readonly not_after: string;
  readonly key: string;
  readonly authority: boolean;
  readonly key_usage: readonly string[] | null;
  readonly extended_key_usage: readonly string[] | null;
  /** RFC 8705 §3.1. */
  readonly 'x5t#S256': string;
  /** The same in hexadecimal. */
  readonly sha256: string;
}

/** Shows a certificate. Says nothing about whether it is any good. */
export function showCertificate(certificate: Certificate): ShownCertificate {
  const { publicKeyInfo, extendedKeyUsage, keyUsage, der } = certificate;
  const thumbprint = thumbprintOf(der);
  return {
    subject: formatDistinguishedName(certificate.subject),
    issuer: formatDistinguishedName(certificate.issuer),
    serial: certificate.serialNumber,
    names: namesOf(certificate),
    not_before: certificate.notBefore.toISOString(),
    not_after: certificate.notAfter.toISOString(),
    key: `${publicKeyInfo.family ?? publicKeyInfo.algorithm} ${publicKeyInfo.bits ?? '?'} bits`,
    authority: certificate.isCa,
    key_usage: keyUsage ?? null,
    extended_key_usage: extendedKeyUsage?.map((oid) => USAGES[oid] ?? oid) ?? null,
    'x5t#S256': thumbprint,
    sha256: Buffer.from(thumbprint, 'base64url').toString('hex'),
  };
}

function namesOf({ subjectAltNames: { dns, ip, uri, email } }: Certificate): string[] {
  return [
    ...dns.map((name) => `DNS:${name}`),
    ...ip.map((octets) => `IP:${formatIpAddress(octets)}`),
    ...uri.map((name) => `URI:${name}`),
    ...email.map((name) => `email:${name}`),
  ];
}

const USAGES: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  '2.5.29.37.0': 'any',
};
