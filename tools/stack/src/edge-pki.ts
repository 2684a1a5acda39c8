import { X509Certificate, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ensureSelfSigned,
  ensureServer,
  pairAt,
  type CertificateFiles,
  type DevelopmentPkiOptions,
} from './development-pki.js';
import { writePrivateFile } from './private-files.js';
import { StackError } from './workspace.js';

/** The files of a proxy that ends TLS in front of a development stack. */
export interface EdgePki {
  /** What partners trust the proxy by. */
  readonly publicCaFile: string;
  /** What the proxy shows to partners. */
  readonly public: CertificateFiles;
  /** Self-signed: what the proxy proves itself with to the applications. */
  readonly proxy: CertificateFiles;
  /** The file that makes the proxy known to the applications (`PROXIES_FILE`). */
  readonly proxiesFile: string;
  /** What was missing or about to expire and has been made now, in words. */
  readonly made: readonly string[];
}

/** `dnsNames` are those that partners use. */
export interface EdgePkiOptions extends DevelopmentPkiOptions {
  /** Where the proxy connects from: the only address that is listed. */
  readonly address: string;
  /** The `proxies.yaml` of an example, whose address and thumbprint become those of this proxy. */
  readonly exampleFile: string;
}

/**
 * Makes what a proxy in front of the stack needs and is missing, and writes the file that names it. The proxy has a key and an
 * authority of its own: with what lies in it, nobody can be one of the servers behind it. The directory must exist.
 */
export async function ensureEdgePki(options: EdgePkiOptions): Promise<EdgePki> {
  const { directory, now } = options;
  const pki = {
    publicCaFile: join(directory, 'public-ca.pem'),
    public: pairAt(directory, 'public'),
    proxy: pairAt(directory, 'proxy'),
    proxiesFile: join(directory, 'proxies.yaml'),
  };
  const made = [];
  if (await ensureServer(pki.publicCaFile, pki.public, 'CN=Holdfast development edge', options))
    made.push('public certificate');
  if (await ensureSelfSigned(pki.proxy, 'CN=holdfast-proxy,O=Holdfast', now)) made.push('proxy certificate');
  writePrivateFile(pki.proxiesFile, proxiesFile(options, pki.proxy.certificateFile));
  return { ...pki, made };
}

/** The example with the values of this proxy. A place that is missing in it is an error: it would name another proxy. */
function proxiesFile({ exampleFile, address }: EdgePkiOptions, certificateFile: string): string {
  const { raw } = new X509Certificate(readFileSync(certificateFile));
  const places = [
    [/(?<=addresses: \[).*(?=\])/, address],
    [/THUMBPRINT-OF-PROXY\.PEM/, createHash('sha256').update(raw).digest('base64url')],
  ] as const;
  return places.reduce(
    (text, [place, value]) => {
      if (!place.test(text)) throw new StackError(`${exampleFile} has no place for ${value}`);
      return text.replace(place, value);
    },
    readFileSync(exampleFile, 'utf8'),
  );
}
