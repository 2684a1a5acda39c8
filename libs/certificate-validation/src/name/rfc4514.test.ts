import { describe, expect, it } from '@jest/globals';
import { encodeAttribute, encodeName, TAG } from '@holdfast/test-pki';
import { readOnly } from '../der/reader.js';
import { readDistinguishedName, type DistinguishedName } from './distinguished-name.js';
import { formatDistinguishedName, parseDistinguishedName } from './rfc4514.js';

const CN = '2.5.4.3';
const O = '2.5.4.10';
const OU = '2.5.4.11';
const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const utf16 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'utf16le').swap16());
const attribute = (type: string, text: string): Uint8Array =>
  encodeAttribute(type, Uint8Array.from(Buffer.from(text)));

const encoded = (...rdns: Uint8Array[][]): DistinguishedName =>
  readDistinguishedName(readOnly(encodeName(...rdns), TAG.sequence));

const text = (rfc4514: string): DistinguishedName => {
  const result = parseDistinguishedName(rfc4514);
  if (!result.parsed) throw new Error(result.problem);
  return result.name;
};

const PARTNER = encoded([attribute(O, 'Acme')], [attribute(CN, 'partner-1')]);

describe('a registered name against an encoded one', () => {
  it.each<[name: string, registered: string, certificate: DistinguishedName]>([
    ['the plain name', 'CN=partner-1,O=Acme', PARTNER],
    ['other case and doubled spaces (RFC 4518 §2.2, §2.6.1) CV-31', 'cn=PARTNER-1,o=acme', PARTNER],
    [
      'doubled inner spaces in the certificate CV-31',
      'CN=big partner',
      encoded([attribute(CN, ' Big   Partner ')]),
    ],
    ['spaces around the separators', 'CN = partner-1 , O = Acme', PARTNER],
    ['dotted types (RFC 4514 §2.3)', '2.5.4.3=partner-1,2.5.4.10=Acme', PARTNER],
    ['a hexadecimal value (RFC 4514 §2.4)', 'CN=#0c09706172746e65722d31,O=Acme', PARTNER],
    [
      'escapes (RFC 4514 §2.4)',
      'CN=a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h',
      encoded([attribute(CN, 'a,b+c"d\\e<f>g;h')]),
    ],
    [
      'hexadecimal escapes of UTF-8 (RFC 4514 §4)',
      'CN=Lu\\C4\\8Di\\C4\\87',
      encoded([attribute(CN, 'Lučić')]),
    ],
    ['an escaped leading number sign', 'CN=\\#1', encoded([attribute(CN, '#1')])],
    [
      'a multi-valued RDN in the other order CV-23',
      'CN=a+OU=x',
      encoded([attribute(OU, 'x'), attribute(CN, 'a')]),
    ],
    [
      'a PrintableString CV-27',
      'CN=partner-1',
      encoded([encodeAttribute(CN, latin1('partner-1'), TAG.printableString)]),
    ],
    ['a BMPString CV-27', 'CN=partner-1', encoded([encodeAttribute(CN, utf16('partner-1'), TAG.bmpString)])],
    [
      'an IA5String',
      'emailAddress=A@b.example',
      encoded([encodeAttribute('1.2.840.113549.1.9.1', latin1('a@B.example'), TAG.ia5String)]),
    ],
    ['an asterisk as itself CV-30', 'CN=*', encoded([attribute(CN, '*')])],
  ])('matches %s', (_name, registered, certificate) => {
    expect(text(registered).canonical).toBe(certificate.canonical);
  });

  it.each<[name: string, registered: string, certificate: DistinguishedName]>([
    ['a name in DER order (RFC 4514 §2.1) CV-22', 'O=Acme,CN=partner-1', PARTNER],
    [
      'two RDNs instead of one with two values CV-23',
      'CN=a+OU=x',
      encoded([attribute(OU, 'x')], [attribute(CN, 'a')]),
    ],
    ['an attribute twice instead of once', 'CN=a+CN=a', encoded([attribute(CN, 'a')])],
    ['a comma inside the value CV-25', 'CN=partner-1,O=Acme', encoded([attribute(CN, 'partner-1,O=Acme')])],
    ['a plus inside the value', 'CN=a+OU=x', encoded([attribute(CN, 'a+OU=x')])],
    ['text that looks like the hexadecimal form', 'CN=\\#0c0161', encoded([attribute(CN, 'a')])],
    [
      'a TeletexString, compared octet by octet CV-27',
      'CN=partner-1',
      encoded([encodeAttribute(CN, latin1('partner-1'), TAG.teletexString)]),
    ],
    ['a Cyrillic look-alike CV-27', 'CN=partner-1', encoded([attribute(CN, 'рartner-1')])],
    ['case beyond ASCII', 'CN=Müller', encoded([attribute(CN, 'MÜLLER')])],
    ['a longer name CV-29', 'CN=partner-1', encoded([attribute(O, 'x')], [attribute(CN, 'partner-1')])],
    ['a longer value CV-29', 'CN=partner-1', encoded([attribute(CN, 'partner-10')])],
    ['an asterisk as a pattern CV-30', 'CN=*', PARTNER],
    ['another attribute type', 'OU=partner-1,O=Acme', PARTNER],
    ['a NUL in the certificate', 'CN=partner-1', encoded([attribute(CN, 'partner-1\0')])],
  ])('does not match %s', (_name, registered, certificate) => {
    expect(text(registered).canonical).not.toBe(certificate.canonical);
  });
});

