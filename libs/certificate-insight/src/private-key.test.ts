import {
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  type PrivateKeyExportOptions,
} from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { pastedWorld, type PastedWorld } from './testing/pasted-world.js';
import { holdsPrivateKey } from './private-key.js';
import { readPastedCertificate } from './read-pasted-certificate.js';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const ed = generateKeyPairSync('ed25519').privateKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

const pem = (key: KeyObject, type: 'pkcs8' | 'sec1' | 'pkcs1'): string =>
  String(key.export({ type, format: 'pem' } as PrivateKeyExportOptions));
const der = (key: KeyObject, type: 'pkcs8' | 'sec1' | 'pkcs1'): Uint8Array =>
  Uint8Array.from(key.export({ type, format: 'der' } as PrivateKeyExportOptions) as Buffer);
const encrypted = (key: KeyObject, type: 'pkcs8' | 'pkcs1', format: 'pem' | 'der'): string | Buffer =>
  key.export({
    type,
    format,
    cipher: 'aes-256-cbc',
    passphrase: 'secret',
  } as PrivateKeyExportOptions) as Buffer;
const jwk = JSON.stringify(ec.export({ format: 'jwk' }), null, 2);
const base64 = (octets: Uint8Array | string): string => Buffer.from(octets).toString('base64');
const utf16 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(`\ufeff${text}`, 'utf16le'));

const KEYS: readonly (readonly [name: string, input: string | Uint8Array])[] = [
  ['PKCS#8 in PEM', pem(ec, 'pkcs8')],
  ['SEC 1 in PEM (RFC 5915)', pem(ec, 'sec1')],
  ['PKCS#1 in PEM', pem(rsa, 'pkcs1')],
  ['encrypted PKCS#8 in PEM', String(encrypted(ec, 'pkcs8', 'pem'))],
  ['encrypted PKCS#1 in PEM with its headers', String(encrypted(rsa, 'pkcs1', 'pem'))],
  ['PEM with CRLF', pem(ec, 'pkcs8').replaceAll('\n', '\r\n')],
  ['PEM that was cut off', pem(rsa, 'pkcs8').slice(0, 200)],
  ['PEM with hyphens that a word processor changed', pem(ec, 'pkcs8').replaceAll('-----', '—–')],
  ['PEM in one line of JSON', JSON.stringify({ key: pem(ec, 'pkcs8') })],
  ['PEM as UTF-16', utf16(pem(ec, 'pkcs8'))],
  ['PEM inside base64, as in a Kubernetes Secret', `data:\n  tls.key: ${base64(pem(ec, 'pkcs8'))}\n`],
  ['an OpenSSH key', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n'],
  ['a PuTTY key', 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n'],
  ['PKCS#8 as DER', der(ec, 'pkcs8')],
  ['SEC 1 as DER', der(ec, 'sec1')],
  ['PKCS#1 as DER', der(rsa, 'pkcs1')],
  ['Ed25519 as DER', der(ed, 'pkcs8')],
  ['Ed25519 as base64 without armour', base64(der(ed, 'pkcs8'))],
  [
    'an XML key of .NET',
    `<RSAKeyValue><Modulus>AQAB</Modulus><D>${base64(der(rsa, 'pkcs1'))}</D></RSAKeyValue>`,
  ],
  ['encrypted PKCS#8 as DER', Uint8Array.from(encrypted(ec, 'pkcs8', 'der') as Buffer)],
  ['PKCS#8 as base64 without armour', base64(der(rsa, 'pkcs8'))],
  ['PKCS#8 under the label of a certificate', pem(ec, 'pkcs8').replaceAll('PRIVATE KEY', 'CERTIFICATE')],
  [
    'PKCS#8 under the label of a certificate, inside base64',
    base64(pem(ec, 'pkcs8').replaceAll('PRIVATE KEY', 'CERTIFICATE')),
  ],
  ['a JWK with its private part', jwk],
  ['a JWK in one line of escaped JSON', JSON.stringify({ jwk: JSON.stringify(JSON.parse(jwk)) })],
  ['a symmetric JWK', '{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T"}'],
];

/** Every run of eight characters of the secret, in each of its spellings. */
function piecesOf(input: string | Uint8Array): Set<string> {
  const text = typeof input === 'string' ? input : base64(input);
  const secret = text.replaceAll(/-----[^-]*-----|\s/g, '');
  return new Set(Array.from({ length: Math.max(0, secret.length - 7) }, (_, at) => secret.slice(at, at + 8)));
}

describe('a private key', () => {
  let world: PastedWorld;
  beforeAll(async () => {
    world = await pastedWorld();
  });

  it.each(KEYS)('is refused first, and never repeated: %s', async (_name, input) => {
    const insight = await readPastedCertificate(input);
    expect(insight).toMatchObject({
      readable: false,
      checks: [{ code: 'PRIVATE_KEY_PRESENT', level: 'block' }],
    });
    const told = JSON.stringify(insight);
    expect([...piecesOf(input)].filter((piece) => told.includes(piece))).toEqual([]);
  });

  const asText = KEYS.filter(([, input]) => typeof input === 'string');
  it.each(asText)('is refused beside a certificate too, before or after it: %s', async (_name, input) => {
    for (const text of [world.leaf.pem + input, `${input}\n${world.leaf.pem}`]) {
      const insight = await readPastedCertificate(text);
      expect(Object.keys(insight).sort()).toEqual(['checks', 'readable']);
      expect(insight.checks.map(({ code }) => code)).toEqual(['PRIVATE_KEY_PRESENT']);
    }
  });

  it('is not seen where there is none', () => {
    const publicJwk = JSON.stringify(createPrivateKey(pem(ec, 'pkcs8')).export({ format: 'jwk' }), [
      'kty',
      'crv',
      'x',
      'y',
    ]);
    const harmless = [
      world.leaf.pem,
      'Never paste a private key here.',
      publicJwk,
      world.leaf.der,
      base64(world.leaf.der),
      `Subject: CN=d\nkey: d\n${world.leaf.pem}`,
    ];
    const seen = harmless.filter((input) => holdsPrivateKey(Uint8Array.from(Buffer.from(input as string))));
    expect(seen).toEqual([]);
  });
});
