import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, createSelfSigned, encodeDer, encodeOid, TAG, toPem } from '@holdfast/test-pki';
import { formatDistinguishedName } from '../name/rfc4514.js';
import { LEAF, partnerWorld, YEAR, type PartnerWorld } from '../testing/partner-world.js';
import { bytes } from '../testing/der-surgery.js';
import { readCertificateUpload, type UploadProblemCode } from './upload.js';

let world: PartnerWorld;
beforeAll(async () => {
  world = await partnerWorld();
});

const subjectsOf = (input: string | Uint8Array): string[] => {
  const upload = readCertificateUpload(input);
  if (!upload.read) throw new Error(upload.problem);
  return upload.certificates.map(({ subject }) => formatDistinguishedName(subject));
};

const LEAF_NAME = 'CN=partner-1,O=Acme';
const CHAIN = [LEAF_NAME, 'CN=Issuing CA,O=Acme', 'CN=Root CA,O=Acme'];
const pemOf = (label: string, der: Uint8Array): string => toPem(der).replaceAll('CERTIFICATE', label);
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const exported = (key: KeyObject, type: 'spki' | 'pkcs8' | 'sec1'): Uint8Array =>
  Uint8Array.from(key.export({ type, format: 'der' } as { type: 'spki'; format: 'der' }));

/** The frame of a request and of a CRL: enough to be told apart from a certificate. */
const FRAME = [encodeDer(TAG.sequence, encodeOid('1.2.3')), encodeDer(TAG.bitString, bytes(0))];
const REQUEST = encodeDer(
  TAG.sequence,
  encodeDer(TAG.sequence, bytes(2, 1, 0), bytes(0x30, 0), bytes(0x30, 0), bytes(0xa0, 0)),
  ...FRAME,
);
const CRL = encodeDer(
  TAG.sequence,
  encodeDer(
    TAG.sequence,
    bytes(2, 1, 1),
    bytes(0x30, 0),
    bytes(0x30, 0),
    encodeDer(TAG.utcTime, Buffer.from('260101000000Z')),
  ),
  ...FRAME,
);

