import type { DecodedCertificate } from './decode-certificate.js';
import type { IntendedUse } from './intended-use.js';
import { finding, passed, type Check } from './lints.js';

type NameField = Extract<IntendedUse, { mode: 'match-by-name' }>['field'];

/** Whether the certificate has the name that is to be compared (RFC 8705 §2.1.2). */
export function lintNames(leaf: DecodedCertificate, field: NameField): Check[] {
  return field === 'subject_dn' ? lintSubject(leaf) : lintDnsNames(leaf);
}

/** The DNS names that can be registered: a wildcard never matches anything (RFC 8705 §7.5). */
export function exactDnsNames({ san }: DecodedCertificate): string[] {
  return san.dns.filter((name) => !name.includes('*'));
}

function lintSubject({ subject, san }: DecodedCertificate): Check[] {
  if (subject.text !== '')
    return [passed('NO_SUBJECT_VALUE', `It has a subject to compare: ${subject.text}.`)];
  return [
    finding(
      'NO_SUBJECT_VALUE',
      'The subject of this certificate is empty, so there is no subject to compare.',
      {
        remedy:
          san.dns.length > 0
            ? `Compare its DNS name instead: ${san.dns.join(', ')}.`
            : 'Ask its issuer for a certificate with a subject, or choose "Pin certificate".',
      },
    ),
  ];
}

function lintDnsNames(leaf: DecodedCertificate): Check[] {
  const names = exactDnsNames(leaf);
  if (names.length > 0)
    return [passed('SAN_TYPE_ABSENT', `It has a DNS name to compare: ${names.join(', ')}.`)];
  const text =
    leaf.san.dns.length > 0
      ? `Its only DNS names are wildcards (${leaf.san.dns.join(', ')}). Here a DNS name has to be exact, so there is nothing to compare.`
      : `It has no DNS name among its alternative names${othersOf(leaf)}. A host name in the subject does not count.`;
  return [
    finding('SAN_TYPE_ABSENT', text, {
      remedy: 'Compare the subject instead, or ask its issuer for a certificate with the exact DNS name.',
      command: 'openssl x509 -in cert.pem -noout -ext subjectAltName',
    }),
  ];
}

function othersOf({ san }: DecodedCertificate): string {
  const others = [
    ...san.uri.map((value) => `URI ${value}`),
    ...san.ip.map((value) => `IP address ${value}`),
    ...san.email.map((value) => `e-mail ${value}`),
  ];
  return others.length === 0 ? '' : ` (it has ${others.join(', ')})`;
}
