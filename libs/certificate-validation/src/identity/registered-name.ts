import type { Certificate } from '../certificate/certificate.js';
import { formatDistinguishedName, parseDistinguishedName } from '../name/rfc4514.js';
import { parseDnsName } from './dns-name.js';
import { EMAIL_ADDRESS } from './email-address.js';
import { IP_ADDRESS } from './ip-address.js';
import { URI_NAME } from './uri-name.js';

/** The kinds of name that a client may be recognised by, as RFC 8705 §2.1.2 calls them after `tls_client_auth_`. */
export const REGISTERED_NAME_KINDS = ['subject_dn', 'san_dns', 'san_uri', 'san_ip', 'san_email'] as const;
export type RegisteredNameKind = (typeof REGISTERED_NAME_KINDS)[number];

/** A name that a client is known by, checked when it was registered. */
export interface RegisteredName {
  readonly kind: RegisteredNameKind;
  /** As shown to people. */
  readonly value: string;
  /** Equal for two names of one kind if and only if they match the same certificates: the registry's unique key. */
  readonly canonical: string;
}

/** A name that may be registered, or a sentence for whoever wrote it: what is wrong, where, how to mend it. */
export type RegisteredNameVerdict =
  | { readonly parsed: true; readonly name: RegisteredName }
  | { readonly parsed: false; readonly problem: string };

/** UTF-8 octets of a canonical name. The registry's unique index takes no longer ones. */
const MAXIMUM_CANONICAL_OCTETS = 2_000;

/** How one kind of name is parsed and matched. */
export interface NameRule {
  /** `canonical` is equal for two texts if and only if they match the same certificates. */
  parse(text: string): { value: string; canonical: string } | { problem: string };
  matches(leaf: Certificate, canonical: string): boolean;
}

/** Parses what somebody registers. `problem` is a sentence for that person: what is wrong, where, how to mend it. */
export function parseRegisteredName(kind: RegisteredNameKind, text: string): RegisteredNameVerdict {
  const result = RULES[kind].parse(text);
  if ('problem' in result) return { parsed: false, problem: result.problem };
  const octets = Buffer.byteLength(result.canonical, 'utf8');
  if (octets > MAXIMUM_CANONICAL_OCTETS) {
    const problem = `The name has ${octets} octets in the form in which names are compared; at most ${MAXIMUM_CANONICAL_OCTETS} are possible.`;
    return { parsed: false, problem };
  }
  return { parsed: true, name: Object.freeze({ kind, ...result }) };
}

/**
 * Whether the end-entity certificate carries the registered name (RFC 8705 §2.1.2). Compares whole names only: no
 * wildcard in either direction, no substring, no fallback to the common name.
 *
 * Does NOT say that the certificate is trusted: a name counts only under the anchors it was registered with.
 */
export function matchesRegisteredName(leaf: Certificate, name: RegisteredName): boolean {
  return RULES[name.kind].matches(leaf, name.canonical);
}

const RULES: Readonly<Record<RegisteredNameKind, NameRule>> = {
  subject_dn: {
    parse(text) {
      const result = parseDistinguishedName(text);
      if (!result.parsed) return result;
      return { value: formatDistinguishedName(result.name), canonical: result.name.canonical };
    },
    matches: (leaf, canonical) => leaf.subject.rdns.length > 0 && leaf.subject.canonical === canonical,
  },
  san_dns: {
    parse: parseDnsName,
    matches: (leaf, canonical) => leaf.subjectAltNames.dns.some((name) => name.toLowerCase() === canonical),
  },
  san_uri: URI_NAME,
  san_ip: IP_ADDRESS,
  san_email: EMAIL_ADDRESS,
};
