import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatIpAddress } from './ip-address.js';
import { parseRegisteredName } from './registered-name.js';

const registered = (text: string): string => {
  const result = parseRegisteredName('san_ip', text);
  if (!result.parsed) throw new Error(`${text}: ${result.problem}`);
  return result.name.value;
};

const octets = fc.oneof(
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
  // Mostly zeros: where "::" may stand is what goes wrong.
  fc.array(fc.constantFrom(0, 0, 0, 1), { minLength: 16, maxLength: 16 }).map((all) => Uint8Array.from(all)),
);

/** The spellings of RFC 4291 §2.2: leading zeros, case, one run of zero groups shortened, a dotted end. */
const spelling = fc
  .tuple(octets, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), fc.nat(7), fc.nat(8), fc.boolean())
  .map(([address, isLong, from, length, isDotted]) => {
    const groups = Array.from({ length: 8 }, (_, at) => {
      const hex = ((address[2 * at]! << 8) | address[2 * at + 1]!).toString(16);
      return isLong[at]! ? hex.padStart(4, '0').toUpperCase() : hex;
    });
    const end = isDotted ? [address.slice(12).join('.')] : groups.slice(6);
    const zeros = groups.slice(from, Math.min(from + length, 6)).findIndex((group) => !/^0+$/.test(group));
    const run = zeros === -1 ? Math.max(0, Math.min(length, 6 - from)) : zeros;
    if (run === 0) return { address, text: [...groups.slice(0, 6), ...end].join(':') };
    return {
      address,
      text: `${groups.slice(0, from).join(':')}::${[...groups.slice(from + run, 6), ...end].join(':')}`,
    };
  });

describe('a registered IP address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['0.0.0.0', '0.0.0.0'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('%s is given back as %s (RFC 5952 §4)', (text, canonical) => {
    expect(registered(text)).toBe(canonical);
  });

  it.each<[text: string, problem: RegExp]>([
    ['', /is empty/],
    ['10.0.0.0/8', /is a network/],
    ['2001:db8::/32', /is a network/],
    ['fe80::1%eth0', /has a zone/],
    ['[2001:db8::1]', /brackets/],
    ['010.0.0.1', /leading zero/],
    ['10.0.0.01', /leading zero/],
    ['10.0.0.1:443', /port/],
    ['10.1', /is not an IP address/],
    ['167772161', /is not an IP address/],
    ['0x0a.0.0.1', /is not an IP address/],
    ['256.0.0.1', /is not an IP address/],
    ['1.2.3.4.5', /is not an IP address/],
    [' 10.0.0.1', /is not an IP address/],
    ['1:2:3:4:5:6:7', /is not an IP address/],
    ['1:2:3:4:5:6:7:8:9', /is not an IP address/],
    ['1:2:3:4::5:6:7:8', /is not an IP address/],
    ['1::2::3', /is not an IP address/],
    [':::', /is not an IP address/],
    [':1:2:3:4:5:6:7', /is not an IP address/],
    ['12345::', /is not an IP address/],
    ['::g', /is not an IP address/],
    ['1.2.3.4::', /is not an IP address/],
    ['::1.2.3.4:5', /is not an IP address/],
    ['::ffff:10.0.0.256', /is not an IP address/],
    ['partner.example', /is not an IP address/],
  ])('is not %j: refused with a reason (RFC 8705 §2.1.2)', (text, problem) => {
    expect(parseRegisteredName('san_ip', text)).toEqual({
      parsed: false,
      problem: expect.stringMatching(problem),
    });
  });

  it('has one value for all its spellings, the one of the URL standard too (RFC 5952 §4)', () => {
    fc.assert(
      fc.property(spelling, ({ address, text }) => {
        const value = registered(text);
        expect(value).toBe(formatIpAddress(address));
        expect(`[${value}]`).toBe(new URL(`https://[${text}]/`).hostname);
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads back what it gives back (RFC 5952 §4)', () => {
    fc.assert(
      fc.property(fc.oneof(octets, fc.uint8Array({ minLength: 4, maxLength: 4 })), (address) => {
        expect(registered(formatIpAddress(address))).toBe(formatIpAddress(address));
      }),
    );
  });
});
