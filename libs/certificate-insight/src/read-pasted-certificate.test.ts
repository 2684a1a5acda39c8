import 'reflect-metadata';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  createAuthority,
  decodeChildren,
  encodeDer,
  encodeOid,
  generateKeys,
  TAG,
  type RawExtension,
} from '@holdfast/test-pki';
import * as x509 from '@peculiar/x509';
import type { ForeignContent } from './foreign-content.js';
import { readPastedCertificate } from './read-pasted-certificate.js';
import {
  LEAF,
  NOON,
  pastedWorld,
  pkcs7,
  read,
  ROOT,
  YEAR,
  type PastedWorld,
} from './testing/pasted-world.js';

let world: PastedWorld;
beforeAll(async () => {
  world = await pastedWorld();
});

const base64 = (octets: Uint8Array): string => Buffer.from(octets).toString('base64');
const subjectsOf = async (input: string | Uint8Array): Promise<string[]> =>
  (await read(input)).certificates.map(({ subject }) => subject.text);

const LEAF_NAME = 'CN=payments,OU=API,O=Acme,C=GB';
const CHAIN_NAMES = [LEAF_NAME, 'CN=Issuing CA,O=Acme', 'CN=Root CA,O=Acme'];

describe('readPastedCertificate', () => {
  it.each<[name: string, input: () => string | Uint8Array | Promise<string>]>([
    ['PEM', () => world.leaf.pem],
    ['PEM with CRLF', () => world.leaf.pem.replaceAll('\n', '\r\n')],
    ['PEM with a byte order mark', () => `\ufeff${world.leaf.pem}`],
    [
      'PEM with text around it',
      () => `Bag Attributes\n  friendlyName: pay\n${world.leaf.pem}\nRegards, Piet Müller`,
    ],
    ['indented PEM', () => world.leaf.pem.replaceAll(/^/gm, '    ')],
    ['PEM as a value copied out of JSON', () => JSON.stringify(world.leaf.pem)],
    ['PEM as bytes of a file', () => Uint8Array.from(Buffer.from(world.leaf.pem))],
    ['DER', () => world.leaf.der],
    ['base64 without armour', () => base64(world.leaf.der)],
    ['base64 without armour, in lines', () => base64(world.leaf.der).replaceAll(/.{64}/g, '$&\r\n')],
    ['PEM inside base64', () => base64(Uint8Array.from(Buffer.from(world.leaf.pem)))],
    ['the same certificate twice', () => world.leaf.pem + world.leaf.pem],
    ['a certificate and its public key', () => publicKeyPem() + world.leaf.pem],
    ['a certificate and a request', async () => world.leaf.pem + (await requestPem())],
    ['a bundle as DER (RFC 5652 §5)', () => pkcs7([world.leaf.der])],
    ['a bundle as PEM', () => armour('PKCS7', pkcs7([world.leaf.der]))],
    ['a bundle as PEM with the other label', () => armour('CMS', pkcs7([world.leaf.der]))],
    ['a bundle labelled as a certificate', () => armour('CERTIFICATE', pkcs7([world.leaf.der]))],
    ['a certificate labelled as a bundle', () => armour('PKCS7', world.leaf.der)],
    ['a bundle as base64 without armour', () => base64(pkcs7([world.leaf.der]))],
    ['a JWK Set with one certificate', () => keySet()],
  ])('reads %s', async (_name, input) => {
    const { certificates, checks } = await read(await input());
    expect(certificates.map(({ subject }) => subject.text)).toEqual([LEAF_NAME]);
    expect(certificates[0].pem).toBe(world.leaf.pem);
    expect(checks).toEqual([]);
  });

  it('keeps a chain in order', async () => {
    const { certificates, checks } = await read(world.leaf.pem + world.intermediate.pem + world.root.pem);
    expect(certificates.map(({ subject }) => subject.text)).toEqual(CHAIN_NAMES);
    expect(checks).toEqual([]);
  });

  it('puts a chain in order, and says so', async () => {
    const { certificates, checks } = await read(world.root.pem + world.leaf.pem + world.intermediate.pem);
    expect(certificates.map(({ subject }) => subject.text)).toEqual(CHAIN_NAMES);
    expect(checks).toMatchObject([{ code: 'CHAIN_ORDER', level: 'warning' }]);
  });

  it('puts the lowest authority first where there is no leaf', async () => {
    expect(await subjectsOf(world.root.pem + world.intermediate.pem)).toEqual(CHAIN_NAMES.slice(1));
  });

  it('leaves out what issued nothing here, by name', async () => {
    const stranger = await createAuthority({ ...ROOT, subject: 'CN=Stranger' });
    const { certificates, checks } = await read(stranger.pem + world.leaf.pem);
    expect(certificates).toHaveLength(1);
    expect(checks).toMatchObject([{ code: 'CHAIN_UNRELATED', text: expect.stringContaining('CN=Stranger') }]);
  });

  it('ends a chain at its root, though another authority has the same name', async () => {
    const namesake = await createAuthority(ROOT);
    const { certificates, checks } = await read(world.root.pem + namesake.pem);
    expect(certificates.map(({ pem }) => pem)).toEqual([world.root.pem]);
    expect(checks).toMatchObject([{ code: 'CHAIN_UNRELATED' }]);
  });

  it('chooses among issuers of one name by key identifier (RFC 5280 §4.2.1.1)', async () => {
    const octets = Uint8Array.of(7, 7, 7);
    const old = await createAuthority({ ...ROOT, extensions: [subjectKeyId(Uint8Array.of(1, 1, 1))] });
    const current = await createAuthority({ ...ROOT, extensions: [subjectKeyId(octets)] });
    const issued = await current.issue({ ...LEAF, extensions: [authorityKeyId(octets)] });
    const { certificates } = await read(issued.pem + old.pem + current.pem);
    expect(certificates.map(({ pem }) => pem)).toEqual([issued.pem, current.pem]);
  });

  it('comes to an end with authorities that issued each other', async () => {
    const other = await createAuthority({ ...ROOT, subject: 'CN=Other' });
    const there = await other.issueAuthority(ROOT);
    const back = await world.root.issueAuthority({ ...ROOT, subject: 'CN=Other' });
    expect(await subjectsOf(there.pem + back.pem)).toHaveLength(2);
  });

  it('refuses to choose between two leaves', async () => {
    const second = await world.intermediate.issue({ ...LEAF, subject: 'CN=second' });
    expect(await readPastedCertificate(world.leaf.pem + second.pem)).toMatchObject({
      readable: false,
      checks: [{ code: 'SEVERAL_LEAVES', text: expect.stringMatching(/CN=payments.*CN=second/) }],
    });
  });
});

