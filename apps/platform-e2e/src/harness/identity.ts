import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CertificateFiles } from '@holdfast/stack';
import {
  createAuthority,
  createSelfSigned,
  type Authority,
  type IssuedCertificate,
} from '@holdfast/test-pki';
import { newDirectory } from './run-directory.js';
import type { Identity } from './wire.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** From a few minutes ago for some hours: for everything whose dates do not matter. */
export function validNow(): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - 5 * MINUTE_MS), notAfter: new Date(Date.now() + 12 * HOUR_MS) };
}

/** What a client presents: its certificate, then its issuers. */
export function toIdentity(leaf: IssuedCertificate, ...issuers: readonly IssuedCertificate[]): Identity {
  return {
    certificate: [leaf, ...issuers].map(({ pem }) => pem).join(''),
    privateKey: leaf.privateKeyPem,
  };
}

/** The certificate and key in two files. */
export function readIdentity({ certificateFile, privateKeyFile }: CertificateFiles): Identity {
  return {
    certificate: readFileSync(certificateFile, 'utf8'),
    privateKey: readFileSync(privateKeyFile, 'utf8'),
  };
}

/** The identity as files, for programs that take nothing else. */
export function writeIdentity({ certificate, privateKey }: Identity): CertificateFiles {
  const directory = newDirectory('identity');
  const files = {
    certificateFile: join(directory, 'client.pem'),
    privateKeyFile: join(directory, 'client.key'),
  };
  writeFileSync(files.certificateFile, certificate);
  writeFileSync(files.privateKeyFile, privateKey, { mode: 0o600 });
  return files;
}

/** A self-signed client certificate. */
export function makeSelfSigned(subject: string): Promise<IssuedCertificate> {
  return createSelfSigned({ subject, extendedKeyUsage: ['clientAuth'], ...validNow() });
}

/** A root authority. */
export function makeRoot(subject: string): Promise<Authority> {
  return createAuthority({ subject, ...validNow() });
}

/** A leaf for client authentication. */
export function issueLeaf(authority: Authority, subject: string): Promise<IssuedCertificate> {
  return authority.issue({ subject, extendedKeyUsage: ['clientAuth'], ...validNow() });
}

/** SHA-256 of the certificate, base64url: what stands as `x5t#S256` (RFC 8705 §3.1). */
export function thumbprintOf({ der }: IssuedCertificate): string {
  return createHash('sha256').update(der).digest('base64url');
}

/** A name that no other test has. */
export function uniqueName(label: string): string {
  return `${label}-${randomBytes(4).toString('hex')}`;
}
