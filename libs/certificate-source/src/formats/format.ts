import {
  decodeBase64,
  decodeCertificate,
  decodePercent,
  readPem,
  splitSequences,
  UNRESERVED,
  UNRESERVED_OR_BASE64,
} from './encodings.js';
import { readForwardedClientCert } from './envoy.js';
import { readByteSequence, readByteSequences } from './rfc9440.js';

/** The certificates in a header value; undefined if it is not exactly of the format. There is at least one. */
type Read = (value: string) => readonly Uint8Array[] | undefined;

/** How a proxy writes a client certificate into headers. */
export interface CertificateFormat {
  /** Reads the header of the certificate, the leaf first; some formats bring its issuers along. */
  readonly read: Read;
  /** Reads a second header with the issuers, where the format has one. */
  readonly readChain?: Read;
  /** What the proxy writes where it has nothing to say, beside an empty value. */
  readonly absent?: RegExp;
}

/**
 * The formats, each as its vendor documents it. Nothing is guessed: a value that another format would read is
 * malformed here.
 */
export const FORMATS = {
  /** RFC 9440 §2: `Client-Cert`, `Client-Cert-Chain`. */
  rfc9440: { read: readByteSequence, readChain: readByteSequences },
  /** `x-forwarded-client-cert` with `forward_client_cert_details: SANITIZE_SET` and `cert`, perhaps `chain`. */
  envoy: { read: readForwardedClientCert },
  /** `$ssl_client_escaped_cert`. nginx has no variable for the chain. */
  nginx: { read: (value) => onlyOne(readEscapedPem(value, UNRESERVED)) },
  /** `%[ssl_c_der,base64]`, and `%[ssl_c_chain_der,base64]`: certificates one after the other. */
  haproxy: { read: readDer, readChain: (value) => splitSequences(decodeBase64(value) ?? Buffer.alloc(0)) },
  /** `passTLSClientCert.pem`: base64 without armour and line ends, separated by commas; version 2 escapes it. */
  traefik: { read: readBareList },
  /** `{http.request.tls.client.certificate_der_base64}`, which stays as it is where there is no certificate. */
  caddy: { read: readDer, absent: /^\{http\.request\.tls\.client\.certificate_der_base64\}$/ },
  /** `%{SSL_CLIENT_CERT}s` and `%{SSL_CLIENT_CERT_CHAIN_0}s` …: mod_headers turns line ends into spaces. */
  apache: {
    read: (value) => onlyOne(readPem(value, ' ')),
    readChain: readApacheChain,
    absent: /^\(null\)(?: \(null\))*$/,
  },
  /** `X-Amzn-Mtls-Clientcert` or `…-Leaf`: `+=/` stay as they are, the chain may follow the leaf. */
  'aws-alb': { read: (value) => readEscapedPem(value, UNRESERVED_OR_BASE64) },
  /** `X-ARR-ClientCert`. */
  azure: { read: readDer },
  /** `Cf-Client-Cert-Der-Base64`. */
  cloudflare: { read: readDer },
} as const satisfies Readonly<Record<string, CertificateFormat>>;

export type FormatName = keyof typeof FORMATS;

function readDer(value: string): readonly Uint8Array[] | undefined {
  const certificate = decodeCertificate(value);
  return certificate === undefined ? undefined : [certificate];
}

function readEscapedPem(value: string, allowed: RegExp): readonly Uint8Array[] | undefined {
  const pem = decodePercent(value, allowed);
  return pem === undefined ? undefined : readPem(pem, '\n');
}

function readBareList(value: string): readonly Uint8Array[] | undefined {
  const certificates: Uint8Array[] = [];
  for (const item of value.split(',')) {
    const certificate = decodeCertificate(decodePercent(item, UNRESERVED_OR_BASE64) ?? '');
    if (certificate === undefined) return undefined;
    certificates.push(certificate);
  }
  return certificates;
}

/** One variable for each place in the chain: those that are not there are written as `(null)`, after the others. */
function readApacheChain(value: string): readonly Uint8Array[] | undefined {
  return readPem(value.replace(/( \(null\))+$/, ''), ' ');
}

function onlyOne(certificates: readonly Uint8Array[] | undefined): readonly Uint8Array[] | undefined {
  return certificates?.length === 1 ? certificates : undefined;
}
