import { closeSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { extract } from '@holdfast/certificate-insight';
import { readCertificateUpload, type CertificateUpload } from '@holdfast/certificate-validation';
import { jwks, type NewCredential } from '@holdfast/admin-contract';
import { Failure } from './failure.js';
import type { World } from './world.js';

type JsonWebKeySet = NonNullable<NewCredential['jwks']>;

const MAXIMUM_BYTES = 1_048_576;

/** The content of a file that `origin` (an option, a variable, a file) names. Throws a Failure that says which and why. */
export function readInputFile(path: string, origin: string): Buffer {
  let content: Buffer;
  try {
    content = readBounded(path);
  } catch (error) {
    throw new Failure('error', `${origin}: ${path} ${explain(error as NodeJS.ErrnoException)}.`);
  }
  if (content.length <= MAXIMUM_BYTES) return content;
  throw new Failure('error', `${origin}: ${path} is larger than ${MAXIMUM_BYTES} bytes.`);
}

/** What a file that should hold certificates holds. Does NOT judge them. */
export function inspectCertificates(file: string, origin: string, { directory }: World): CertificateUpload {
  const content = readInputFile(resolve(directory, file), origin);
  // A PKCS#7 bundle is opened here: the server takes PEM.
  const extracted = extract(Uint8Array.from(content));
  return readCertificateUpload(extracted.kind === 'pkcs7' ? extracted.ders.map(toPem).join('') : content);
}

/**
 * The certificates of a file as PEM, and nothing else of it: whatever stands around them stays here. Throws a Failure
 * when the file holds something else; a private key is refused before anything is sent.
 */
export function readCertificatesToSend(file: string, origin: string, world: World): string {
  const upload = inspectCertificates(file, origin, world);
  if (upload.read) return upload.certificates.map(({ der }) => toPem(der)).join('');
  throw new Failure('error', `${origin}: ${problemOf(upload, file)}`, ['Nothing was sent.']);
}

/**
 * The JWK Set of a file. Throws a Failure when the file holds something else; a private key is refused before anything
 * is sent. Does NOT judge the keys.
 */
export function readKeySetToSend(file: string, origin: string, { directory }: World): JsonWebKeySet {
  const content = readInputFile(resolve(directory, file), origin);
  const refuse = (problem: string): Failure =>
    new Failure('error', `${origin}: ${problem}`, ['Nothing was sent.']);
  const extracted = extract(Uint8Array.from(content));
  if (extracted.kind === 'refused') {
    const { code, found } = extracted.check;
    if (code === 'PRIVATE_KEY_PRESENT') throw refuse(privateKeyIn(file));
    if (found === 'too_large' || found === 'json_malformed')
      throw refuse(`${file} cannot be used. ${extracted.check.text}`);
  }
  const read = jwks.safeParse(parseJson(content.toString('utf8')));
  if (read.success) return read.data;
  throw refuse(
    `${file} is not a JWK Set: JSON like {"keys":[{"kty":"EC","x5c":["MII..."]}]} (RFC 7517 section 5).`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is wrong with the content of a certificate file, as a sentence that names it. */
export function problemOf(upload: Extract<CertificateUpload, { read: false }>, file: string): string {
  if (upload.code === 'private_key_present') {
    return privateKeyIn(file);
  }
  return `${file} cannot be used. ${upload.problem}`;
}

const privateKeyIn = (file: string): string =>
  `${file} holds a private key. Keep it to yourself, and give a file with the certificate only.`;

/** At most one byte more than is allowed, so that a device or a pipe without an end is no trap. */
function readBounded(path: string): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(MAXIMUM_BYTES + 1);
    let length = 0;
    for (;;) {
      const count = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (count === 0) return buffer.subarray(0, length);
      length += count;
    }
  } finally {
    closeSync(descriptor);
  }
}

function explain({ code, message }: NodeJS.ErrnoException): string {
  return REASONS[code ?? ''] ?? `cannot be read: ${message}`;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'cannot be read: permission denied',
  EPERM: 'cannot be read: permission denied',
  EISDIR: 'is a directory, not a file',
};

function toPem(der: Uint8Array): string {
  const base64 = Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
}
