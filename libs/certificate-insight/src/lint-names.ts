import type { AlternativeNames } from './decode-certificate.js';
import { finding, passed, type Check } from './lints.js';
import {
  allRegistrableNames,
  NAME_KINDS,
  registrableNames,
  type Named,
  type NameField,
} from './registrable-names.js';

type AlternativeField = Exclude<NameField, 'subject_dn'>;

/** Whether the certificate has the name that is to be compared (RFC 8705 §2.1.2). */
export function lintNames(leaf: Named, field: NameField): Check[] {
  const code = field === 'subject_dn' ? 'NO_SUBJECT_VALUE' : 'SAN_TYPE_ABSENT';
  const { noun, one } = NAME_KINDS[field];
  const names = registrableNames(leaf, field).map(({ value }) => value);
  if (names.length > 0) {
    const parts = field === 'subject_dn' ? lintSubject(leaf) : [];
    return [passed(code, `It has ${one} to compare: ${names.join(', ')}.`), ...parts];
  }
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

function absenceOf({ san }: Named, field: AlternativeField): string {
  const [of, why] = UNUSABLE[field];
  if (san[of].length > 0) return `${why} (${san[of].join(', ')}), so there is nothing to compare.`;
  const { noun } = NAME_KINDS[field];
  return `It has no ${noun} among its alternative names.${SUBJECT_DOES_NOT_COUNT[field] ?? ''}`;
}

function remedyFor(leaf: Named, wanted: string): string {
  const others = allRegistrableNames(leaf).map(
    ({ field, value }) => `its ${NAME_KINDS[field].noun} ${value}`,
  );
  return others.length > 0
    ? `Compare ${others.join(' or ')} instead, or ask its issuer for a certificate with ${wanted}.`
    : `Ask its issuer for a certificate with ${wanted}, or choose "Pin certificate".`;
}

/** What makes a subject hard to write down the same way twice; the whole of it is compared (RFC 8705 §2.1.2). */
function lintSubject({ subject: { rdns } }: Named): Check[] {
  const several = rdns.filter((rdn) => rdn.length > 1).map((rdn) => rdn.map(nameOfPart).join('+'));
  const attributes = rdns.flat();
  const foreign = attributes.filter(({ value }) => /[^\x20-\x7e]/.test(value)).map(nameOfPart);
  const unknown = attributes.filter(({ shortName }) => shortName === undefined).map(({ oid }) => oid);
  return [
    ...subjectWarning(
      'DN_MULTIVALUE',
      several,
      'of its parts with several values at once',
      'The order within such a part does not matter here, but many programs write it differently.',
    ),
    ...subjectWarning(
      'DN_NON_ASCII',
      foreign,
      'of its parts with characters beyond ASCII',
      'They count exactly; a letter that only looks the same is another name.',
    ),
    ...subjectWarning(
      'DN_UNKNOWN_OID',
      unknown,
      'of its parts of a kind without a short name',
      'Such a part is written as numbers and hexadecimal octets, and hard to check by eye.',
    ),
  ];
}

const nameOfPart = ({ shortName, oid }: { shortName: string | undefined; oid: string }): string =>
  shortName ?? oid;

function subjectWarning(
  code: 'DN_MULTIVALUE' | 'DN_NON_ASCII' | 'DN_UNKNOWN_OID',
  parts: readonly string[],
  what: string,
  consequence: string,
): Check[] {
  if (parts.length === 0) return [];
  return [
    finding(code, `The subject has ${parts.length} ${what}: ${parts.join(', ')}. ${consequence}`, {
      remedy:
        'Take the subject over from the certificate rather than typing it, or compare another name of it.',
      command: 'openssl x509 -in cert.pem -noout -subject -nameopt RFC2253',
    }),
  ];
}
