import {
  X509Certificate,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
} from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  authorityFrom,
  createAuthority,
  createSelfSigned,
  decodeChildren,
  type Authority,
  type IssuedCertificate,
} from '@holdfast/test-pki';
import { makePrivateDirectory, readOrMakePrivateFile, writePrivateFile } from './private-files.js';

/** One certificate with its chain (PEM, leaf first) and its private key (PKCS#8 PEM). */
export interface CertificateFiles {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
}

/** The name of the file with the key-encryption key, in the directory of the PKI. */
export const KEY_ENCRYPTION_KEY_FILE = 'key-encryption-key';

/** The certificates and keys of one development stack, as files. */
export interface DevelopmentPki {
  readonly directory: string;
  /** What clients trust the platform's servers by. */
  readonly serverCaFile: string;
  readonly server: CertificateFiles;
  /** Self-signed: the operator's client is pinned to it. */
  readonly operator: CertificateFiles;
  /** The demo partner with a certificate authority of its own: the root is its trust anchor. */
  readonly acme: CertificateFiles & { readonly anchorFile: string; readonly subjectDn: string };
  /** Another application of that partner, under the same root. */
  readonly acmeFreight: CertificateFiles & { readonly subjectDn: string };
  /** The demo partner with a self-signed certificate. */
  readonly beta: CertificateFiles;
  /** What the gateway shows to the API behind it and to the token service, the key of its assertions, and that key for others to verify with. */
  readonly gateway: CertificateFiles & { readonly identityKeyFile: string; readonly keysFile: string };
  /** Self-signed: what the sample API reads the deny feed with. The gateway does so with its own. */
  readonly ordersApi: CertificateFiles;
  /** Self-signed: the same for the API of the second provider. */
  readonly freightApi: CertificateFiles;
  /** 32 random octets, base64: encrypts the signing keys in the database. */
  readonly keyEncryptionKeyFile: string;
  /** What was missing or about to expire and has been made now, in words. */
  readonly made: readonly string[];
}

export interface DevelopmentPkiOptions {
  readonly directory: string;
  /** Names of the servers beside localhost, 127.0.0.1 and ::1. */
  readonly dnsNames: readonly string[];
  readonly now: Date;
}

const DEVELOPMENT_SERVERS = 'CN=Holdfast development servers';
const ACME_SUBJECT = 'CN=acme-orders,O=Acme Ltd,C=SE';
const ACME_FREIGHT_SUBJECT = 'CN=acme-freight,O=Acme Ltd,C=SE';
const DAY_MS = 86_400_000;
const RENEW_BEFORE_MS = 30 * DAY_MS;
/** A peer whose clock is a little behind still takes a certificate that was made this moment. */
const CLOCK_SKEW_MS = 5 * 60_000;
const LEAF_DAYS = 397;
/** A pinned certificate that changes has to be registered anew, so it lives as long as an authority. */
const AUTHORITY_DAYS = 3650;

/**
 * Makes whatever is missing, broken or within 30 days of its end; leaves the rest as it is. Every file is readable by
 * its owner only. Good for a development stack: the keys lie unprotected on the disk.
 */
export async function ensureDevelopmentPki(options: DevelopmentPkiOptions): Promise<DevelopmentPki> {
  const { directory } = options;
  makePrivateDirectory(directory);
  const pki = developmentPkiIn(directory);
  readOrMakePrivateFile(pki.keyEncryptionKeyFile, () => randomBytes(32).toString('base64'));
  const steps: [name: string, make: Promise<boolean>][] = [
    ['server certificate', ensureServer(pki.serverCaFile, pki.server, DEVELOPMENT_SERVERS, options)],
    ['operator certificate', ensureSelfSigned(pki.operator, 'CN=holdfast-operator,O=Holdfast', options.now)],
    ['acme certificate', ensureAcme(pki, options.now)],
    ['beta certificate', ensureSelfSigned(pki.beta, 'CN=beta-sync,O=Beta AG,C=CH', options.now)],
    ['gateway certificate', ensureSelfSigned(pki.gateway, 'CN=holdfast-gateway,O=Holdfast', options.now)],
    [
      'sample API certificate',
      ensureSelfSigned(pki.ordersApi, 'CN=holdfast-orders-api,O=Holdfast', options.now),
    ],
    ['freight API certificate', ensureSelfSigned(pki.freightApi, 'CN=freight-api,O=Freight Co', options.now)],
  ];
  ensureGatewayKey(pki.gateway);
  const made = [];
  for (const [name, make] of steps) if (await make) made.push(name);
  return { ...pki, made };
}

