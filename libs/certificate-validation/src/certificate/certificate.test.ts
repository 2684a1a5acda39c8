import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  createSelfSigned,
  encodeAttribute,
  encodeDer,
  encodeName,
  encodeOid,
  TAG,
  toPem,
} from '@holdfast/test-pki';
import { CERTIFICATE_FAULTS, type CertificateFault } from '../fault.js';
import { ascii, bytes, withExtensions, withField, withOuter } from '../testing/der-surgery.js';
import { RFC_8705_APPENDIX_A } from '../testing/rfc8705-appendix-a.js';
import { LEAF, parsed } from '../testing/partner-world.js';
import { parseCertificate, STRICT_PARSING } from './certificate.js';
import { readCertificateUpload } from './upload.js';

type ParsingFault = Extract<CertificateFault, `der.${string}` | `cert.${string}`>;
type Breaking = (valid: Uint8Array) => Uint8Array;

const serial =
  (...octets: number[]): Breaking =>
  (der) =>
    withField(der, 'serialNumber', () => encodeDer(TAG.integer, bytes(...octets)));

const validity =
  (notAfterTag: number, notAfter: string): Breaking =>
  (der) =>
    withField(der, 'validity', () =>
      encodeDer(
        TAG.sequence,
        encodeDer(TAG.utcTime, ascii('260101000000Z')),
        encodeDer(notAfterTag, ascii(notAfter)),
      ),
    );

const subject =
  (name: Uint8Array): Breaking =>
  (der) =>
    withField(der, 'subject', () => name);

const extension = (oid: string, value: Uint8Array, ...critical: Uint8Array[]): Uint8Array =>
  encodeDer(TAG.sequence, encodeOid(oid), ...critical, encodeDer(TAG.octetString, value));

const onlyExtension =
  (oid: string, value: Uint8Array, ...critical: Uint8Array[]): Breaking =>
  (der) =>
    withExtensions(der, () => [extension(oid, value, ...critical)]);

const altNames = (...names: Uint8Array[]): Breaking =>
  onlyExtension('2.5.29.17', encodeDer(TAG.sequence, ...names));
const dnsName = (name: string): Uint8Array => encodeDer(0x82, ascii(name));
const TRUE = encodeDer(TAG.boolean, bytes(0xff));
const FALSE = encodeDer(TAG.boolean, bytes(0x00));

