import { parseDnsName } from './dns-name.js';
import type { NameRule } from './registered-name.js';

/**
 * `tls_client_auth_san_email` (RFC 8705 §2.1.2): the part before "@" exact, the domain without regard to ASCII case
 * (RFC 5280 §7.5). Only an rfc822Name counts, never the emailAddress of the subject.
 *
 * Quoted local parts are refused: `"a"@b` and `a@b` are one mailbox (RFC 5321 §4.1.2) but two names here.
 */
export const EMAIL_ADDRESS: NameRule = {
  parse(text) {
    const at = text.lastIndexOf('@');
    if (at < 1) return { problem: 'An e-mail address has a name, "@" and a domain: orders@partner.example.' };
    const local = text.slice(0, at);
    const problem = localPartProblem(local);
    if (problem !== undefined) return { problem };
    const domain = parseDnsName(text.slice(at + 1));
    if ('problem' in domain) return { problem: `In the part after "@": ${domain.problem}` };
    const address = `${local}@${domain.canonical}`;
    return { value: address, canonical: address };
  },
  matches: ({ subjectAltNames }, canonical) =>
    subjectAltNames.email.some((address) => foldDomain(address) === canonical),
};

function foldDomain(address: string): string {
  const at = address.lastIndexOf('@');
  return address.slice(0, at) + address.slice(at).toLowerCase();
}

/** RFC 5321 §4.1.2: Dot-string, at most 64 octets (§4.5.3.1.1). */
function localPartProblem(local: string): string | undefined {
  if (local.startsWith('"')) {
    return 'A quoted part before "@" cannot be registered; ask for a certificate with a plain one.';
  }
  const unusual = /[^A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]/u.exec(local);
  if (unusual !== null) {
    const place = `at character ${unusual.index + 1}`;
    // RFC 9598: such a mailbox stands in another kind of name.
    return unusual[0].codePointAt(0)! > 0x7f
      ? `The part before "@" holds a character that is not ASCII (${place}); such an address cannot be an rfc822Name (RFC 9598).`
      : `The character ${JSON.stringify(unusual[0])} (${place}) is not allowed before "@"; write the bare address.`;
  }
  if (local.length > 64) return 'The part before "@" is longer than 64 characters.';
  if (local.split('.').includes(''))
    return 'Single dots may stand before "@", between other characters only.';
  return undefined;
}
