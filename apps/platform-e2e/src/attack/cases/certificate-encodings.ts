import { generateKeyPairSync } from 'node:crypto';
import {
  createSelfSigned,
  decodeChildren,
  encodeDer,
  encodeName,
  TAG,
  toPem,
  type IssuedCertificate,
  type LeafOptions,
  type RawExtension,
} from '@holdfast/test-pki';
import { makeSelfSigned, validNow } from '../../harness/identity.js';
import { ACCEPTED, invalidClient, type AttackCase, type Attempt, type Expected } from '../attack-case.js';
import type { AttackWorld } from '../attack-world.js';
import { ClientPaths } from './certificate-paths.js';
import { registrationAttempt } from './name-matching.js';

/** Lets our own side present what nobody should present any more. */
const ANYTHING = { ciphers: 'DEFAULT:@SECLEVEL=0' };

const UNPARSABLE = invalidClient('certificate_unparsable');
const PATH_INVALID = invalidClient('path_invalid');

const octets = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const NULL = encodeDer(TAG.null);
const UNKNOWN_CRITICAL: RawExtension = { oid: '1.3.6.1.4.1.99999.7', critical: true, value: NULL };
/** Beside the one that every certificate has already. */
const KEY_USAGE_AGAIN: RawExtension = {
  oid: '2.5.29.15',
  critical: true,
  value: encodeDer(0x03, Uint8Array.of(7, 0x80)),
};

const SERIAL_NUMBER = 1;
const withSerial =
  (serial: Uint8Array) =>
  (tbs: Uint8Array): Uint8Array =>
    encodeDer(
      TAG.sequence,
      ...decodeChildren(tbs).map((field, at) =>
        at === SERIAL_NUMBER ? encodeDer(TAG.integer, serial) : field,
      ),
    );

/** Without version and extensions, as X.509 was in 1988. */
const asVersion1 = (tbs: Uint8Array): Uint8Array =>
  encodeDer(TAG.sequence, ...decodeChildren(tbs).filter(([tag]) => tag !== 0xa0 && tag !== 0xa3));

/** Certificates that RFC 5280 §4.1 does not allow, and that OpenSSL puts through a handshake all the same. */
const MALFORMED: Readonly<Record<string, Partial<LeafOptions>>> = {
  'negative serial': { tamper: withSerial(Uint8Array.of(0x80)) },
  'serial of 21 octets': { tamper: withSerial(new Uint8Array(21).fill(0x11)) },
  'version 1': { tamper: asVersion1 },
  'empty subjectAltName': { extensions: [{ oid: '2.5.29.17', value: encodeDer(TAG.sequence) }] },
  'control character in a subjectAltName': {
    extensions: [
      { oid: '2.5.29.17', value: encodeDer(TAG.sequence, encodeDer(0x82, octets('a\0.example'))) },
    ],
  },
  'extension twice': { extensions: [KEY_USAGE_AGAIN] },
};

/** §3.2 of the catalogue: what the certificates themselves must be. */
export const CERTIFICATE_ENCODINGS: readonly AttackCase[] = [
  {
    id: 'CV-13',
    title: 'refuses weak keys and signatures anywhere in the chain, and at registration',
    source: 'RFC 9325 §4.5; x509-limbo webpki forbidden',
    attempts: async (world) => [...(await weakLeaves(world)), ...(await weakIssuers(world))],
  },
  {
    id: 'CV-37',
    title: 'refuses uploads that are not one certificate, and stores nothing',
    source: 'X.690 §10.1; ASVS 1.5.2',
    attempts: async (world) => {
      const { der, pem, privateKeyPem } = await makeSelfSigned('CN=cv-37');
      const other = await makeSelfSigned('CN=cv-37 b');
      const upload = (certificate: string): Promise<Attempt> => registrationAttempt(world, { certificate });
      const uploads = [
        await upload(toPem(Uint8Array.from(Buffer.concat([der, octets('x')])))),
        await upload(toPem(Uint8Array.from(Buffer.concat([der, other.der])))),
        await upload(toPem(indefinite(der))),
        await upload(pem + other.pem),
        { ...(await upload(pem + privateKeyPem)), secret: privateKeyPem.split('\n')[1]! },
        await upload(privateKeyPem.replaceAll('PRIVATE KEY', 'CERTIFICATE')),
        await upload(pem.slice(0, -40)),
      ];
      return [...uploads, ...uploads.map(notStored)];
    },
  },
  {
    id: 'CV-38',
    title: 'refuses certificates that are malformed, or say what is not understood',
    source: 'RFC 5280 §4.1.2.1, §4.1.2.2, §4.2; x509-limbo serial, v1-cert',
    attempts: async (world) => [...(await malformedCertificates(world)), ...(await notUnderstood(world))],
  },
];