/** Where the files of a development PKI are. Does NOT look whether they are there. */
export function developmentPkiIn(directory: string): Omit<DevelopmentPki, 'made'> {
  const at = (name: string): string => join(directory, name);
  return {
    directory,
    serverCaFile: at('server-ca.pem'),
    server: pairAt(directory, 'server'),
    operator: pairAt(directory, 'operator'),
    acme: {
      ...pairAt(directory, 'acme-orders'),
      anchorFile: at('acme-root-ca.pem'),
      subjectDn: ACME_SUBJECT,
    },
    acmeFreight: { ...pairAt(directory, 'acme-freight'), subjectDn: ACME_FREIGHT_SUBJECT },
    beta: pairAt(directory, 'beta-sync'),
    gateway: {
      ...pairAt(directory, 'gateway'),
      identityKeyFile: at('gateway-identity.key.pem'),
      keysFile: at('gateway-keys.json'),
    },
    ordersApi: pairAt(directory, 'orders-api'),
    freightApi: pairAt(directory, 'freight-api'),
    keyEncryptionKeyFile: at(KEY_ENCRYPTION_KEY_FILE),
  };
}

/**
 * A server certificate for localhost and these names, and the authority that it is known by, if they are not there. Resolves to
 * whether it made them. The authority's key is never stored: nobody can misuse it.
 */
export async function ensureServer(
  caFile: string,
  files: CertificateFiles,
  authoritySubject: string,
  { dnsNames, now }: Pick<DevelopmentPkiOptions, 'dnsNames' | 'now'>,
): Promise<boolean> {
  const names = ['localhost', ...dnsNames];
  const leaf = usableCertificate(files, now);
  const isCovered = names.every((name) => leaf?.checkHost(name) !== undefined);
  if (leaf !== undefined && isCovered && isIssuedBy(leaf, caFile)) return false;

  const authority = await createAuthority({
    subject: authoritySubject,
    ...validity(now, LEAF_DAYS),
  });
  const server = await authority.issue({
    subject: 'CN=localhost',
    san: { dns: names, ip: ['127.0.0.1', '::1'] },
    extendedKeyUsage: ['serverAuth'],
    ...validity(now, LEAF_DAYS),
  });
  writePrivateFile(caFile, authority.pem);
  writePair(files, server.pem, server);
  return true;
}

/** A self-signed client certificate, if it is not there. Resolves to whether it made it. */
export async function ensureSelfSigned(
  files: CertificateFiles,
  subject: string,
  now: Date,
): Promise<boolean> {
  if (usableCertificate(files, now) !== undefined) return false;
  const made = await createSelfSigned({
    subject,
    extendedKeyUsage: ['clientAuth'],
    ...validity(now, AUTHORITY_DAYS),
  });
  writePair(files, made.pem, made);
  return true;
}

/** The key of the gateway's assertions, and its JWK Set; RFC 7638 gives the name that the gateway gives it too. */
function ensureGatewayKey({ identityKeyFile, keysFile }: DevelopmentPki['gateway']): void {
  const pem = readOrMakePrivateFile(identityKeyFile, () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
  );
  const { crv, kty, x, y } = createPublicKey(pem).export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  writePrivateFile(keysFile, JSON.stringify({ keys: [{ crv, kty, x, y, kid, alg: 'ES256', use: 'sig' }] }));
}

