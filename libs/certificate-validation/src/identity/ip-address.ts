import type { NameRule } from './registered-name.js';

/**
 * `tls_client_auth_san_ip` (RFC 8705 §2.1.2): compared as octets, 4 of IPv4 or 16 of IPv6, whatever the spelling.
 * An IPv4-mapped IPv6 address has 16 octets, so it is another name than the IPv4 address in it.
 */
export const IP_ADDRESS: NameRule = {
  parse(text) {
    const octets = text.includes(':') ? parseIpv6(text) : parseIpv4(text);
    if (octets === undefined) return { problem: problemOf(text) };
    return { value: formatIpAddress(octets), canonical: toHex(octets) };
  },
  matches: ({ subjectAltNames }, canonical) =>
    subjectAltNames.ip.some((octets) => toHex(octets) === canonical),
};

/** Dotted decimal for 4 octets; RFC 5952 §4 for 16, in hexadecimal throughout (RFC 8705 §2.1.2). */
export function formatIpAddress(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((octets[2 * at]! << 8) | octets[2 * at + 1]!).toString(16),
  );
  // RFC 5952 §4.2: the longest run of two or more zero groups, the first of equally long ones.
  const runs = groups.map((_, at) => groups.slice(at).findIndex((group) => group !== '0'));
  const lengths = runs.map((length, at) => (length === -1 ? groups.length - at : length));
  const longest = Math.max(...lengths);
  if (longest < 2) return groups.join(':');
  const start = lengths.indexOf(longest);
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + longest).join(':')}`;
}

/** Four decimal numbers without leading zeros: elsewhere those are octal. */
function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  const isByte = (part: string): boolean => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255;
  return parts.length === 4 && parts.every(isByte) ? Uint8Array.from(parts.map(Number)) : undefined;
}

/** Any spelling of RFC 4291 §2.2: eight groups, `::` once in place of at least one, dotted IPv4 at the end. */
function parseIpv6(text: string): Uint8Array | undefined {
  const [head = '', tail, more] = text.split('::');
  if (more !== undefined) return undefined;
  const first = groupsOf(head, tail === undefined);
  const last = groupsOf(tail ?? '', true);
  if (first === undefined || last === undefined) return undefined;
  const missing = 8 - first.length - last.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...first, ...Array<number>(missing).fill(0), ...last];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** `endsAddress`: only there IPv4 may stand. */
function groupsOf(text: string, endsAddress: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const dotted = endsAddress && parts.at(-1)!.includes('.') ? parseIpv4(parts.pop()!) : new Uint8Array();
  if (dotted === undefined || !parts.every((part) => /^[0-9A-Fa-f]{1,4}$/.test(part))) return undefined;
  const pairs = dotted.length === 4 ? [(dotted[0]! << 8) | dotted[1]!, (dotted[2]! << 8) | dotted[3]!] : [];
  return [...parts.map((part) => parseInt(part, 16)), ...pairs];
}

function problemOf(text: string): string {
  if (text === '') return 'The IP address is empty; write it as 192.0.2.7 or 2001:db8::7.';
  const shown = JSON.stringify(text);
  if (text.includes('/')) return `${shown} is a network; register one address, without a prefix length.`;
  if (text.includes('%'))
    return `${shown} has a zone, which no certificate can have; leave "%" and the rest away.`;
  if (/[[\]]/.test(text)) return `Leave the brackets of ${shown} away.`;
  if (/^0\d|\.0\d/.test(text))
    return `A number in ${shown} has a leading zero, which some read as octal; leave it away.`;
  if (/^\d+(?:\.\d+){3}:\d+$/.test(text)) return `Leave the port of ${shown} away.`;
  return `${shown} is not an IP address; write it as 192.0.2.7 or 2001:db8::7.`;
}

const toHex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