/** Asks for the client that a refused registration would have made. */
function notStored({ name, send, ...attempt }: Attempt): Attempt {
  if (send instanceof Uint8Array) throw new Error('a registration is a request');
  const { id } = JSON.parse(String(send.body)) as { id: string };
  const headers = send.headers?.filter(([header]) => header === 'Authorization') ?? [];
  const target = `/api/v1/clients/${id}`;
  return { ...attempt, name: `${name}: not stored`, send: { target, headers }, expected: { status: 404 } };
}

/** BER that is no DER (X.690 §8.1.3.6): the same contents behind an indefinite length. */
function indefinite(der: Uint8Array): Uint8Array {
  return Uint8Array.from(
    Buffer.concat([Uint8Array.of(0x30, 0x80), ...decodeChildren(der), new Uint8Array(2)]),
  );
}

async function weakLeaves(world: AttackWorld): Promise<readonly Attempt[]> {
  const paths = new ClientPaths(world);
  const pinned = (change: Partial<LeafOptions>): Promise<IssuedCertificate> =>
    createSelfSigned({ subject: 'CN=cv-13', ...validNow(), ...change });
  const weak: Readonly<Record<string, [Partial<LeafOptions>, string]>> = {
    'RSA-1024': [{ keyAlgorithm: 'RSA-1024' }, 'certificate_key_weak'],
    'SHA-1': [{ signatureHash: 'SHA-1' }, 'certificate_signature_weak'],
  };
  const attempts = Object.entries(weak).map(async ([name, [change, reason]]) => [
    {
      ...paths.attempt(`${name} leaf`, [await paths.leaf(paths.root, change)], invalidClient(reason)),
      tls: ANYTHING,
    },
    await registrationAttempt(world, { certificate: (await pinned(change)).pem }),
  ]);
  return [
    ...(await Promise.all(attempts)).flat(),
    await registrationAttempt(world, { certificate: (await pinned({ publicKeyDer: p192() })).pem }),
  ];
}

async function weakIssuers(world: AttackWorld): Promise<readonly Attempt[]> {
  const paths = new ClientPaths(world);
  const through = async (...args: Parameters<ClientPaths['through']>): Promise<Attempt> => ({
    ...(await paths.through(...args)),
    tls: ANYTHING,
  });
  return [
    await through('RSA-2048 issuer', { keyAlgorithm: 'RSA-2048' }, ACCEPTED),
    await through('RSA-1024 issuer', { keyAlgorithm: 'RSA-1024' }, PATH_INVALID),
    await through('SHA-1 on the issuer', { signatureHash: 'SHA-1' }, PATH_INVALID),
    await through('P-192 issuer', { publicKeyDer: p192() }, PATH_INVALID),
  ];
}

/** SubjectPublicKeyInfo on a curve that is too small. */
function p192(): Uint8Array {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime192v1' });
  return Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }));
}

async function malformedCertificates(world: AttackWorld): Promise<readonly Attempt[]> {
  const paths = new ClientPaths(world);
  const attempts = Object.entries(MALFORMED).map(async ([name, change]) => [
    paths.attempt(`${name} in the leaf`, [await paths.leaf(paths.root, change)], UNPARSABLE),
    // What cannot be read stands on no path.
    await paths.through(`${name} in the issuer`, change, issuerExpected(name)),
    await registrationAttempt(world, {
      certificate: (await createSelfSigned({ subject: 'CN=cv-38', ...validNow(), ...change })).pem,
    }),
  ]);
  return (await Promise.all(attempts)).flat();
}

/** A version 1 issuer can be read, and may not issue. */
const issuerExpected = (name: string): Expected =>
  invalidClient(name === 'version 1' ? 'issuer_invalid' : 'issuer_unknown');

async function notUnderstood(world: AttackWorld): Promise<readonly Attempt[]> {
  const paths = new ClientPaths(world);
  const nobody = await paths.leaf(paths.root, { subject: encodeName() });
  const tolerated: RawExtension = { ...UNKNOWN_CRITICAL, critical: false };
  const leafWith = async (name: string, extension: RawExtension, expected: Expected): Promise<Attempt> =>
    paths.attempt(name, [await paths.leaf(paths.root, { extensions: [extension] })], expected);
  const unused = await paths.intermediate({ extensions: [UNKNOWN_CRITICAL] });
  return [
    paths.attempt('empty subject', [nobody], invalidClient('certificate_not_registered')),
    await leafWith('unknown extension', tolerated, ACCEPTED),
    await leafWith(
      'unknown critical extension',
      UNKNOWN_CRITICAL,
      invalidClient('certificate_extension_unsupported'),
    ),
    await paths.through('unknown extension in the issuer', { extensions: [tolerated] }, ACCEPTED),
    await paths.through(
      'unknown critical extension in the issuer',
      { extensions: [UNKNOWN_CRITICAL] },
      PATH_INVALID,
    ),
    paths.attempt(
      'unknown critical extension beside the path',
      [await paths.leaf(paths.root), unused],
      ACCEPTED,
    ),
  ];
}
