/**
 * Parses a DNS name for registration: letters, digits and hyphens (RFC 5280 §4.2.1.6, RFC 1034 §3.5), lower-cased,
 * one trailing dot dropped.
 */
export function parseDnsName(text: string): { value: string; canonical: string } | { problem: string } {
  const problem = problemOf(text);
  if (problem !== undefined) return { problem };
  const canonical = text.replace(/\.$/, '').toLowerCase();
  return { value: canonical, canonical };
}

function problemOf(text: string): string | undefined {
  if (text === '') return 'The DNS name is empty; write it as api.partner.example.';
  if (text.length > 254) return 'The DNS name is longer than 253 characters.';
  // Literal comparison would make a wildcard useless, pattern matching would make it dangerous (RFC 8705 §7.5).
  if (text.includes('*')) return 'Wildcards are not allowed; register one exact DNS name.';
  const unusual = /[^A-Za-z0-9.-]/u.exec(text);
  if (unusual !== null) return unusualCharacter(text, unusual[0], unusual.index);
  const name = text.replace(/\.$/, '');
  if (name.length > 253) return 'The DNS name is longer than 253 characters.';
  const labels = name.split('.');
  const bad = labels.find((label) => !/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label));
  if (bad === '') return `A part of the DNS name "${text}" is empty; write single dots between the parts.`;
  if (bad !== undefined) {
    return `The part "${bad}" of the DNS name must have 1 to 63 characters and neither begin nor end with a hyphen.`;
  }
  if (/^\d+$/.test(labels.at(-1)!))
    return `"${text}" is an IP address or ends in a number; a DNS name is needed.`;
  return undefined;
}

function unusualCharacter(text: string, character: string, index: number): string {
  const place = `at character ${index + 1}`;
  if (character.charCodeAt(0) > 0x7f) {
    const ascii = toAsciiName(text);
    const hint = ascii === undefined ? 'its ASCII form, which begins with xn--' : `"${ascii}"`;
    return `The DNS name holds a character that is not ASCII (${place}); register ${hint}.`;
  }
  const shown = JSON.stringify(character);
  return `The character ${shown} (${place}) is not allowed in a DNS name; write the bare name, without scheme, port or path.`;
}

function toAsciiName(text: string): string | undefined {
  return URL.parse(`https://${text}/`)?.hostname;
}