/** Every way in which bytes can fail to be a certificate: at least one per fault, which the compiler checks. */
const BROKEN: Record<ParsingFault, readonly (readonly [name: string, breaking: Breaking])[]> = {
  'der.truncated': [
    ['refuses a certificate without its last octet', (der) => der.subarray(0, -1)],
    ['refuses an empty input', () => bytes()],
    ['refuses a SEQUENCE that is too short for its fields', () => bytes(0x30, 0x00)],
  ],
  'der.trailing': [
    ['refuses an octet after the certificate (X.690 §8.1)', (der) => bytes(...der, 0x00)],
    ['refuses a field after the signature', (der) => withOuter(der, (a, s) => [a, bytes(...s, 0x05, 0x00)])],
  ],
  'der.length': [
    [
      'refuses the indefinite length of BER (X.690 §10.1)',
      (der) => bytes(0x30, 0x80, ...der.subarray(4), 0, 0),
    ],
    ['refuses a length of five octets', (der) => bytes(0x30, 0x85, 0, 0, 0, ...der.subarray(2))],
  ],
  'der.length_not_minimal': [
    ['refuses a padded length (X.690 §10.1)', (der) => bytes(0x30, 0x83, 0, ...der.subarray(2))],
    ['refuses a long form below 128', serialBytes(0x02, 0x81, 0x01, 0x05)],
  ],
  'der.tag': [
    ['refuses another outermost type', (der) => bytes(0x31, ...der.subarray(1))],
    ['refuses a high tag number', (der) => bytes(0x3f, ...der.subarray(1))],
    [
      'refuses a validity that holds no times',
      (der) => withField(der, 'validity', () => encodeDer(TAG.sequence, TRUE, TRUE)),
    ],
  ],
  'der.integer': [
    ['refuses a serial number with a superfluous zero (X.690 §8.3.2)', serial(0x00, 0x01)],
    ['refuses a negative serial number with superfluous ones (X.690 §8.3.2)', serial(0xff, 0x80)],
    ['refuses an empty serial number', serial()],
  ],
  'der.boolean': [
    [
      'refuses critical FALSE, which is the default (X.690 §11.5)',
      onlyExtension('2.5.29.19', encodeDer(TAG.sequence), FALSE),
    ],
    [
      'refuses TRUE that is not FF (X.690 §11.1)',
      onlyExtension('1.2.3', bytes(5, 0), encodeDer(TAG.boolean, bytes(1))),
    ],
  ],
  'der.oid': [
    [
      'refuses an object identifier with a padded arc (X.690 §8.19)',
      subject(encodeName([oddAttribute(0x55, 0x80, 0x03)])),
    ],
    ['refuses an object identifier that ends inside an arc', subject(encodeName([oddAttribute(0x55, 0x84)]))],
  ],
  'der.bit_string': [
    [
      'refuses a signature with unused bits',
      (der) => withOuter(der, (a) => [a, encodeDer(TAG.bitString, bytes(1, 0x02))]),
    ],
    [
      'refuses nine unused bits (X.690 §8.6.2)',
      (der) => withOuter(der, (a) => [a, encodeDer(TAG.bitString, bytes(9, 0))]),
    ],
  ],
  'der.string': [
    [
      'refuses an asterisk in a PrintableString',
      subject(encodeName([encodeAttribute('2.5.4.3', ascii('*'), TAG.printableString)])),
    ],
    ['refuses ill-formed UTF-8', subject(encodeName([encodeAttribute('2.5.4.3', bytes(0xc0, 0x80))]))],
    [
      'refuses a BMPString of odd length',
      subject(encodeName([encodeAttribute('2.5.4.3', bytes(0), TAG.bmpString)])),
    ],
    [
      'refuses a surrogate in a BMPString',
      subject(encodeName([encodeAttribute('2.5.4.3', bytes(0xd8, 0), TAG.bmpString)])),
    ],
    [
      'refuses a code point beyond Unicode in a UniversalString',
      subject(encodeName([encodeAttribute('2.5.4.3', bytes(0, 0x11, 0, 0), 0x1c)])),
    ],
  ],
  'cert.too_large': [['refuses more than 16 KiB', () => new Uint8Array(16_385)]],
  'cert.version': [
    ['refuses an explicit version 1 (X.690 §11.5)', version(0)],
    ['refuses version 4', version(3)],
    ['refuses extensions in version 2 (RFC 5280 §4.1.2.9)', version(1)],
  ],
  'cert.serial': [
    ['refuses a negative serial number (RFC 5280 §4.1.2.2)', serial(0x80)],
    ['refuses serial number zero (RFC 5280 §4.1.2.2)', serial(0x00)],
    ['refuses a serial number of 21 octets (RFC 5280 §4.1.2.2)', serial(...Array<number>(21).fill(1))],
  ],
  'cert.time_encoding': [
    ['refuses 30 February', validity(TAG.utcTime, '260230000000Z')],
    ['refuses 24:00', validity(TAG.utcTime, '261231240000Z')],
    ['refuses a time without seconds (RFC 5280 §4.1.2.5.1)', validity(TAG.utcTime, '2612312359Z')],
    ['refuses a time with an offset (RFC 5280 §4.1.2.5.1)', validity(TAG.utcTime, '261231235959+0100')],
    [
      'refuses fractions of a second (RFC 5280 §4.1.2.5.2)',
      validity(TAG.generalizedTime, '20261231235959.5Z'),
    ],
  ],
  'cert.name_malformed': [
    ['refuses an empty issuer (RFC 5280 §4.1.2.4)', (der) => withField(der, 'issuer', () => encodeName())],
    ['refuses an RDN without attributes (RFC 5280 §4.1.2.4)', subject(encodeName([]))],
    [
      'refuses more attributes than the limit',
      subject(encodeName(...Array.from({ length: 65 }, () => [cn('a')]))),
    ],
  ],
  'cert.extension_duplicate': [
    [
      'refuses an extension that is present twice (RFC 5280 §4.2)',
      (der) => withExtensions(der, (all) => [...all, all[0]!]),
    ],
  ],
  'cert.extension_malformed': [
    ['refuses an empty list of extensions', (der) => withExtensions(der, () => [])],
    ['refuses keyUsage without any bit (RFC 5280 §4.2.1.3)', onlyExtension('2.5.29.15', bytes(3, 2, 7, 0))],
    ['refuses an empty extendedKeyUsage (RFC 5280 §4.2.1.12)', onlyExtension('2.5.29.37', bytes(0x30, 0))],
    ['refuses an empty subjectAltName (RFC 5280 §4.2.1.6)', altNames()],
    [
      'refuses a negative pathLenConstraint',
      onlyExtension('2.5.29.19', bytes(0x30, 6, 1, 1, 0xff, 2, 1, 0xff)),
    ],
    ['refuses data inside an extension after its value', onlyExtension('2.5.29.14', bytes(4, 1, 1, 0))],
  ],
  'cert.alternative_name': [
    ['refuses NUL in a dNSName (RFC 8705 §7.5)', altNames(dnsName('api.partner.example\0.evil.example'))],
    ['refuses a newline in a dNSName', altNames(dnsName('a\nDNS:b'))],
    ['refuses an empty dNSName', altNames(dnsName(''))],
    [
      'refuses an iPAddress of five octets (RFC 5280 §4.2.1.6)',
      altNames(encodeDer(0x87, bytes(1, 2, 3, 4, 5))),
    ],
    ['refuses an unknown kind of name', altNames(encodeDer(0x89, bytes(1)))],
  ],
  'cert.too_many_names': [
    ['refuses more names than the limit', altNames(...Array.from({ length: 257 }, () => dnsName('a')))],
  ],
  'cert.sig_alg_mismatch': [
    [
      'refuses another algorithm outside than inside (RFC 5280 §4.1.1.2)',
      (der) => withOuter(der, (_, s) => [encodeDer(TAG.sequence, encodeOid('1.2.840.10045.4.3.3')), s]),
    ],
  ],
};

