import { Malformed } from '../fault.js';

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** A context-specific tag (X.690 §8.1.2.2). */
export const contextTag = (number: number, form: 'primitive' | 'constructed'): number =>
  (form === 'constructed' ? 0xa0 : 0x80) | number;

/** One value: `contents` without, `encoded` with its header. Both are views, not copies. */
export interface DerValue {
  readonly tag: number;
  readonly contents: Uint8Array;
  readonly encoded: Uint8Array;
}

/**
 * Reads values one after the other and refuses whatever is BER but not DER: indefinite or padded lengths. Tag
 * numbers above 30 do not occur in certificates and are refused as well. It never descends by itself, so
 * nesting cannot exhaust the stack.
 */
export class DerReader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  /** The next value, which must have this tag. */
  read(tag: number): DerValue {
    if (this.isAtEnd) throw new Malformed('der.truncated');
    if (this.bytes[this.at] !== tag) throw new Malformed('der.tag');
    return this.readAny();
  }

  /** The next value if it has this tag. */
  readOptional(tag: number): DerValue | undefined {
    return this.bytes[this.at] === tag ? this.readAny() : undefined;
  }

  readAny(): DerValue {
    const start = this.at;
    const tag = this.octet();
    if ((tag & 0x1f) === 0x1f) throw new Malformed('der.tag');
    const length = this.length();
    const end = this.at + length;
    if (end > this.bytes.length) throw new Malformed('der.truncated');
    const contents = this.bytes.subarray(this.at, end);
    this.at = end;
    return { tag, contents, encoded: this.bytes.subarray(start, end) };
  }

  /** All remaining values. */
  *rest(): Generator<DerValue> {
    while (!this.isAtEnd) yield this.readAny();
  }

  finish(): void {
    if (!this.isAtEnd) throw new Malformed('der.trailing');
  }

  private length(): number {
    const first = this.octet();
    if (first < 0x80) return first;
    const size = first & 0x7f;
    if (size === 0 || size > 4) throw new Malformed('der.length');
    let length = 0;
    for (let i = 0; i < size; i++) length = length * 256 + this.octet();
    if (length < 0x80 || length < 256 ** (size - 1)) throw new Malformed('der.length_not_minimal');
    return length;
  }

  private octet(): number {
    const octet = this.bytes[this.at++];
    if (octet === undefined) throw new Malformed('der.truncated');
    return octet;
  }
}

/** Reads exactly one value of this tag and nothing after it. */
export function readOnly(bytes: Uint8Array, tag: number): DerValue {
  const reader = new DerReader(bytes);
  const value = reader.read(tag);
  reader.finish();
  return value;
}
