import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { TlsFailure, type IdentityFailureCode } from './errors.js';
import type { Pem, PartnerClientOptions } from './options.js';

/** A certificate and the key that fits it: PEM. */
export interface Identity {
  readonly certificate: Pem;
  readonly privateKey: Pem;
}

/** Where certificate and key come from; read anew on each call. Throws a TlsFailure when a file cannot be read. */
export function identitySource(options: PartnerClientOptions): () => Identity {
  const { certificateFile, privateKeyFile, certificate, privateKey } = options;
  if (certificateFile !== undefined && privateKeyFile !== undefined) {
    return () => ({ certificate: read(certificateFile), privateKey: read(privateKeyFile) });
  }
  const given = { certificate: certificate ?? '', privateKey: privateKey ?? '' };
  return () => given;
}

/** Certificate and key belong together. Throws a TlsFailure. Does NOT check dates or who issued it: the server does. */
export function requireMatching({ certificate, privateKey }: Identity): void {
  const leaf = parseCertificate(certificate);
  if (!leaf.checkPrivateKey(parseKey(privateKey))) {
    throw failure(
      'key_does_not_fit',
      'The private key is not that of the certificate.',
      'The first certificate of the file has to be your own, with the key that its request was made with.',
    );
  }
}

/** Whether two identities are made of the same octets. */
export function isSame(one: Identity, other: Identity): boolean {
  return (
    Buffer.from(one.certificate).equals(Buffer.from(other.certificate)) &&
    Buffer.from(one.privateKey).equals(Buffer.from(other.privateKey))
  );
}

const failure = (code: IdentityFailureCode, what: string, remedy: string, cause?: unknown): TlsFailure =>
  new TlsFailure(code, what, remedy, cause);

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw failure(
      'file_unreadable',
      `${file} cannot be read (${code ?? message}).`,
      'Check the path, and that the user of this process may read it.',
      error,
    );
  }
}

function parseCertificate(pem: Pem): X509Certificate {
  try {
    if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new Error('no PEM');
    return new X509Certificate(pem);
  } catch (error) {
    throw failure(
      'certificate_unreadable',
      'What is given as the certificate holds none.',
      'It has to be PEM: -----BEGIN CERTIFICATE-----.',
      error,
    );
  }
}

function parseKey(pem: Pem): KeyObject {
  if (/ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(String(pem))) {
    throw failure(
      'key_encrypted',
      'The private key is encrypted.',
      'Give it decrypted; it is made so by: openssl pkey -in FILE -out NEW-FILE.',
    );
  }
  try {
    return createPrivateKey(pem);
  } catch {
    // Without the cause: nothing of a key belongs into a log.
    throw failure(
      'key_unreadable',
      'What is given as the private key holds none.',
      'It has to be PEM: -----BEGIN PRIVATE KEY-----.',
    );
  }
}