/** The issuing authority is kept, so that a renewed leaf needs no new registration (RFC 8705 §2.1). */
async function ensureAcme(
  { directory, acme, acmeFreight }: Pick<DevelopmentPki, 'directory' | 'acme' | 'acmeFreight'>,
  now: Date,
): Promise<boolean> {
  const issuing = pairAt(directory, 'acme-issuing-ca');
  const isAuthorityUsable = usableCertificate(issuing, now) !== undefined && existsSync(acme.anchorFile);
  const isUsable = (files: CertificateFiles): boolean => {
    const leaf = usableCertificate(files, now);
    return isAuthorityUsable && leaf !== undefined && isIssuedBy(leaf, issuing.certificateFile);
  };
  const missing = [acme, acmeFreight].filter((files) => !isUsable(files));
  if (missing.length === 0) return false;

  const authority = isAuthorityUsable
    ? await readAuthority(issuing)
    : await makeAcmeAuthority(issuing, acme, now);
  for (const files of missing) {
    const client = await authority.issue({
      subject: files.subjectDn,
      extendedKeyUsage: ['clientAuth'],
      ...validity(now, LEAF_DAYS),
    });
    writePair(files, client.pem + authority.pem, client);
  }
  return true;
}

async function makeAcmeAuthority(
  issuing: CertificateFiles,
  { anchorFile }: DevelopmentPki['acme'],
  now: Date,
): Promise<Authority> {
  const dates = validity(now, AUTHORITY_DAYS);
  const root = await createAuthority({ subject: 'CN=Acme Root CA,O=Acme Ltd,C=SE', ...dates });
  const authority = await root.issueAuthority({
    subject: 'CN=Acme Issuing CA,O=Acme Ltd,C=SE',
    pathLength: 0,
    ...dates,
  });
  writePrivateFile(anchorFile, root.pem);
  writePair(issuing, authority.pem, authority);
  return authority;
}

/** The first certificate of the file, if it is valid for a while yet and the key file holds its key. */
function usableCertificate(
  { certificateFile, privateKeyFile }: CertificateFiles,
  now: Date,
): X509Certificate | undefined {
  const certificate = parsed(certificateFile, (pem) => new X509Certificate(pem));
  const key = parsed(privateKeyFile, createPrivateKey);
  if (certificate === undefined || key === undefined || !certificate.checkPrivateKey(key)) return undefined;
  const remaining = certificate.validToDate.getTime() - now.getTime();
  return remaining > RENEW_BEFORE_MS ? certificate : undefined;
}

/** A file that is missing or torn is as good as none: it is made again. */
function parsed<T>(file: string, parse: (pem: string) => T): T | undefined {
  if (!existsSync(file)) return undefined;
  const pem = readFileSync(file, 'utf8');
  try {
    return parse(pem);
  } catch {
    return undefined;
  }
}

function isIssuedBy(leaf: X509Certificate, authorityFile: string): boolean {
  return existsSync(authorityFile) && leaf.verify(new X509Certificate(readFileSync(authorityFile)).publicKey);
}

async function readAuthority({ certificateFile, privateKeyFile }: CertificateFiles): Promise<Authority> {
  const pem = readFileSync(certificateFile, 'utf8');
  const certificate = new X509Certificate(pem);
  const privateKeyPem = readFileSync(privateKeyFile, 'utf8');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const keys = {
    privateKey: createPrivateKey(privateKeyPem).toCryptoKey(algorithm, true, ['sign']),
    publicKey: certificate.publicKey.toCryptoKey(algorithm, true, ['verify']),
  };
  const subjectDer = subjectOf(certificate.raw);
  return authorityFrom({ der: certificate.raw, pem, privateKeyPem, keys, subjectDer });
}

/** RFC 5280 §4.1: version, serialNumber, signature, issuer, validity, subject. */
function subjectOf(der: Uint8Array): Uint8Array {
  const tbs = decodeChildren(der)[0]!;
  return decodeChildren(tbs)[5]!;
}

/** The files of a certificate and its key in a directory. */
export function pairAt(directory: string, name: string): CertificateFiles {
  return {
    certificateFile: join(directory, `${name}.pem`),
    privateKeyFile: join(directory, `${name}.key.pem`),
  };
}

function writePair(files: CertificateFiles, pem: string, { privateKeyPem }: IssuedCertificate): void {
  writePrivateFile(files.privateKeyFile, privateKeyPem);
  writePrivateFile(files.certificateFile, pem);
}

function validity(now: Date, days: number): { notBefore: Date; notAfter: Date } {
  const start = now.getTime() - CLOCK_SKEW_MS;
  return { notBefore: new Date(start), notAfter: new Date(start + days * DAY_MS) };
}