let valid: Uint8Array;
beforeAll(async () => {
  valid = (await createSelfSigned(LEAF)).der;
});

describe('parseCertificate', () => {
  it('reads a valid certificate', () => {
    expect(parseCertificate(valid)).toMatchObject({
      parsed: true,
      certificate: {
        version: 3,
        isCa: false,
        isSelfIssued: true,
        notBefore: LEAF.notBefore,
        notAfter: LEAF.notAfter,
        keyUsage: ['digitalSignature'],
        extendedKeyUsage: ['1.3.6.1.5.5.7.3.2'],
        subject: { canonical: '2.5.4.3=partner-1,2.5.4.10=acme' },
        subjectAltNames: { dns: ['api.partner.example'] },
        publicKeyInfo: { family: 'EC', bits: 256, fault: undefined },
      },
    });
  });

  it('keeps a frozen copy that the caller cannot change', () => {
    const input = Uint8Array.from(valid);
    const certificate = parsed(input);
    input.fill(0);
    expect(Buffer.from(certificate.der).equals(valid)).toBe(true);
    expect(Object.isFrozen(certificate)).toBe(true);
  });

  describe.each(Object.entries(BROKEN))('%s', (fault, cases) => {
    it.each(cases)('%s', (_name, breaking) => {
      expect(parseCertificate(breaking(valid))).toEqual({ parsed: false, fault });
    });
  });

  it('has a test for every fault of parsing', () => {
    const faults = Object.keys(CERTIFICATE_FAULTS).filter((fault) => /^(der|cert)\./.test(fault));
    expect(Object.keys(BROKEN).sort()).toEqual(faults.sort());
  });

  it.each([
    ['UTCTime 49 as 2049 (RFC 5280 §4.1.2.5.1)', TAG.utcTime, '491231235959Z', '2049-12-31T23:59:59Z'],
    ['UTCTime 50 as 1950 (RFC 5280 §4.1.2.5.1)', TAG.utcTime, '500101000000Z', '1950-01-01T00:00:00Z'],
    ['GeneralizedTime before 2050', TAG.generalizedTime, '20261231235959Z', '2026-12-31T23:59:59Z'],
    ['the end of time (RFC 5280 §4.1.2.5)', TAG.generalizedTime, '99991231235959Z', '9999-12-31T23:59:59Z'],
  ])('reads %s', (_name, tag, text, expected) => {
    expect(parsed(validity(tag, text)(valid)).notAfter).toEqual(new Date(expected));
  });

  it('tolerates odd serial numbers where the rules say so, but never a padded one', () => {
    const rules = { ...STRICT_PARSING, serialNumber: 'tolerant' } as const;
    expect(parseCertificate(serial(0x80)(valid), rules)).toMatchObject({ parsed: true });
    expect(parseCertificate(serial(0x00, 0x01)(valid), rules)).toMatchObject({
      parsed: false,
      fault: 'der.integer',
    });
  });

  it('keeps injected text inside the URI it stands in (CVE-2021-44532)', () => {
    const uri = 'http://x/, DNS:api.partner.example';
    const { subjectAltNames } = parsed(altNames(encodeDer(0x86, ascii(uri)))(valid));
    expect(subjectAltNames).toMatchObject({ uri: [uri], dns: [] });
  });

  it('never throws and never accepts another certificate when one octet is changed', () => {
    for (let at = 0; at < valid.length; at++) {
      const changed = Uint8Array.from(valid);
      changed[at]! ^= 0x81;
      const result = parseCertificate(changed);
      if (result.parsed) expect(Buffer.from(result.certificate.der).equals(changed)).toBe(true);
      else expect(CERTIFICATE_FAULTS).toHaveProperty([result.fault]);
    }
  });
});

