import type { DecodedCertificate } from './decode-certificate.js';
import type { IntendedUse } from './intended-use.js';

/** What has names: a certificate, or a request for one. */
export type Named = Pick<DecodedCertificate, 'subject' | 'san'>;

/** Which name is compared: `tls_client_auth_` and this is its client metadata (RFC 8705 §2.1.2). */
export type NameField = Extract<IntendedUse, { mode: 'match-by-name' }>['field'];

/** A name of a certificate that a client could be recognised by. */
export interface RegistrableName {
  readonly field: NameField;
  /** The kind, for people. */
  readonly label: string;
  /** As it is to be registered. */
  readonly value: string;
}

interface NameKind {
  /** In a sentence, and the same with its article. */
  readonly noun: string;
  readonly one: string;
  /** What a certificate has of it that can be registered. */
  of(leaf: Named): readonly string[];
}

/** The kinds of RFC 8705 §2.1.2. */
export const NAME_KINDS: Readonly<Record<NameField, NameKind>> = {
  subject_dn: {
    noun: 'subject',
    one: 'a subject',
    of: ({ subject }) => (subject.text === '' ? [] : [subject.text]),
  },
  san_dns: {
    noun: 'DNS name',
    one: 'a DNS name',
    // A wildcard never matches anything (RFC 8705 §7.5).
    of: ({ san }) => san.dns.filter((name) => !name.includes('*')),
  },
  san_uri: {
    noun: 'URI',
    one: 'a URI',
    // X.509-SVID §2: a SPIFFE ID counts only where it is the only URI.
    of: ({ san }) => san.uri.filter((uri) => san.uri.length === 1 || !/^spiffe:/i.test(uri)),
  },
  san_ip: { noun: 'IP address', one: 'an IP address', of: ({ san }) => san.ip },
  san_email: {
    noun: 'e-mail address',
    one: 'an e-mail address',
    // The server takes no quoted local part, and a whole host (RFC 5280 §4.2.1.10) is no address.
    of: ({ san }) => san.email.filter((address) => /^[^"]+@/.test(address)),
  },
};

/** The names of one kind that this certificate could be registered by. */
export function registrableNames(leaf: Named, field: NameField): RegistrableName[] {
  const { noun, of } = NAME_KINDS[field];
  const label = `${noun[0]!.toUpperCase()}${noun.slice(1)}`;
  return of(leaf).map((value) => ({ field, label, value }));
}

/** The names of every kind that this certificate could be registered by, the subject first. */
export function allRegistrableNames(leaf: Named): RegistrableName[] {
  return (Object.keys(NAME_KINDS) as NameField[]).flatMap((field) => registrableNames(leaf, field));
}
