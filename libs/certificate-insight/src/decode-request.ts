// Must stand first: the library below needs it while it loads.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { readExtensions, type ExtensionFacts } from './decode-certificate.js';
import { childrenOf, readDer } from './der.js';
import { readDistinguishedName, type DistinguishedName } from './distinguished-name.js';
import { sha256, toBase64Url, toPem } from './octets.js';
import { readPublicKey, type PublicKeyFacts } from './public-key.js';
import { readSignatureAlgorithm, type SignatureFacts } from './signature-algorithm.js';

/** What a certificate signing request asks for (RFC 2986 §4). The authority decides what becomes of it. */
export interface DecodedRequest extends ExtensionFacts {
  readonly subject: DistinguishedName;
  readonly key: PublicKeyFacts;
  readonly signature: SignatureFacts;
  /**
   * Whether whoever made it has the private key: its signature is by the key in it. `unknown` for kinds of key that Web
   * Crypto does not know here.
   */
  readonly possession: 'proven' | 'not_proven' | 'unknown';
  /** SHA-256 of SubjectPublicKeyInfo, base64url: that of every certificate that will be made from it. */
  readonly keyThumbprint: string;
  readonly der: Uint8Array;
  /** One block, freshly written: nothing that stood around the request is in it. */
  readonly pem: string;
}

/** Decodes one certificate signing request (DER), and verifies its signature; `undefined` if it is malformed. */
export async function decodeRequest(der: Uint8Array): Promise<DecodedRequest | undefined> {
  try {
    return await decode(Uint8Array.from(der));
  } catch {
    return undefined;
  }
}

async function decode(der: Uint8Array<ArrayBuffer>): Promise<DecodedRequest> {
  const request = new x509.Pkcs10CertificateRequest(der);
  const [, signatureAlgorithm] = childrenOf(readDer(der));
  const spki = new Uint8Array(request.publicKey.rawData);
  return {
    subject: readDistinguishedName(new Uint8Array(request.subjectName.toArrayBuffer())),
    key: readPublicKey(spki),
    signature: readSignatureAlgorithm(signatureAlgorithm),
    ...readExtensions(request),
    possession: await possessionOf(request),
    keyThumbprint: toBase64Url(await sha256(spki)),
    der,
    pem: toPem(der, 'CERTIFICATE REQUEST'),
  };
}

async function possessionOf(request: x509.Pkcs10CertificateRequest): Promise<DecodedRequest['possession']> {
  const { publicKey, signatureAlgorithm } = request;
  try {
    await publicKey.export({ ...publicKey.algorithm, ...signatureAlgorithm }, ['verify']);
  } catch {
    return 'unknown';
  }
  // A signature that has not even the form of one proves nothing either.
  return (await request.verify().catch(() => false)) ? 'proven' : 'not_proven';
}
