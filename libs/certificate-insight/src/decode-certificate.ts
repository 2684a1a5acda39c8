// Must stand first: the library below needs it while it loads.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { childrenOf, readDer, TAG } from './der.js';
import { readDistinguishedName, type DistinguishedName } from './distinguished-name.js';
import { sha256, toBase64Url, toHex, toPem } from './octets.js';
import { readPublicKey, type PublicKeyFacts } from './public-key.js';
import { readSignatureAlgorithm, type SignatureFacts } from './signature-algorithm.js';

/** What a certificate says about itself. Nothing here has been verified. */
export interface DecodedCertificate {
  /** 1, 2 or 3; only version 3 has extensions. */
  readonly version: number;
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  /** Hexadecimal. */
  readonly serial: string;
  readonly san: AlternativeNames;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly key: PublicKeyFacts;
  readonly signature: SignatureFacts;
  /** Names such as `clientAuth`, else dotted identifiers; `undefined`: the certificate sets no limit. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  /** RFC 5280 §4.2.1.3 names such as `digitalSignature`; `undefined`: the certificate sets no limit. */
  readonly keyUsage: readonly string[] | undefined;
  readonly isCa: boolean;
  /** It bears the marks of authorities that browsers trust: a policy of the CA/Browser Forum, or CT timestamps. */
  readonly isFromPublicWebCa: boolean;
  /** Issuer and subject are one name, and the signature is by the certificate's own key if that could be checked. */
  readonly isSelfSigned: boolean;
  readonly thumbprint: {
    /** SHA-256 of the DER, base64url, 43 characters (RFC 8705 §3.1). */
    readonly x5tS256: string;
    /** The same in lower-case hexadecimal with colons. */
    readonly sha256Hex: string;
  };
  /** SHA-256 of SubjectPublicKeyInfo, base64url: the same for every certificate of one key. */
  readonly keyThumbprint: string;
  /** Hexadecimal, if present. They only order candidates for an issuer. */
  readonly subjectKeyId: string | undefined;
  readonly authorityKeyId: string | undefined;
  readonly der: Uint8Array;
  /** One block, freshly written: nothing that stood around the certificate is in it. */
  readonly pem: string;
}

/** Names of other kinds than these four are left out. */
export interface AlternativeNames {
  readonly dns: readonly string[];
  readonly uri: readonly string[];
  /** IPv6 as RFC 5952 §4 writes it. */
  readonly ip: readonly string[];
  readonly email: readonly string[];
}

/**
 * Decodes one certificate (DER) for display; `undefined` if it is malformed.
 *
 * Does NOT verify, and reads more leniently than the server: what is shown here may still be refused there.
 */
export async function decodeCertificate(der: Uint8Array): Promise<DecodedCertificate | undefined> {
  try {
    return await decode(Uint8Array.from(der));
  } catch {
    return undefined;
  }
}

async function decode(der: Uint8Array<ArrayBuffer>): Promise<DecodedCertificate> {
  const certificate = new x509.X509Certificate(der);
  const [tbs, signatureAlgorithm] = childrenOf(readDer(der));
  const spki = new Uint8Array(certificate.publicKey.rawData);
  const fingerprint = await sha256(der);
  const subject = readDistinguishedName(new Uint8Array(certificate.subjectName.toArrayBuffer()));
  const issuer = readDistinguishedName(new Uint8Array(certificate.issuerName.toArrayBuffer()));
  return {
    version: versionOf(childrenOf(tbs)[0]?.contents),
    subject,
    issuer,
    serial: certificate.serialNumber,
    notBefore: validDate(certificate.notBefore),
    notAfter: validDate(certificate.notAfter),
    key: readPublicKey(spki),
    signature: readSignatureAlgorithm(signatureAlgorithm),
    ...readExtensions(certificate),
    subjectKeyId: certificate.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId,
    authorityKeyId: certificate.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId,
    isFromPublicWebCa: isFromPublicWebCa(certificate),
    isSelfSigned: subject.canonical === issuer.canonical && (await isSignedByItself(certificate)),
    thumbprint: { x5tS256: toBase64Url(fingerprint), sha256Hex: toHex(fingerprint, ':') },
    keyThumbprint: toBase64Url(await sha256(spki)),
    der,
    pem: toPem(der),
  };
}

