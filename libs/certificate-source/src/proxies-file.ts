import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { readCertificateUpload, type TrustAnchor } from '@holdfast/certificate-validation';
import { parseThumbprint } from '@holdfast/token-binding';
import { FORMATS, type CertificateFormat, type FormatName } from './formats/format.js';
import { requireDistinct, type Problem } from './proxies-file-rules.js';
import type { ProxyCertificate, TrustedProxy } from './trusted-proxy.js';

/** The proxies of a file, or everything that is wrong with it; no value of a secret stands in a problem. */
export type ProxiesFile =
  | { readonly usable: true; readonly proxies: readonly TrustedProxy[] }
  | { readonly usable: false; readonly problems: readonly string[] };

/** Shorter ones could be guessed: the listener counts no failures, each costs a TLS handshake. */
const SHORTEST_PASSWORD = 32;

const FORMAT_NAMES = Object.keys(FORMATS) as [FormatName, ...FormatName[]];

/** Headers that mean something else to a server: a certificate in one of them would change the request. */
const OTHER_MEANING =
  /^(authorization|proxy-.*|host|cookie|connection|keep-alive|te|trailer|upgrade|transfer-encoding|content-.*|expect|date)$/;

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, 'is no header name of letters, digits and hyphens')
  .transform((name) => name.toLowerCase())
  .refine((name) => !OTHER_MEANING.test(name), 'means something else to every server');

const Entry = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens'),
  addresses: z.array(z.string()).min(1, 'must list where the proxy connects from'),
  certificate: z
    .union([
      z.strictObject({ thumbprints: z.array(z.string()).min(1) }),
      z.strictObject({ caFile: z.string() }),
    ])
    .optional(),
  basic: z
    .strictObject({
      user: z.string().regex(/^[\x21-\x39\x3b-\x7e]{1,64}$/, 'must be printable and without a colon'),
      passwordFile: z.string(),
    })
    .optional(),
  format: z.enum(FORMAT_NAMES),
  certificateHeader: headerName,
  chainHeader: headerName.optional(),
  proxyValidates: z.boolean(),
  verifyHeader: headerName.optional(),
  clientAddressHeader: headerName.optional(),
});

const File = z.strictObject({ proxies: z.array(Entry).min(1) });

export type ProxyEntry = z.output<typeof Entry>;

/**
 * The trusted proxies in a YAML or JSON file, all problems at once. Members that are not known are refused, and so is
 * whatever would let somebody else speak for a proxy: no credential, no addresses or all of them, a short password,
 * two proxies that could not be told apart. Files are named relative to this one.
 */
export function readProxiesFile(path: string): ProxiesFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return unusable([`cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`]);
  }
  const document = parseDocument(text, { uniqueKeys: true });
  if (document.errors.length > 0) return unusable(document.errors.map(({ message }) => firstLine(message)));
  const parsed = File.safeParse(document.toJS());
  if (!parsed.success) {
    return unusable(parsed.error.issues.map(({ path: at, message }) => `${shownPath(at)}: ${message}`));
  }
  return toProxies(parsed.data.proxies, (name) => readFileSync(resolve(dirname(path), name)));
}

type ReadFile = (name: string) => Buffer;

function toProxies(entries: readonly ProxyEntry[], read: ReadFile): ProxiesFile {
  const problems: string[] = [];
  const proxies = entries.map((entry) => {
    const problem: Problem = (member, text) => problems.push(`${entry.name}.${member}: ${text}`);
    return toProxy(entry, read, problem);
  });
  problems.push(...requireDistinct(entries, proxies));
  return problems.length > 0 ? unusable(problems) : { usable: true, proxies };
}

function toProxy(entry: ProxyEntry, read: ReadFile, problem: Problem): TrustedProxy {
  const { name, format, certificateHeader, chainHeader, verifyHeader, clientAddressHeader } = entry;
  const { readChain }: CertificateFormat = FORMATS[format];
  const headers = [certificateHeader, chainHeader, verifyHeader, clientAddressHeader].filter(Boolean);
  if (new Set(headers).size < headers.length) problem('certificateHeader', 'one header is named twice');
  if (chainHeader !== undefined && readChain === undefined)
    problem('chainHeader', `format ${format} has no header for the chain`);
  if (entry.proxyValidates && verifyHeader === undefined)
    problem('verifyHeader', 'is needed, as proxyValidates is true');
  if (entry.certificate === undefined && entry.basic === undefined)
    problem('certificate', 'the proxy needs a credential: certificate, basic, or both');
  return {
    name,
    addresses: toBlockList(entry.addresses, problem),
    certificate: toCertificate(entry, read, problem),
    basic: toBasic(entry, read, problem),
    format,
    certificateHeader,
    chainHeader,
    proxyValidates: entry.proxyValidates,
    verifyHeader,
    clientAddressHeader,
  };
}

function toBlockList(addresses: readonly string[], problem: Problem): BlockList {
  const list = new BlockList();
  for (const text of addresses) {
    const [address = '', bits, more] = text.split('/');
    const family = isIP(address);
    const widest = family === 4 ? 32 : 128;
    const prefix = bits === undefined ? widest : /^\d{1,3}$/.test(bits) ? Number(bits) : NaN;
    if (family === 0 || more !== undefined || !(prefix <= widest)) {
      problem('addresses', `${text} is no address and no network like 10.0.0.0/24`);
    } else if (prefix === 0) {
      problem('addresses', `${text} lists every address`);
    } else list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

function toCertificate(
  { certificate }: ProxyEntry,
  read: ReadFile,
  problem: Problem,
): ProxyCertificate | undefined {
  if (certificate === undefined) return undefined;
  if ('caFile' in certificate) return { anchors: toAnchors(certificate.caFile, read, problem) };
  const thumbprints = certificate.thumbprints.map((text) => {
    const thumbprint = parseThumbprint(text);
    if (thumbprint === undefined)
      problem('certificate.thumbprints', `${text} is no SHA-256 thumbprint in base64url (x5t#S256)`);
    return thumbprint;
  });
  return { thumbprints: new Set(thumbprints.filter((thumbprint) => thumbprint !== undefined)) };
}

function toAnchors(file: string, read: ReadFile, problem: Problem): readonly TrustAnchor[] {
  const content = readOr(() => read(file), 'certificate.caFile', problem);
  if (content === undefined) return [];
  const upload = readCertificateUpload(content);
  if (upload.read) return upload.certificates.map((certificate) => ({ certificate }));
  problem('certificate.caFile', 'is no certificate of an authority');
  return [];
}

function toBasic({ basic }: ProxyEntry, read: ReadFile, problem: Problem): Uint8Array | undefined {
  if (basic === undefined) return undefined;
  const password = readOr(() => read(basic.passwordFile), 'basic.passwordFile', problem)
    ?.toString('utf8')
    .trim();
  if (password !== undefined && password.length < SHORTEST_PASSWORD)
    problem('basic.passwordFile', `holds fewer than ${SHORTEST_PASSWORD} characters`);
  return createHash('sha256').update(`${basic.user}:${password}`).digest();
}

function readOr<T>(read: () => T, member: string, problem: Problem): T | undefined {
  try {
    return read();
  } catch (error) {
    problem(member, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
    return undefined;
  }
}

function unusable(problems: readonly string[]): ProxiesFile {
  return { usable: false, problems };
}

function shownPath(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the file' : path.map(String).join('.');
}

function firstLine(message: string): string {
  return message.split('\n')[0]!;
}