const subjectKeyId = (octets: Uint8Array): RawExtension => ({
  oid: '2.5.29.14',
  value: encodeDer(TAG.octetString, octets),
});
const authorityKeyId = (octets: Uint8Array): RawExtension => ({
  oid: '2.5.29.35',
  value: encodeDer(TAG.sequence, encodeDer(0x80, octets)),
});

const publicKeyPem = (): string =>
  generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();

const armour = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${base64(der).replaceAll(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`;

const oid = encodeOid('1.2.840.113549.1.7.1');
const PKCS12 = encodeDer(
  TAG.sequence,
  encodeDer(TAG.integer, Uint8Array.of(3)),
  encodeDer(TAG.sequence, oid, encodeDer(0xa0, encodeDer(TAG.octetString, new Uint8Array(200)))),
);
/** Java writes the outer length as indefinite. */
const PKCS12_INDEFINITE = Uint8Array.from([0x30, 0x80, ...PKCS12.subarray(3), 0, 0]);
/** Java and others write CMS so, with lengths that are found at the end only. */
const inIndefiniteForm = (bundle: Uint8Array): Uint8Array => {
  const [first, ...rest] = decodeChildren(bundle);
  return Uint8Array.from([0x30, 0x80, ...first!, ...rest.flatMap((part) => [...part]), 0, 0]);
};

async function certificateRequest(): Promise<Uint8Array> {
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=payments',
    keys: await generateKeys(),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
  });
  return new Uint8Array(request.rawData);
}

const withoutSignature = (request: Uint8Array): Uint8Array => {
  const [info, algorithm] = decodeChildren(request);
  return encodeDer(TAG.sequence, info!, algorithm!, encodeDer(TAG.octetString, new Uint8Array(64)));
};

async function revocationList(): Promise<Uint8Array> {
  const list = await x509.X509CrlGenerator.create({
    issuer: 'CN=Root CA',
    thisUpdate: NOON,
    nextUpdate: YEAR.notAfter,
    signingKey: world.root.keys.privateKey,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
  });
  return new Uint8Array(list.rawData);
}

const requestPem = async (): Promise<string> => armour('CERTIFICATE REQUEST', await certificateRequest());

const keySet = (): string => {
  const key = createPublicKey(world.leaf.pem).export({ format: 'jwk' });
  return JSON.stringify({ keys: [{ ...key, x5c: [base64(world.leaf.der)] }] });
};

type Case = readonly [name: string, input: () => string | Uint8Array | Promise<string | Uint8Array>];

const FOREIGN: Readonly<Record<ForeignContent, readonly Case[]>> = {
  nothing: [
    ['nothing', () => ''],
    ['white space', () => ' \r\n\t'],
  ],
  too_large: [['a large file', () => new Uint8Array(262_145)]],
  too_many: [['a bundle', () => world.leaf.pem.repeat(17)]],
  pkcs12: [
    ['PKCS#12', () => PKCS12],
    ['PKCS#12 with indefinite length', () => PKCS12_INDEFINITE],
    ['PKCS#12 as base64', () => base64(PKCS12)],
    ['PKCS#12 as PEM', () => armour('PKCS12', PKCS12)],
  ],
  certificate_request: [
    ['a request as PEM', async () => armour('CERTIFICATE REQUEST', await certificateRequest())],
    [
      'a request as Windows labels it',
      async () => armour('NEW CERTIFICATE REQUEST', await certificateRequest()),
    ],
    ['a request as DER', certificateRequest],
    ['a request with a wrong label', async () => armour('CERTIFICATE', await certificateRequest())],
  ],
  public_key: [
    ['a public key as PEM', publicKeyPem],
    ['a public key as DER', () => Uint8Array.from(Buffer.from(publicKeyPem().split('\n')[1]!, 'base64'))],
    [
      'an RSA public key (PKCS#1)',
      () =>
        Uint8Array.from(
          generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
            type: 'pkcs1',
            format: 'der',
          }),
        ),
    ],
  ],
  ssh_key: [
    ['an SSH key', () => 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7mQ piet@acme'],
    [
      'an SSH key of another form',
      () => '---- BEGIN SSH2 PUBLIC KEY ----\nAAAAC3NzaC1lZDI1\n---- END SSH2 PUBLIC KEY ----',
    ],
  ],
  pgp: [['a PGP key', () => armour('PGP PUBLIC KEY BLOCK', new Uint8Array(48))]],
  certificate_request_malformed: [
    [
      'a request that is cut off within',
      async () => armour('CERTIFICATE REQUEST', (await certificateRequest()).slice(0, -3)),
    ],
    ['a request without its signature', async () => withoutSignature(await certificateRequest())],
  ],
  several_requests: [
    ['two requests', async () => armour('CERTIFICATE REQUEST', await certificateRequest()).repeat(2)],
    [
      'a request under a wrong label beside a certificate',
      async () => world.leaf.pem + armour('CERTIFICATE', await certificateRequest()),
    ],
  ],
  web_key: [
    ['a public JWK', () => '{ "kty": "EC", "crv": "P-256", "x": "a", "y": "b" }'],
    ['a JWK in other notation', () => 'kty: EC\ncrv: P-256\n'],
    ['a JWK Set without keys', () => '{"keys":[]}'],
  ],
  too_many_keys: [['17 keys', () => JSON.stringify({ keys: Array(17).fill({ kty: 'EC' }) })]],
  json: [
    ['other JSON', () => '{"certificate": true}'],
    ['a list', () => '[1, 2]'],
    ['keys that are none', () => '{"keys": ["a"]}'],
  ],
  json_malformed: [
    ['JSON that is cut off', () => '{"keys": [{"kty": "EC"'],
    ['JSON with a comma too much', () => '{"keys": [],}'],
  ],
  revocation_list: [
    ['a CRL as PEM', async () => armour('X509 CRL', await revocationList())],
    ['a CRL as DER', revocationList],
  ],
  pkcs7_empty: [['a bundle without certificates', () => pkcs7([])]],
  pkcs7_not_der: [
    ['a bundle of indefinite length (BER)', () => inIndefiniteForm(pkcs7([world.leaf.der]))],
    ['a bundle without its end', () => pkcs7([world.leaf.der]).slice(0, -20)],
    ['a bundle without its end, as PEM', () => armour('PKCS7', pkcs7([world.leaf.der]).slice(0, -20))],
  ],
  pkcs7_other: [
    [
      'an encrypted message (RFC 5652 §6)',
      () =>
        encodeDer(
          TAG.sequence,
          encodeOid('1.2.840.113549.1.7.3'),
          encodeDer(0xa0, encodeDer(TAG.sequence, new Uint8Array(200).fill(5, 0, 1))),
        ),
    ],
  ],
  trusted_certificate: [
    ['an OpenSSL trusted certificate', () => armour('TRUSTED CERTIFICATE', world.leaf.der)],
  ],
  key_store: [['a Java key store', () => Uint8Array.of(0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2)]],
  web_page: [['a sign-in page', () => '<!DOCTYPE html>\n<html><title>Sign in</title></html>']],
  utf16: [
    ['UTF-16 with a mark', () => Uint8Array.from(Buffer.from(`\ufeff${world.leaf.pem}`, 'utf16le'))],
    ['UTF-16 without a mark', () => Uint8Array.from(Buffer.from(world.leaf.pem, 'utf16le'))],
    [
      'UTF-16 that was opened as UTF-8',
      () => Buffer.from(`\ufeff${world.leaf.pem}`, 'utf16le').toString('utf8'),
    ],
  ],
  binary_as_text: [['DER that was opened as UTF-8', () => Buffer.from(world.leaf.der).toString('utf8')]],
  printed_certificate: [['a printout', () => 'Certificate:\n    Data:\n        Version: 3 (0x2)\n']],
  thumbprint: [
    ['a thumbprint in hexadecimal', () => 'SHA256 Fingerprint=' + Array<string>(32).fill('A0').join(':')],
    ['an x5t#S256', () => 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0'],
  ],
  pem_cut_off: [
    ['PEM without its end', () => world.leaf.pem.slice(0, 300)],
    ['PEM without its beginning', () => world.leaf.pem.slice(100)],
    ['PEM with lines missing at the end', () => world.leaf.pem.replace(/(?:.{64}\n){2}(?=.*\n-----END)/, '')],
    ['DER without its end', () => world.leaf.der.slice(0, 200)],
  ],
  pem_damaged: [
    ['PEM with a foreign character', () => world.leaf.pem.replace(/\n(.)/, '\n…$1')],
    ['PEM with long hyphens', () => world.leaf.pem.replaceAll('-----', '—')],
    ['PEM with another END line', () => world.leaf.pem.replace('END CERTIFICATE', 'END X509 CRL')],
  ],
  trailing_data: [['DER with more behind it', () => Uint8Array.from([...world.leaf.der, 0])]],
  malformed_certificate: [
    ['another value in DER', () => encodeDer(TAG.sequence, encodeDer(TAG.octetString, new Uint8Array(300)))],
    ['a label without a certificate', () => armour('CERTIFICATE', Uint8Array.of(1, 2, 3))],
  ],
  unknown: [
    ['a sentence', () => 'Please send it by mail.'],
    ['an unknown block', () => armour('EC PARAMETERS', Uint8Array.of(1, 2, 3))],
    ['octets', () => Uint8Array.of(1, 2, 3, 200)],
  ],
};

describe('what is no certificate', () => {
  const cases = Object.entries(FOREIGN).flatMap(([found, list]) =>
    list.map(([name, input]) => [name, found as ForeignContent, input] as const),
  );

  it.each(cases)('is named: %s is %s', async (_name, found, input) => {
    const code = found === 'pkcs12' ? 'PKCS12_REFUSED' : 'NOT_A_CERTIFICATE';
    const insight = await readPastedCertificate(await input());
    expect(insight).toMatchObject({ readable: false, checks: [{ code, found, level: 'block' }] });
    const sentences = insight.checks.flatMap(({ text, remedy }) => [text, remedy]);
    expect(sentences.filter((sentence) => !/^[A-Z][^]{20,}\.$/.test(sentence ?? ''))).toEqual([]);
  });
});