describe('readCertificateUpload', () => {
  it.each<[name: string, input: (w: PartnerWorld) => string | Uint8Array]>([
    ['PEM', (w) => w.issued.pem],
    ['PEM with CRLF', (w) => w.issued.pem.replaceAll('\n', '\r\n')],
    ['PEM with text around it', (w) => `subject=CN = partner-1\n${w.issued.pem}\nissuer=…`],
    ['PEM as octets', (w) => Buffer.from(w.issued.pem)],
    ['DER', (w) => w.issued.der],
    ['base64 of DER, as in x5c', (w) => Buffer.from(w.issued.der).toString('base64')],
  ])('reads %s', (_name, input) => {
    expect(subjectsOf(input(world))).toEqual([LEAF_NAME]);
  });

  it('puts the leaf first, then its issuers, whatever the order', () => {
    const { root, intermediate, issued } = world;
    expect(subjectsOf(root.pem + issued.pem + intermediate.pem)).toEqual(CHAIN);
    expect(subjectsOf(issued.pem + intermediate.pem + issued.pem + root.pem)).toEqual(CHAIN);
    expect(subjectsOf(root.pem + intermediate.pem)).toEqual(CHAIN.slice(1));
  });

  it('reads a self-signed certificate with CA:TRUE (openssl req -x509)', async () => {
    const { pem } = await createSelfSigned({ ...LEAF, basicConstraints: { ca: true } });
    expect(subjectsOf(pem)).toEqual([LEAF_NAME]);
  });

  it.each<[name: string, code: UploadProblemCode, input: (w: PartnerWorld) => string | Uint8Array]>([
    ['nothing', 'empty', () => ' \n'],
    ['too much', 'too_large', () => 'A'.repeat(262_145)],
    [
      'a private key beside the certificate',
      'private_key_present',
      (w) => w.issued.pem + w.issued.privateKeyPem,
    ],
    ['a private key alone', 'private_key_present', (w) => w.issued.privateKeyPem],
    ['a damaged private key', 'private_key_present', (w) => `${w.issued.pem}-----BEGIN EC PRIVATE KEY-----`],
    ['a private key as DER', 'private_key_present', () => exported(privateKey, 'pkcs8')],
    ['an EC private key as DER', 'private_key_present', () => exported(privateKey, 'sec1')],
    [
      'a private key as base64',
      'private_key_present',
      () => Buffer.from(exported(privateKey, 'pkcs8')).toString('base64'),
    ],
    [
      'a private key labelled as a certificate',
      'private_key_present',
      () => toPem(exported(privateKey, 'pkcs8')),
    ],
    ['a private JWK', 'private_key_present', () => JSON.stringify(privateKey.export({ format: 'jwk' }))],
    ['a public key', 'public_key', () => pemOf('PUBLIC KEY', exported(publicKey, 'spki'))],
    ['a public key as DER', 'public_key', () => exported(publicKey, 'spki')],
    ['a signing request', 'certificate_request', () => pemOf('CERTIFICATE REQUEST', REQUEST)],
    ['a signing request as DER', 'certificate_request', () => REQUEST],
    ['a revocation list', 'revocation_list', () => CRL],
    [
      'a PKCS#7 bundle',
      'pkcs7',
      () => encodeDer(TAG.sequence, encodeOid('1.2.840.113549.1.7.2'), bytes(0xa0, 0)),
    ],
    [
      'a PKCS#12 file',
      'pkcs12',
      () =>
        encodeDer(TAG.sequence, bytes(2, 1, 3), encodeDer(TAG.sequence, encodeOid('1.2.840.113549.1.7.1'))),
    ],
    ['plain text', 'not_a_certificate', () => 'hello, world'],
    ['a PEM block of another kind', 'not_a_certificate', (w) => pemOf('DH PARAMETERS', w.issued.der)],
    ['DER with an octet after it', 'trailing_data', (w) => bytes(...w.issued.der, 0)],
    ['PEM without its end', 'pem_malformed', (w) => w.issued.pem.slice(0, -10)],
    ['PEM with a stray character', 'pem_malformed', (w) => w.issued.pem.replace('A', '!')],
    [
      'PEM with another end',
      'pem_malformed',
      (w) => w.issued.pem.replace('END CERTIFICATE', 'END PUBLIC KEY'),
    ],
    ['PEM with two ends', 'pem_malformed', (w) => `${w.issued.pem}-----END CERTIFICATE-----`],
    ['seventeen certificates', 'too_many_certificates', (w) => w.issued.pem.repeat(17)],
    [
      'BER with an indefinite length',
      'certificate_malformed',
      (w) => bytes(0x30, 0x80, ...w.issued.der.subarray(4), 0, 0),
    ],
    ['a leaf and a CA that did not issue it', 'not_one_chain', (w) => w.issued.pem + w.root.pem],
  ])('refuses %s', (_name, code, input) => {
    const upload = readCertificateUpload(input(world));
    expect(upload).toMatchObject({
      read: false,
      code,
      problem: expect.stringMatching(/^[A-Z].*[.]$|openssl pkcs7 -print_certs$/),
    });
  });

  it('refuses two leaves', async () => {
    const other = await world.intermediate.issue({ ...LEAF, subject: 'CN=partner-2,O=Acme' });
    expect(readCertificateUpload(world.issued.pem + other.pem)).toMatchObject({ code: 'two_leaves' });
  });

  it('refuses two unrelated authorities', async () => {
    const other = await createAuthority({ ...YEAR, subject: 'CN=Other' });
    expect(readCertificateUpload(world.root.pem + other.pem)).toMatchObject({ code: 'not_one_chain' });
  });

  it('never repeats a private key in its answer', () => {
    const answer = JSON.stringify(readCertificateUpload(world.issued.pem + world.issued.privateKeyPem));
    expect(answer).not.toContain(world.issued.privateKeyPem.split('\n')[1]);
  });

  it('says which certificate of several is malformed', () => {
    const upload = readCertificateUpload(world.issued.pem + toPem(bytes(0x30, 0)));
    expect(upload).toMatchObject({
      code: 'certificate_malformed',
      problem: expect.stringContaining('Certificate 2 of 2'),
    });
  });
});
