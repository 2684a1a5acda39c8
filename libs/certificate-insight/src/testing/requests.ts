import 'reflect-metadata';
import { generateKeys, type KeyPair } from '@holdfast/test-pki';
import * as x509 from '@peculiar/x509';

/** What may differ from a sound request. */
export interface RequestChange {
  /** RFC 4514; empty for none. */
  readonly subject?: string;
  readonly keys?: KeyPair;
  readonly hash?: 'SHA-1' | 'SHA-256';
  readonly extensions?: x509.Extension[];
}

export const ASKED_NAMES = new x509.SubjectAlternativeNameExtension([
  { type: 'dns', value: 'pay.acme.example' },
]);
export const ASKED_USE = new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.2']);

/** A request (RFC 2986), DER. */
export async function makeRequest(change: RequestChange = {}): Promise<Uint8Array> {
  const keys = change.keys ?? (await generateKeys());
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    ...(change.subject !== '' && { name: change.subject ?? 'C=GB,O=Acme,CN=payments' }),
    keys,
    signingAlgorithm: { name: keys.privateKey.algorithm.name, hash: change.hash ?? 'SHA-256' },
    extensions: change.extensions ?? [ASKED_NAMES, ASKED_USE],
  });
  return new Uint8Array(request.rawData);
}
