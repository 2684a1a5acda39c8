export const TAG = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  universalString: 0x1c,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
  explicit0: 0xa0,
  explicit1: 0xa1,
} as const;

export interface DerValue {
  readonly tag: number;
  readonly contents: Uint8Array;
  /** With its header. */
  readonly encoded: Uint8Array;
  /** How many octets the header promises in all; more than `encoded` holds if the end is missing. */
  readonly promised: number;
}

/**
 * The first value of `bytes`, or `undefined` if there is no header. Lenient on purpose: a value that is cut off, or
 * of indefinite length (as Java writes PKCS#12), is read as far as it goes, so that it can be recognised and named.
 */
export function readDer(bytes: Uint8Array): DerValue | undefined {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) return undefined;
  if (first === 0x80) return toValue(bytes, 2, bytes.length - 2);
  if (first < 0x80) return toValue(bytes, 2, first);
  const size = first & 0x7f;
  if (size > 4 || bytes.length < 2 + size) return undefined;
  const length = bytes.subarray(2, 2 + size).reduce((sum, octet) => sum * 256 + octet, 0);
  return toValue(bytes, 2 + size, length);
}

/** The values inside a constructed value. */
export function childrenOf(value: DerValue | undefined): DerValue[] {
  const children: DerValue[] = [];
  let rest = value?.contents ?? new Uint8Array();
  for (let child = readDer(rest); child !== undefined; child = readDer(rest)) {
    children.push(child);
    rest = rest.subarray(child.encoded.length);
  }
  return children;
}

/**
 * The values that `bytes` consist of, without a rest; `undefined` if one is cut off, or written in another way than DER
 * has it: an indefinite length, a length in more octets than it needs, a tag of several octets (X.690 §8.1.2.4, §10.1).
 */
export function readStrictly(bytes: Uint8Array): DerValue[] | undefined {
  const values: DerValue[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const value = readDer(rest);
    if (value === undefined || value.promised > rest.length || !isDistinguished(value)) return undefined;
    values.push(value);
    rest = rest.subarray(value.promised);
  }
  return values;
}

function isDistinguished({ tag, contents, encoded }: DerValue): boolean {
  if ((tag & 0x1f) === 0x1f || encoded[1] === 0x80) return false;
  const { length } = contents;
  const needed = length < 0x80 ? 0 : Math.ceil((32 - Math.clz32(length)) / 8);
  return encoded.length - length === 2 + needed;
}

/** An OBJECT IDENTIFIER in dotted form; empty if the value is none. */
export function oidOf(value: DerValue | undefined): string {
  if (value?.tag !== TAG.oid) return '';
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const octet of value.contents.subarray(0, 64)) {
    arc = arc * 128n + BigInt(octet & 0x7f);
    if (octet >= 0x80) continue;
    arcs.push(arc);
    arc = 0n;
  }
  const [head = 0n, ...rest] = arcs;
  const root = head < 80n ? head / 40n : 2n;
  return [root, head - root * 40n, ...rest].join('.');
}

function toValue(bytes: Uint8Array, header: number, length: number): DerValue {
  const end = Math.min(header + length, bytes.length);
  return {
    tag: bytes[0]!,
    contents: bytes.subarray(header, end),
    encoded: bytes.subarray(0, end),
    promised: header + length,
  };
}