describe('the certificate of RFC 8705 Appendix A', () => {
  const { certificate, thumbprint } = RFC_8705_APPENDIX_A;

  it('parses, as the version 1 certificate that it is', () => {
    expect(parseCertificate(certificate)).toMatchObject({
      parsed: true,
      certificate: { version: 1, serialNumber: '02', subject: { canonical: '2.5.4.3=mtls' }, extensions: [] },
    });
    expect(createHash('sha256').update(certificate).digest('base64url')).toBe(thumbprint);
  });

  it('is no certificate to register: version 3 is asked for', () => {
    expect(readCertificateUpload(toPem(certificate))).toMatchObject({
      code: 'certificate_malformed',
      fault: 'cert.version',
    });
  });
});

function serialBytes(...encoded: number[]): Breaking {
  return (der) => withField(der, 'serialNumber', () => bytes(...encoded));
}

function version(number: number): Breaking {
  return (der) => withField(der, 'version', () => encodeDer(0xa0, encodeDer(TAG.integer, bytes(number))));
}

function cn(value: string): Uint8Array {
  return encodeAttribute('2.5.4.3', ascii(value));
}

function oddAttribute(...oid: number[]): Uint8Array {
  return encodeDer(TAG.sequence, encodeDer(TAG.oid, bytes(...oid)), encodeDer(TAG.utf8String, ascii('a')));
}
