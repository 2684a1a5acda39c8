import { describe, expect, it } from '@jest/globals';
import { encodeAttribute, encodeName, TAG } from '@holdfast/test-pki';
import fc from 'fast-check';
import { readOnly } from '../der/reader.js';
import { readDistinguishedName } from './distinguished-name.js';
import { formatDistinguishedName, parseDistinguishedName } from './rfc4514.js';

/** Keywords, an alias of one, and types without any. */
const type = fc.constantFrom(
  ...['2.5.4.3', '2.5.4.10', '2.5.4.11', '2.5.4.6', '0.9.2342.19200300.100.1.25', '1.2.840.113549.1.9.1'],
  ...['2.5.4.97', '1.2.3.4', '2.999.1'],
);

/** Printable text in which whatever RFC 4514 §2.4 escapes is frequent. */
const text = fc
  .string({
    unit: fc.oneof(fc.constantFrom(...' #,+"\\<>;=aA0*'), fc.string({ minLength: 1, maxLength: 1 })),
    minLength: 1,
    maxLength: 12,
  })
  .filter((value) => /[^ ]/.test(value) && !/[\x00-\x1f\x7f]/.test(value));

const value = fc.oneof(
  text.map((characters) => ({ tag: TAG.utf8String, octets: Buffer.from(characters, 'utf8') })),
  fc.stringMatching(/^[A-Za-z0-9 '()+,./:=?-]*[A-Za-z0-9]$/).map((characters) => ({
    tag: TAG.printableString,
    octets: Buffer.from(characters, 'latin1'),
  })),
  text.map((characters) => ({ tag: TAG.bmpString, octets: Buffer.from(characters, 'utf16le').swap16() })),
  text.map((characters) => ({ tag: TAG.teletexString, octets: Buffer.from(characters, 'latin1') })),
);

const attribute = fc
  .tuple(type, value)
  .map(([oid, { tag, octets }]) => encodeAttribute(oid, Uint8Array.from(octets), tag));
const rdn = fc.array(attribute, { minLength: 1, maxLength: 3 });
const name = fc
  .array(rdn, { minLength: 1, maxLength: 5 })
  .map((rdns) => readDistinguishedName(readOnly(encodeName(...rdns), TAG.sequence)));

describe('the text of any distinguished name', () => {
  it('reads back as a name that matches the same certificates (RFC 4514 §2, RFC 4517 §4.2.15)', () => {
    fc.assert(
      fc.property(name, (encoded) => {
        const shown = formatDistinguishedName(encoded);
        const back = parseDistinguishedName(shown);
        expect(back).toMatchObject({ parsed: true });
        if (!back.parsed) return;
        expect(back.name.canonical).toBe(encoded.canonical);
        expect(formatDistinguishedName(back.name)).toBe(shown);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is different where names do not match (RFC 4514 §2.4)', () => {
    fc.assert(
      fc.property(name, name, (one, other) => {
        const same = formatDistinguishedName(one) === formatDistinguishedName(other);
        expect(same && one.canonical !== other.canonical).toBe(false);
      }),
    );
  });

  it('or any other text is parsed or refused with a sentence, never more (CV-30)', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 64 }), (input) => {
        const result = parseDistinguishedName(input);
        if (!result.parsed) expect(result.problem).toMatch(/\.$/);
      }),
    );
  });
});
