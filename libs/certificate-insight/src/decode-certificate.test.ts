import { createHash, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  corruptSignature,
  createSelfSigned,
  encodeAttribute,
  encodeName,
  TAG,
  toPublicKeyDer,
  type CertificateOptions,
} from '@holdfast/test-pki';
import { decodeCertificate, type DecodedCertificate } from './decode-certificate.js';
import { LEAF, pastedWorld, YEAR, type PastedWorld } from './testing/pasted-world.js';

/** RFC 8705 Appendix A, Figures 5 and 6: a certificate of version 1. */
const APPENDIX_A = {
  thumbprint: 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0',
  certificate:
    'MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAxODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwIDSQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOVbUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=',
};

const decoded = async (der: Uint8Array): Promise<DecodedCertificate> => {
  const certificate = await decodeCertificate(der);
  if (certificate === undefined) throw new Error('the test made a certificate that does not decode');
  return certificate;
};
const selfSigned = async (change: Partial<CertificateOptions>): Promise<DecodedCertificate> =>
  decoded((await createSelfSigned({ ...LEAF, ...change })).der);

describe('decodeCertificate', () => {
  let world: PastedWorld;
  beforeAll(async () => {
    world = await pastedWorld();
  });

  it('gives what the certificate says', async () => {
    const { leaf } = world;
    const hash = createHash('sha256').update(leaf.der).digest();
    const certificate = await decoded(leaf.der);
    expect(certificate).toMatchObject({
      version: 3,
      issuer: { text: 'CN=Issuing CA,O=Acme' },
      serial: new X509Certificate(leaf.der).serialNumber.toLowerCase(),
      san: { dns: ['pay.acme.example'], uri: [], ip: [], email: [] },
      ...YEAR,
      key: { kind: 'EC', curve: 'P-256', bits: 256, name: 'EC P-256', strength: 'accepted' },
      signature: { name: 'SHA-256 with ECDSA', strength: 'accepted' },
      extendedKeyUsage: ['clientAuth'],
      keyUsage: ['digitalSignature'],
      isCa: false,
      isSelfSigned: false,
      thumbprint: {
        x5tS256: hash.toString('base64url'),
        sha256Hex: hash.toString('hex').replaceAll(/..(?!$)/g, '$&:'),
      },
      keyThumbprint: createHash('sha256').update(toPublicKeyDer(leaf.keys)).digest('base64url'),
      pem: leaf.pem,
    });
    expect(certificate.der).toEqual(leaf.der);
  });

  it('gives the subject as RFC 4514 text and in parts, in one order', async () => {
    const { subject } = await decoded(world.leaf.der);
    expect(subject.text).toBe('CN=payments,OU=API,O=Acme,C=GB');
    expect(subject.rdns[0]).toEqual([{ oid: '2.5.4.3', shortName: 'CN', value: 'payments' }]);
    expect(subject.rdns.flat().map(({ shortName }) => shortName)).toEqual(['CN', 'OU', 'O', 'C']);
  });

  it('computes the thumbprint of the example (RFC 8705 Appendix A)', async () => {
    const certificate = await decoded(Uint8Array.from(Buffer.from(APPENDIX_A.certificate, 'base64')));
    expect(certificate.thumbprint.x5tS256).toBe(APPENDIX_A.thumbprint);
    expect(certificate).toMatchObject({
      version: 1,
      isSelfSigned: true,
      extendedKeyUsage: undefined,
      keyUsage: undefined,
    });
  });

  it('gives all kinds of alternative names', async () => {
    const san = {
      dns: ['a.example', '*.b.example'],
      uri: ['https://a.example/x'],
      ip: ['192.0.2.1', '2001:db8::1'],
      email: ['a@b.example'],
    };
    expect((await selfSigned({ san })).san).toEqual(san);
  });

  it.each([
    ['RSA-2048', { kind: 'RSA', bits: 2048, strength: 'accepted' }, 'SHA-256 with RSA'],
    ['RSA-1024', { kind: 'RSA', bits: 1024, strength: 'weak' }, 'SHA-256 with RSA'],
    ['P-521', { kind: 'EC', curve: 'P-521', bits: 521, strength: 'accepted' }, 'SHA-256 with ECDSA'],
    ['Ed25519', { kind: 'Ed25519', strength: 'accepted' }, 'Ed25519'],
  ] as const)('names the key %s', async (keyAlgorithm, key, signature) => {
    expect(await selfSigned({ keyAlgorithm })).toMatchObject({
      key,
      signature: { name: signature },
      isSelfSigned: true,
    });
  });

  it('does not call a certificate self-signed whose key did not sign it', async () => {
    const { der } = await createSelfSigned(LEAF);
    expect((await decoded(corruptSignature(der))).isSelfSigned).toBe(false);
  });

  it.each([
    ['no certificate', Uint8Array.of(0x30, 0x03, 1, 2, 3)],
    ['nothing', new Uint8Array()],
  ])('gives nothing for %s', async (_name, der) => {
    expect(await decodeCertificate(der)).toBeUndefined();
  });
});

describe('a name', () => {
  const CN = '2.5.4.3';
  const octets = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
  const utf16 = Uint8Array.from(Buffer.from('Größe', 'utf16le').swap16());

  // The texts are those that the server writes for the same encodings (its rfc4514.test.ts).
  it.each<[name: string, rdns: Uint8Array[][], text: string]>([
    [
      'reserved characters',
      [[encodeAttribute(CN, octets('a,b+c"d\\e<f>g;h'))]],
      'CN=a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h',
    ],
    ['spaces at both ends', [[encodeAttribute(CN, octets(' a '))]], 'CN=\\ a\\ '],
    ['control characters', [[encodeAttribute(CN, octets('a\n\0'))]], 'CN=a\\0a\\00'],
    ['a number sign', [[encodeAttribute(CN, octets('#1'))]], 'CN=\\#1'],
    ['characters beyond ASCII', [[encodeAttribute(CN, octets('Lučić'))]], 'CN=Lučić'],
    ['a BMPString', [[encodeAttribute(CN, utf16, TAG.bmpString)]], 'CN=Größe'],
    ['a TeletexString as octets', [[encodeAttribute(CN, octets('a'), TAG.teletexString)]], 'CN=#140161'],
    [
      'an unknown type as octets (RFC 4514 §2.4)',
      [[encodeAttribute('1.2.3.4', octets('a'))]],
      '1.2.3.4=#0c0161',
    ],
    [
      'two values in one part, the last part first',
      [
        [encodeAttribute('2.5.4.10', octets('Acme'))],
        [encodeAttribute('2.5.4.11', octets('x')), encodeAttribute(CN, octets('a'))],
      ],
      'OU=x+CN=a,O=Acme',
    ],
    ['no part at all', [], ''],
  ])('is written with %s', async (_name, rdns, text) => {
    expect((await selfSigned({ subject: encodeName(...rdns) })).subject.text).toBe(text);
  });
});