export type ExtensionFacts = Pick<DecodedCertificate, 'san' | 'extendedKeyUsage' | 'keyUsage' | 'isCa'>;

/** What a certificate or a request (RFC 2986, `extensionRequest`) says of use and names. */
export function readExtensions({ extensions }: Pick<x509.X509Certificate, 'extensions'>): ExtensionFacts {
  const find = <T extends x509.Extension>(type: new (raw: ArrayBuffer) => T): T | undefined =>
    extensions.find((extension): extension is T => extension instanceof type);
  const extendedKeyUsage = find(x509.ExtendedKeyUsageExtension);
  const keyUsage = find(x509.KeyUsagesExtension);
  return {
    san: readAlternativeNames(find(x509.SubjectAlternativeNameExtension)),
    extendedKeyUsage: extendedKeyUsage?.usages.map((oid) => PURPOSES[String(oid)] ?? String(oid)),
    keyUsage:
      keyUsage === undefined
        ? undefined
        : KEY_USAGES.filter((name) => keyUsage.usages & x509.KeyUsageFlags[name]),
    isCa: find(x509.BasicConstraintsExtension)?.ca === true,
  };
}

/** CA/Browser Forum Baseline Requirements §7.1.6.1 and Extended Validation, and RFC 6962 §3.3. */
function isFromPublicWebCa(certificate: x509.X509Certificate): boolean {
  const { policies = [] } = certificate.getExtension(x509.CertificatePolicyExtension) ?? {};
  const hasTimestamps = certificate.getExtension('1.3.6.1.4.1.11129.2.4.2') !== null;
  return hasTimestamps || policies.some((oid) => /^2\.23\.140\.1\.(?:1$|2\.)/.test(oid));
}

function readAlternativeNames(extension: x509.SubjectAlternativeNameExtension | undefined): AlternativeNames {
  const of = (type: x509.GeneralNameType): string[] =>
    (extension?.names.items ?? []).filter((name) => name.type === type).map(({ value }) => value);
  return { dns: of('dns'), uri: of('url'), ip: of('ip').map(canonicalAddress), email: of('email') };
}

/** The key of a certificate (SubjectPublicKeyInfo, DER), which stands sixth behind the version (RFC 5280 §4.1). */
export function publicKeyOf({ der }: Pick<DecodedCertificate, 'der'>): Uint8Array {
  const fields = childrenOf(childrenOf(readDer(der))[0]);
  return fields[fields[0]?.tag === TAG.explicit0 ? 6 : 5]?.encoded ?? new Uint8Array();
}

/** RFC 5952 §4, as the server registers it; the URL standard writes addresses so. */
function canonicalAddress(text: string): string {
  if (!text.includes(':')) return text;
  return URL.parse(`https://[${text}]/`)?.hostname.slice(1, -1) ?? text;
}

/** RFC 5280 §4.1.2.1: [0] EXPLICIT, left out for version 1. */
function versionOf(contents: Uint8Array | undefined): number {
  const version = contents === undefined ? undefined : readDer(contents);
  return version?.tag === TAG.integer && version.encoded.length === contents?.length
    ? (version.contents[0] ?? 0) + 1
    : 1;
}

function validDate(date: Date): Date {
  if (Number.isNaN(date.getTime())) throw new RangeError('the certificate holds no calendar date');
  return date;
}

/** A key that Web Crypto does not know proves nothing either way; then the equal names decide. */
async function isSignedByItself(certificate: x509.X509Certificate): Promise<boolean> {
  try {
    return await certificate.verify({ publicKey: certificate.publicKey, signatureOnly: true });
  } catch {
    return true;
  }
}

const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

const PURPOSES: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  '1.3.6.1.5.5.7.3.3': 'codeSigning',
  '1.3.6.1.5.5.7.3.4': 'emailProtection',
  '1.3.6.1.5.5.7.3.8': 'timeStamping',
  '1.3.6.1.5.5.7.3.9': 'OCSPSigning',
  '1.3.6.1.4.1.311.20.2.2': 'smartcardLogon',
  '2.5.29.37.0': 'any',
};
