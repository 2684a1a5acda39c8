/** DER tags that the builders need (X.690 §8). */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One DER value: tag, definite minimal length, contents. It checks nothing, so that a test can build wrong values. */
export function encodeDer(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const contents = Buffer.concat(parts);
  return Uint8Array.from(Buffer.concat([Buffer.from([tag, ...encodeLength(contents.length)]), contents]));
}

/** An OBJECT IDENTIFIER from its dotted form. */
export function encodeOid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return encodeDer(TAG.oid, Buffer.from([first * 40 + second, ...rest].flatMap(encodeArc)));
}

/** One attribute of a distinguished name; `tag` chooses the string type, `value` are its raw octets. */
export function encodeAttribute(type: string, value: Uint8Array, tag: number = TAG.utf8String): Uint8Array {
  return encodeDer(TAG.sequence, encodeOid(type), encodeDer(tag, value));
}

/** A Name from its RDNs in DER order (most general first); each RDN is a list of `encodeAttribute` results. */
export function encodeName(...rdns: readonly (readonly Uint8Array[])[]): Uint8Array {
  return encodeDer(TAG.sequence, ...rdns.map((attributes) => encodeDer(TAG.set, ...attributes)));
}

/** The values inside one constructed value, each with its header. The input must be well-formed. */
export function decodeChildren(der: Uint8Array): Uint8Array[] {
  const children: Uint8Array[] = [];
  for (let at = headerOf(der, 0).contents; at < der.length;) {
    const { end } = headerOf(der, at);
    children.push(der.subarray(at, end));
    at = end;
  }
  return children;
}

function headerOf(der: Uint8Array, at: number): { contents: number; end: number } {
  const first = der[at + 1] ?? 0;
  if (first < 0x80) return { contents: at + 2, end: at + 2 + first };
  const size = first & 0x7f;
  const length = Buffer.from(der.buffer, der.byteOffset, der.length).readUIntBE(at + 2, size);
  return { contents: at + 2 + size, end: at + 2 + size + length };
}

function encodeLength(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}

function encodeArc(arc: number): number[] {
  const octets = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) {
    octets.unshift(0x80 | (rest % 128));
  }
  return octets;
}
