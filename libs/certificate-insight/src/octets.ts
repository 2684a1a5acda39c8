const STANDARD_BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The octets of base64 text without white space, or `undefined` if it is none. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text === '' || text.length % 4 !== 0 || !STANDARD_BASE64.test(text)) return undefined;
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export function toBase64(octets: Uint8Array): string {
  return btoa(toLatin1(octets));
}

/** RFC 4648 §5, without padding: how `x5t#S256` is written (RFC 8705 §3.1). */
export function toBase64Url(octets: Uint8Array): string {
  return toBase64(octets).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

export function toHex(octets: Uint8Array, separator = ''): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join(separator);
}

/** One character for each octet: markers in ASCII can be searched for, whatever the encoding of the rest. */
export function toLatin1(octets: Uint8Array): string {
  const step = 8192;
  let text = '';
  for (let at = 0; at < octets.length; at += step) {
    text += String.fromCharCode(...octets.subarray(at, at + step));
  }
  return text;
}

/** A PEM block of this label (RFC 7468 §5, §7). */
export function toPem(der: Uint8Array, label: 'CERTIFICATE' | 'CERTIFICATE REQUEST' = 'CERTIFICATE'): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

export async function sha256(octets: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', octets));
}

/** Only for the `x5t` that others declare (RFC 7517 §4.8): nothing here relies on it. */
export async function sha1(octets: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-1', octets));
}
