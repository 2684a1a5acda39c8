import { describe, expect, it } from '@jest/globals';
import { Malformed } from '../fault.js';
import { TAG, type DerValue } from './reader.js';
import {
  bitString,
  bitStringOctets,
  booleanOf,
  integerOctets,
  oidOf,
  smallInteger,
  textOf,
} from './values.js';

const value = (hex: string, tag: number = TAG.octetString): DerValue => {
  const contents = Uint8Array.from(Buffer.from(hex, 'hex'));
  return { tag, contents, encoded: contents };
};

/** The fault of what cannot be read, or what was read. */
function outcome(read: () => unknown): unknown {
  try {
    const result = read();
    return result instanceof Uint8Array ? Buffer.from(result).toString('hex') : result;
  } catch (error) {
    if (error instanceof Malformed) return error.fault;
    throw error;
  }
}

describe('INTEGER (X.690 §8.3.2: the fewest octets)', () => {
  it.each([
    ['00', '00'],
    ['7f', '7f'],
    ['0080', '0080'],
    ['ff', 'ff'],
    ['ff7f', 'ff7f'],
    ['0100', '0100'],
    ['80', '80'],
    ['', 'der.integer'],
    ['0000', 'der.integer'],
    ['007f', 'der.integer'],
    ['ff80', 'der.integer'],
    ['ffff', 'der.integer'],
  ])('%s gives %s', (hex, expected) => {
    expect(outcome(() => integerOctets(value(hex)))).toBe(expected);
  });

  it.each([
    ['00', 10, 0],
    ['0a', 10, 10],
    ['0b', 10, 'der.integer'],
    ['0100', 256, 256],
    ['010203', 0xffffffff, 0x010203],
    ['00ffffffff', 0xffffffff, 0xffffffff],
    ['0100000000', 0x100000000, 0x100000000],
    ['010000000000', Number.MAX_SAFE_INTEGER, 'der.integer'],
    ['80', 255, 'der.integer'],
    ['ff', 255, 'der.integer'],
  ])('%s up to %d gives %s', (hex, most, expected) => {
    expect(outcome(() => smallInteger(value(hex), most))).toBe(expected);
  });
});

describe('BOOLEAN (X.690 §11.1)', () => {
  it.each([
    ['00', false],
    ['ff', true],
    ['01', 'der.boolean'],
    ['fe', 'der.boolean'],
    ['', 'der.boolean'],
    ['0000', 'der.boolean'],
    ['ffff', 'der.boolean'],
  ])('%s gives %s', (hex, expected) => {
    expect(outcome(() => booleanOf(value(hex)))).toBe(expected);
  });
});

describe('BIT STRING (X.690 §11.2.1: unused bits are zero)', () => {
  const read = (hex: string): unknown =>
    outcome(() => {
      const { octets, unusedBits } = bitString(value(hex));
      return `${Buffer.from(octets).toString('hex')} ${unusedBits}`;
    });

  it.each([
    ['00', ' 0'],
    ['0080', '80 0'],
    ['00ff', 'ff 0'],
    ['0780', '80 7'],
    ['0580', '80 5'],
    ['04f0', 'f0 4'],
    ['', 'der.bit_string'],
    ['01', 'der.bit_string'],
    ['0880', 'der.bit_string'],
    ['0100', '00 1'],
    ['0101', 'der.bit_string'],
    ['0740', 'der.bit_string'],
    ['05a8', 'der.bit_string'],
    ['ff80', 'der.bit_string'],
  ])('%s gives %s', (hex, expected) => {
    expect(read(hex)).toBe(expected);
  });

  it.each([
    ['000102', '0102'],
    ['00', ''],
    ['0180', 'der.bit_string'],
    ['', 'der.bit_string'],
  ])('of octets: %s gives %s', (hex, expected) => {
    expect(outcome(() => bitStringOctets(value(hex)))).toBe(expected);
  });
});

describe('OBJECT IDENTIFIER (X.690 §8.19)', () => {
  it.each([
    ['00', '0.0'],
    ['27', '0.39'],
    ['28', '1.0'],
    ['4f', '1.39'],
    ['50', '2.0'],
    ['7f', '2.47'],
    ['8100', '2.48'],
    ['8837', '2.999'],
    ['2a864886f70d', '1.2.840.113549'],
    ['2b0601', '1.3.6.1'],
    ['2a8f7f', '1.2.2047'],
    // Seven and eight octets in one arc: the last that a double holds, and the first that it does not.
    ['2affffffffffff7f', '1.2.562949953421311'],
    ['2a8180808080808000', '1.2.562949953421312'],
    ['2affffffffffffff7f', '1.2.72057594037927935'],
    ['6983d8c2e9a0b1d2c3e4f5a6b7c8d9ea0b', '2.25.'],
    ['', 'der.oid'],
    ['2a80', 'der.oid'],
    ['2a8001', 'der.oid'],
    ['8001', 'der.oid'],
    ['2a86', 'der.oid'],
  ])('%s gives %s', (hex, expected) => {
    const read = outcome(() => oidOf(value(hex)));
    if (expected.startsWith('2.25.')) expect(read).toBe(`2.25.${arcOf(hex.slice(2))}`);
    else expect(read).toBe(expected);
  });

  it('has 64 octets at most', () => {
    const long = (octets: number): string => '2a'.padEnd(2 * octets, '01');
    expect(outcome(() => oidOf(value(long(64))))).toBe(`1.2${'.1'.repeat(63)}`);
    expect(outcome(() => oidOf(value(long(65))))).toBe('der.oid');
  });
});

/** One arc of any length, worked out in another way. */
function arcOf(hex: string): string {
  const bits = [...Buffer.from(hex, 'hex')]
    .map((octet) => (octet & 0x7f).toString(2).padStart(7, '0'))
    .join('');
  return BigInt(`0b${bits}`).toString();
}

describe('character strings', () => {
  it.each([
    [TAG.utf8String, '41c3a9f09f9880', 'Aé😀'],
    [TAG.utf8String, 'c0af', 'der.string'],
    [TAG.utf8String, 'eda080', 'der.string'],
    [TAG.printableString, '4120273a3f', "A ':?"],
    [TAG.printableString, '412a', 'der.string'],
    [TAG.printableString, '40', 'der.string'],
    [TAG.ia5String, '007f', '\0\x7f'],
    [TAG.ia5String, '4180', 'der.string'],
    [TAG.ia5String, '8041', 'der.string'],
    [TAG.bmpString, '0041d7ff', 'A\ud7ff'],
    [TAG.bmpString, 'd800', 'der.string'],
    [TAG.bmpString, 'dfff', 'der.string'],
    [TAG.bmpString, 'e000', '\ue000'],
    [TAG.bmpString, '0041f0', 'der.string'],
    [TAG.universalString, '0010ffff', '\u{10ffff}'],
    [TAG.universalString, '00110000', 'der.string'],
    [TAG.universalString, '0000d800', 'der.string'],
    [TAG.universalString, '0000', 'der.string'],
    [TAG.teletexString, '41', undefined],
    [TAG.octetString, '41', undefined],
  ])('of type %d: %s gives %j', (tag, hex, expected) => {
    expect(outcome(() => textOf(value(hex, tag)))).toBe(expected);
  });
});
