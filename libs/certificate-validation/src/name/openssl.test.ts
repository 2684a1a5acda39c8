import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect } from '@jest/globals';
import {
  createSelfSigned,
  encodeAttribute,
  encodeName,
  generateKeys,
  TAG,
  type KeyPair,
} from '@holdfast/test-pki';
import { needsProgram } from '@holdfast/test-pki/programs';
import fc from 'fast-check';
import { LEAF, parsed } from '../testing/partner-world.js';
import { formatDistinguishedName, parseDistinguishedName } from './rfc4514.js';

const RUNS = 60;
const TIMEOUT_MS = 60_000;

/**
 * Printable text in which whatever RFC 4514 §2.4 escapes is frequent. Not a number sign alone: OpenSSL 3.0 forgets to
 * escape that, and nobody could tell it from a broken hexadecimal value.
 */
const text = fc
  .string({
    unit: fc.oneof(fc.constantFrom(...' #,+"\\<>;=aA0*/'), fc.string({ minLength: 1, maxLength: 1 })),
    minLength: 1,
    maxLength: 10,
  })
  .filter((value) => /[^ ]/.test(value) && value !== '#' && !/[\x00-\x1f\x7f]/.test(value));

const value = fc.oneof(
  text.map((characters) => [TAG.utf8String, Buffer.from(characters, 'utf8')] as const),
  text.map((characters) => [TAG.bmpString, Buffer.from(characters, 'utf16le').swap16()] as const),
);

const attributeOf = (types: readonly string[]): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(fc.constantFrom(...types), value)
    .map(([type, [tag, octets]]) => encodeAttribute(type, Uint8Array.from(octets), tag));

/** Types whose keyword is the same here and there (RFC 4514 §3), then ones with another, or none. */
const COMMON = ['2.5.4.3', '2.5.4.7', '2.5.4.10', '2.5.4.11', '2.5.4.6', '0.9.2342.19200300.100.1.25'];
const OTHERS = ['2.5.4.9', '2.5.4.97', '1.2.840.113549.1.9.1', '1.2.3.4'];

/** A name as OpenSSL reads it from a certificate and writes it by RFC 2253, which RFC 4514 replaces. */
function openssl(args: readonly string[], input: string): string {
  return spawnSync('openssl', args, { input, encoding: 'utf8' }).stdout;
}

const needsOpenssl = needsProgram('openssl');
const withOpenssl = (name: string, work: () => Promise<void>): void => needsOpenssl(name, work, TIMEOUT_MS);

describe('a subject as OpenSSL prints it', () => {
  let keys: KeyPair;
  beforeAll(async () => {
    keys = await generateKeys();
  });

  const printed = async (
    subject: Uint8Array,
  ): Promise<{ theirs: string; ours: string; canonical: string }> => {
    const { der, pem } = await createSelfSigned({ ...LEAF, subject, keys });
    const name = parsed(der).subject;
    const theirs = openssl(['x509', '-noout', '-subject', '-nameopt', 'RFC2253,-esc_msb'], pem);
    return {
      theirs: theirs.replace(/^subject=/, '').replace(/\n$/, ''),
      ours: formatDistinguishedName(name),
      canonical: name.canonical,
    };
  };

  withOpenssl('is the text that we give back, where no RDN has several values (RFC 4514 §2)', async () => {
    const subject = fc
      .array(attributeOf(COMMON), { minLength: 1, maxLength: 4 })
      .map((attributes) => encodeName(...attributes.map((one) => [one])));
    const isSame = async (name: Uint8Array): Promise<void> => {
      const { theirs, ours } = await printed(name);
      expect(ours).toBe(theirs);
    };
    await fc.assert(fc.asyncProperty(subject, isSame), { numRuns: RUNS });
  });

  withOpenssl('can be registered, and matches the certificate (RFC 4517 §4.2.15)', async () => {
    const rdn = fc.array(attributeOf([...COMMON, ...OTHERS]), { minLength: 1, maxLength: 3 });
    const subject = fc.array(rdn, { minLength: 1, maxLength: 3 }).map((rdns) => encodeName(...rdns));
    const matches = async (name: Uint8Array): Promise<void> => {
      const { theirs, canonical } = await printed(name);
      expect(parseDistinguishedName(theirs)).toMatchObject({ parsed: true, name: { canonical } });
    };
    await fc.assert(fc.asyncProperty(subject, matches), { numRuns: RUNS });
  });
});
