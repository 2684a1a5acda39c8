import type { AlternativeNames, DecodedCertificate } from './decode-certificate.js';
import { finding, passed, type Check } from './lints.js';
import { allRegistrableNames, NAME_KINDS, registrableNames, type NameField } from './registrable-names.js';

type AlternativeField = Exclude<NameField, 'subject_dn'>;

/** Whether the certificate has the name that is to be compared (RFC 8705 §2.1.2). */
export function lintNames(leaf: DecodedCertificate, field: NameField): Check[] {
  const code = field === 'subject_dn' ? 'NO_SUBJECT_VALUE' : 'SAN_TYPE_ABSENT';
  const { noun, one } = NAME_KINDS[field];
  const names = registrableNames(leaf, field).map(({ value }) => value);
  if (names.length > 0) return [passed(code, `It has ${one} to compare: ${names.join(', ')}.`)];
  if (field === 'subject_dn') {
    const text = 'The subject of this certificate is empty, so there is no subject to compare.';
    return [finding(code, text, { remedy: remedyFor(leaf, one) })];
  }
  return [
    finding(code, absenceOf(leaf, field), {
      remedy: remedyFor(leaf, `the exact ${noun}`),
      command: 'openssl x509 -in cert.pem -noout -ext subjectAltName',
    }),
  ];
}

/** Names of the kind that a certificate may have and nobody can be registered by, and why not. */
const UNUSABLE: Readonly<Record<AlternativeField, readonly [of: keyof AlternativeNames, why: string]>> = {
  san_dns: ['dns', 'Its only DNS names are wildcards, but here a DNS name has to be exact'],
  san_uri: ['uri', 'It has several URIs, and a SPIFFE ID counts only where it is the only one'],
  san_ip: ['ip', 'Its IP addresses cannot be compared'],
  san_email: ['email', 'Its e-mail addresses are quoted, or hosts only'],
};

const SUBJECT_DOES_NOT_COUNT: Readonly<Partial<Record<AlternativeField, string>>> = {
  san_dns: ' A host name in the subject does not count.',
  san_email: ' An e-mail address in the subject does not count.',
};

function absenceOf({ san }: DecodedCertificate, field: AlternativeField): string {
  const [of, why] = UNUSABLE[field];
  if (san[of].length > 0) return `${why} (${san[of].join(', ')}), so there is nothing to compare.`;
  const { noun } = NAME_KINDS[field];
  return `It has no ${noun} among its alternative names.${SUBJECT_DOES_NOT_COUNT[field] ?? ''}`;
}

function remedyFor(leaf: DecodedCertificate, wanted: string): string {
  const others = allRegistrableNames(leaf).map(
    ({ field, value }) => `its ${NAME_KINDS[field].noun} ${value}`,
  );
  return others.length > 0
    ? `Compare ${others.join(' or ')} instead, or ask its issuer for a certificate with ${wanted}.`
    : `Ask its issuer for a certificate with ${wanted}, or choose "Pin certificate".`;
}