describe('parseDistinguishedName', () => {
  it.each<[input: string, problem: RegExp]>([
    ['', /empty.*CN=partner-1/],
    ['partner-1', /type "partner-1" is unknown|equals sign is missing/],
    ['.*', /attribute type such as CN.*character 1\)/],
    ['/C=DE/O=Acme/CN=partner-1', /slashes.*last part first/],
    ['CN=partner-1,', /attribute type.*missing \(at character 14\)/],
    ['CN=partner-1,,O=Acme', /attribute type.*missing \(at character 14\)/],
    ['CN=,O=Acme', /value is empty \(at character 4\)/],
    ['CN', /equals sign is missing.*character 3/],
    ['XX=a', /"XX" is unknown; use its dotted.*character 1/],
    ['CN=a;O=b', /must be escaped as "\\;" \(at character 5\)/],
    ['CN="a"', /must be escaped.*character 4/],
    ['CN=a\\x', /After a backslash.*character 5/],
    ['CN=a\\', /After a backslash.*character 5/],
    ['CN=\\C3', /UTF-8.*character 4/],
    ['CN=a\\00b', /control characters/],
    ['CN=#0', /even number of hexadecimal digits/],
    ['CN=#0c05', /not one well-formed DER value/],
    ['CN=#0c0101', /control characters \(at character 4\)/],
    ['3.1=a', /not an object identifier/],
    ['2.5.04=a', /not an object identifier/],
    [`CN=${'a'.repeat(2048)}`, /longer than 2048/],
    [Array(65).fill('CN=a').join('+'), /more than 64 attributes/],
    [Array(65).fill('CN=a').join(','), /more than 64 attributes/],
  ])('refuses %j and says why', (input, problem) => {
    expect(parseDistinguishedName(input)).toEqual({ parsed: false, problem: expect.stringMatching(problem) });
  });

  it('takes as many attributes as a certificate may have', () => {
    expect(parseDistinguishedName(Array(64).fill('CN=a').join(',')).parsed).toBe(true);
  });

  it('takes time that grows with the length only CV-30', () => {
    expect(parseDistinguishedName(`CN=${'\\ '.repeat(1000)}!`).parsed).toBe(true);
    expect(parseDistinguishedName(`CN=${' '.repeat(2000)}`).parsed).toBe(false);
  });
});

describe('formatDistinguishedName', () => {
  it.each([
    'CN=partner-1,O=Acme,C=DE',
    'CN=a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h',
    'CN=\\#a',
    'OU=x+CN=a,O=Acme',
    'UID=7,DC=acme,DC=example',
    '1.2.3.4=#0c0161',
    'CN=#0c00',
    'CN=Lučić',
  ])('writes %s as it was read (RFC 4514 §2)', (rfc4514) => {
    expect(formatDistinguishedName(text(rfc4514))).toBe(rfc4514);
  });

  it.each(['a b', ' a', 'a ', '  ', ' ', '#', 'a\\', 'a\\ ', '\\', 'a\nb\0', ',', 'é🙂'])(
    'writes the value %j so that it reads back as the same name',
    (value) => {
      const name = encoded([attribute(CN, value)], [attribute(O, 'x')]);
      const formatted = formatDistinguishedName(name);
      const back = parseDistinguishedName(formatted);
      // Control characters and values of spaces only are shown, but not accepted for registration.
      if (back.parsed) expect(back.name.canonical).toBe(name.canonical);
      else expect(value).toMatch(/^[\x00-\x20]*$|[\x00-\x1f]/);
    },
  );
});
