const SEQUENCE = 0x30;
const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';

/** What `encodeURIComponent` leaves as it is, apart from the marks that no certificate holds (RFC 3986 §2.3). */
export const UNRESERVED = /^(?:[A-Za-z0-9\-._~]|%[0-9A-Fa-f]{2})+$/;

/** The same, and the three characters of base64 that AWS and Traefik leave as they are. */
export const UNRESERVED_OR_BASE64 = /^(?:[A-Za-z0-9\-._~+=/]|%[0-9A-Fa-f]{2})+$/;

/** The octets of canonical base64 with padding (RFC 4648 §4); undefined for anything else. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const octets = Buffer.from(text, 'base64');
  return octets.toString('base64') === text ? octets : undefined;
}

/** One certificate in base64; undefined if it is not exactly one DER SEQUENCE. Does NOT look inside. */
export function decodeCertificate(base64: string): Uint8Array | undefined {
  const sequences = splitSequences(decodeBase64(base64) ?? Buffer.alloc(0));
  return sequences?.length === 1 ? sequences[0] : undefined;
}

/** The text behind percent-encoding that leaves only `allowed` as it is; undefined for anything else. */
export function decodePercent(text: string, allowed: RegExp): string | undefined {
  if (!allowed.test(text)) return undefined;
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_match, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** The certificates of a PEM text with nothing around and between them (RFC 7468 §3, strict); undefined for another text. */
export function readPem(text: string, lineEnd: '\n' | ' '): readonly Uint8Array[] | undefined {
  const certificates: Uint8Array[] = [];
  for (let rest = text; rest !== '';) {
    const end = rest.indexOf(`${lineEnd}${END}`);
    if (!rest.startsWith(`${BEGIN}${lineEnd}`) || end < BEGIN.length) return undefined;
    const certificate = decodeCertificate(rest.slice(BEGIN.length + 1, end).replaceAll(lineEnd, ''));
    if (certificate === undefined) return undefined;
    certificates.push(certificate);
    const after = rest.slice(end + 1 + END.length);
    if (after !== '' && !after.startsWith(lineEnd)) return undefined;
    rest = after.slice(1);
  }
  return certificates.length === 0 ? undefined : certificates;
}

/** DER SEQUENCEs that stand one after the other; undefined if anything else is there, or nothing. */
export function splitSequences(octets: Uint8Array): readonly Uint8Array[] | undefined {
  const sequences: Uint8Array[] = [];
  for (let at = 0; at < octets.length;) {
    const length = lengthOfSequence(octets.subarray(at));
    if (length === undefined || at + length > octets.length) return undefined;
    sequences.push(octets.subarray(at, at + length));
    at += length;
  }
  return sequences.length === 0 ? undefined : sequences;
}

/** Of the whole SEQUENCE, with tag and length (X.690 §8.1.3, definite form); a header holds no longer one than 3 octets say. */
function lengthOfSequence(octets: Uint8Array): number | undefined {
  const [tag, first] = octets;
  if (tag !== SEQUENCE || first === undefined) return undefined;
  if (first < 0x80) return 2 + first;
  const lengthOctets = first & 0x7f;
  if (lengthOctets === 0 || lengthOctets > 3 || octets.length < 2 + lengthOctets) return undefined;
  let length = 0;
  for (const octet of octets.subarray(2, 2 + lengthOctets)) length = length * 256 + octet;
  return 2 + lengthOctets + length;
}
