import type { Certificate } from '../certificate/certificate.js';
import { formatDistinguishedName, parseDistinguishedName } from '../name/rfc4514.js';
import { parseDnsName } from './dns-name.js';

/** The `tls_client_auth_*` metadata that exist so far (RFC 8705 §2.1.2). */
export type RegisteredNameKind = 'subject_dn' | 'san_dns';

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
interface NameRule {
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
};
