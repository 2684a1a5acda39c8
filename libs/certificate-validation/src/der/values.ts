import { Malformed } from '../fault.js';
import { TAG, type DerValue } from './reader.js';

/** The octets of an INTEGER, checked to be minimal (X.690 §8.3.2). */
export function integerOctets({ contents }: DerValue): Uint8Array {
  const [first, second] = contents;
  if (first === undefined) throw new Malformed('der.integer');
  if (second !== undefined && ((first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    throw new Malformed('der.integer');
  }
  return contents;
}

/** An INTEGER between 0 and `maximum`. */
export function smallInteger(value: DerValue, maximum: number): number {
  const octets = integerOctets(value);
  if (octets[0]! >= 0x80 || octets.length > 5) throw new Malformed('der.integer');
  const number = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  if (number > maximum) throw new Malformed('der.integer');
  return number;
}

export function booleanOf({ contents }: DerValue): boolean {
  if (contents.length !== 1 || (contents[0] !== 0x00 && contents[0] !== 0xff))
    throw new Malformed('der.boolean');
  return contents[0] === 0xff;
}

/** A BIT STRING's octets, and how many bits of the last one are unused; those must be zero (X.690 §11.2.1). */
export function bitString({ contents }: DerValue): { octets: Uint8Array; unusedBits: number } {
  const unusedBits = contents[0];
  const octets = contents.subarray(1);
  if (unusedBits === undefined || unusedBits > 7) throw new Malformed('der.bit_string');
  const last = octets.at(-1);
  if (last === undefined ? unusedBits !== 0 : (last & ((1 << unusedBits) - 1)) !== 0) {
    throw new Malformed('der.bit_string');
  }
  return { octets, unusedBits };
}

/** A BIT STRING that carries octets, as keys and signatures do. */
export function bitStringOctets(value: DerValue): Uint8Array {
  const { octets, unusedBits } = bitString(value);
  if (unusedBits !== 0) throw new Malformed('der.bit_string');
  return octets;
}

/** An OBJECT IDENTIFIER in dotted form. */
export function oidOf({ contents }: DerValue): string {
  if (contents.length === 0 || contents.length > 64 || contents.at(-1)! >= 0x80)
    throw new Malformed('der.oid');
  const arcs: (number | bigint)[] = [];
  let start = 0;
  for (let at = 0; at < contents.length; at++) {
    if (contents[start] === 0x80) throw new Malformed('der.oid');
    if (contents[at]! >= 0x80) continue;
    arcs.push(arcOf(contents.subarray(start, at + 1)));
    start = at + 1;
  }
  const [head = 0, ...rest] = arcs;
  if (head < 80) return [head < 40 ? 0 : 1, Number(head) % 40, ...rest].join('.');
  return [2, BigInt(head) - 80n, ...rest].join('.');
}

/** Arcs may have 128 bits (2.25, X.667); a double holds seven octets of seven bits exactly. */
function arcOf(octets: Uint8Array): number | bigint {
  if (octets.length > 7) return octets.reduce((arc, octet) => arc * 128n + BigInt(octet & 0x7f), 0n);
  return octets.reduce((arc, octet) => arc * 128 + (octet & 0x7f), 0);
}

/**
 * The text of a character string, or `undefined` if its type has no agreed meaning here (TeletexString and
 * unknown types are compared octet by octet).
 */
export function textOf({ tag, contents }: DerValue): string | undefined {
  switch (tag) {
    case TAG.utf8String:
      return decodeUtf8(contents);
    case TAG.printableString:
      return decodeAscii(contents, /^[A-Za-z0-9 '()+,\-./:=?]*$/);
    case TAG.ia5String:
      return decodeAscii(contents, /^[\x00-\x7f]*$/);
    case TAG.bmpString:
      return decodeFixedWidth(contents, 2);
    case TAG.universalString:
      return decodeFixedWidth(contents, 4);
    default:
      return undefined;
  }
}

export const toHex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Strict UTF-8; also used for text that people register. */
export function decodeUtf8(octets: Uint8Array): string {
  try {
    return UTF8.decode(octets);
  } catch {
    throw new Malformed('der.string');
  }
}

function decodeAscii(octets: Uint8Array, allowed: RegExp): string {
  const text = Buffer.from(octets).toString('latin1');
  if (!allowed.test(text)) throw new Malformed('der.string');
  return text;
}

/** BMPString and UniversalString hold code points, so surrogates are not characters. */
function decodeFixedWidth(octets: Uint8Array, width: 2 | 4): string {
  if (octets.length % width !== 0) throw new Malformed('der.string');
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  let text = '';
  for (let at = 0; at < octets.length; at += width) {
    const codePoint = width === 2 ? view.getUint16(at) : view.getUint32(at);
    if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff))
      throw new Malformed('der.string');
    text += String.fromCodePoint(codePoint);
  }
  return text;
}
