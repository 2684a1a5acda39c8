import 'reflect-metadata';
import { KeyObject, randomBytes, sign } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { decodeChildren, encodeDer, TAG } from './der.js';
import { toExtensions, type ExtensionOptions } from './extensions.js';
import {
  generateKeys,
  toPrivateKeyPem,
  toPublicKeyDer,
  type KeyAlgorithm,
  type KeyPair,
  type SignatureHash,
} from './keys.js';

export interface IssuedCertificate {
  readonly der: Uint8Array;
  readonly pem: string;
  /** PKCS#8, unencrypted. */
  readonly privateKeyPem: string;
  readonly keys: KeyPair;
  /** The subject's Name, DER. */
  readonly subjectDer: Uint8Array;
}

export interface CertificateOptions extends ExtensionOptions {
  /**
   * RFC 4514 text, so most specific RDN first (`CN=partner-1,O=Acme`), or a Name as DER for anything that
   * text cannot say (string types, empty names).
   */
  readonly subject: string | Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Hexadecimal; 16 random octets if absent. */
  readonly serial?: string;
  readonly keyAlgorithm?: KeyAlgorithm;
  /** An existing key pair instead of a fresh one: re-issue, key rollover. */
  readonly keys?: KeyPair;
  /** Another SubjectPublicKeyInfo than that of `keys`: keys that no test can generate here. */
  readonly publicKeyDer?: Uint8Array;
  readonly signatureHash?: SignatureHash;
  /** Changes the TBSCertificate before it is signed: for certificates that no well-behaved encoder makes. */
  readonly tamper?: (tbs: Uint8Array) => Uint8Array;
}

export interface Signer {
  readonly subjectDer: Uint8Array;
  readonly keys: KeyPair;
}

/** Makes one certificate. Without a signer it is self-signed. */
export async function makeCertificate(
  options: CertificateOptions,
  signer?: Signer,
): Promise<IssuedCertificate> {
  const keys = options.keys ?? (await generateKeys(options.keyAlgorithm));
  const subject = toName(options.subject);
  const subjectDer = new Uint8Array(subject.toArrayBuffer());
  const signingKey = (signer?.keys ?? keys).privateKey;
  const issued = await x509.X509CertificateGenerator.create({
    serialNumber: options.serial ?? randomSerial(),
    subject,
    issuer: signer === undefined ? subject : toName(signer.subjectDer),
    notBefore: options.notBefore,
    notAfter: options.notAfter,
    publicKey: Uint8Array.from(options.publicKeyDer ?? toPublicKeyDer(keys)),
    signingKey,
    signingAlgorithm: { name: signingKey.algorithm.name, hash: options.signatureHash ?? 'SHA-256' },
    extensions: toExtensions(options),
  });
  const encoded = new Uint8Array(issued.rawData);
  const der = options.tamper === undefined ? encoded : resign(encoded, options.tamper, signingKey, options);
  return { der, pem: toPem(der), privateKeyPem: toPrivateKeyPem(keys), keys, subjectDer };
}

/** DER as a PEM CERTIFICATE block. */
export function toPem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** The same certificate with one bit of its signature flipped. */
export function corruptSignature(der: Uint8Array): Uint8Array {
  const corrupted = Uint8Array.from(der);
  corrupted[corrupted.length - 1]! ^= 0x01;
  return corrupted;
}

function resign(
  der: Uint8Array,
  tamper: (tbs: Uint8Array) => Uint8Array,
  signingKey: KeyPair['privateKey'],
  options: CertificateOptions,
): Uint8Array {
  const [tbs, algorithm] = decodeChildren(der) as [Uint8Array, Uint8Array, Uint8Array];
  const changed = tamper(tbs);
  const hash =
    signingKey.algorithm.name === 'Ed25519'
      ? null
      : (options.signatureHash ?? 'SHA-256').replace('-', '').toLowerCase();
  const signature = sign(hash, changed, KeyObject.from(signingKey));
  return encodeDer(
    TAG.sequence,
    changed,
    algorithm,
    encodeDer(TAG.bitString, Uint8Array.of(0), Uint8Array.from(signature)),
  );
}

/** RFC 4514 §2.1 writes the RDNs in reverse of the encoding; the library's own text form does not. */
function toName(subject: string | Uint8Array): x509.Name {
  if (typeof subject !== 'string') return new x509.Name(Uint8Array.from(subject));
  return new x509.Name(new x509.Name(subject).toJSON().reverse());
}

function randomSerial(): string {
  const octets = randomBytes(16);
  octets[0] = (octets[0]! & 0x7f) | 0x40;
  return octets.toString('hex');
}
