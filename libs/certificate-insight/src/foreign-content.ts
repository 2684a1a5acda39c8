import { childrenOf, oidOf, readDer, TAG, type DerValue } from './der.js';
import { finding, type Advice, type Check } from './lints.js';
import { MAXIMUM_KEYS } from './web-keys.js';

/** Everything but a certificate that people paste or drop. */
export type ForeignContent =
  | 'nothing'
  | 'too_large'
  | 'too_many'
  | 'pkcs12'
  | 'certificate_request'
  | 'certificate_request_malformed'
  | 'several_requests'
  | 'public_key'
  | 'ssh_key'
  | 'pgp'
  | 'web_key'
  | 'too_many_keys'
  | 'json'
  | 'json_malformed'
  | 'revocation_list'
  | 'pkcs7_empty'
  | 'pkcs7_not_der'
  | 'pkcs7_other'
  | 'trusted_certificate'
  | 'key_store'
  | 'web_page'
  | 'utf16'
  | 'binary_as_text'
  | 'printed_certificate'
  | 'thumbprint'
  | 'pem_cut_off'
  | 'pem_damaged'
  | 'trailing_data'
  | 'malformed_certificate'
  | 'unknown';

/** Recognises DER that is near a certificate but none, by the types of its first values; `pkcs7` can be opened. */
export function identifyDer(der: Uint8Array): ForeignContent | 'pkcs7' | undefined {
  const outer = readDer(der);
  if (outer?.tag !== TAG.sequence) return undefined;
  const [first, second] = childrenOf(outer);
  if (first?.tag === TAG.oid) return oidOf(first).startsWith(PKCS7_TYPES) ? 'pkcs7' : undefined;
  if (first?.tag === TAG.integer) {
    if (second?.tag === TAG.integer) return 'public_key';
    return oidOf(childrenOf(second)[0]).startsWith(PKCS7_TYPES) ? 'pkcs12' : undefined;
  }
  if (first?.tag !== TAG.sequence) return undefined;
  if (second?.tag === TAG.bitString && oidOf(childrenOf(first)[0]) !== '') return 'public_key';
  return identifySigned(childrenOf(first));
}

const PKCS7_TYPES = '1.2.840.113549.1.7.';

/** Certificates, requests (RFC 2986 §4) and CRLs (RFC 5280 §5.1) share the frame of signed data. */
function identifySigned(fields: readonly DerValue[]): ForeignContent | undefined {
  const tags = fields.map(({ tag }) => tag);
  if (tags.length === 4 && tags[0] === TAG.integer && tags[3] === TAG.explicit0) return 'certificate_request';
  const thisUpdate = tags[0] === TAG.integer ? tags[3] : tags[2];
  return thisUpdate === TAG.utcTime || thisUpdate === TAG.generalizedTime ? 'revocation_list' : undefined;
}

/** What a PEM label says, for labels other than CERTIFICATE. */
export function identifyLabel(label: string): ForeignContent {
  if (/REQUEST$/.test(label)) return 'certificate_request';
  if (/^PGP /.test(label)) return 'pgp';
  if (/^SSH2|^OPENSSH/.test(label)) return 'ssh_key';
  if (/PUBLIC KEY$/.test(label)) return 'public_key';
  if (label === 'PKCS12') return 'pkcs12';
  if (label === 'X509 CRL') return 'revocation_list';
  return label === 'TRUSTED CERTIFICATE' ? 'trusted_certificate' : 'unknown';
}

/** What text without PEM and without base64 is. */
export function identifyText(text: string): ForeignContent {
  return TEXTS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'unknown';
}

const TEXTS: readonly (readonly [ForeignContent, RegExp])[] = [
  ['nothing', /^\s*$/],
  ['utf16', /^(?:ÿþ|þÿ)|(?:[\x20-\x7e]\0){4}|(?:\0[\x20-\x7e]){4}/],
  ['key_store', /^(?:þíþí|ÎÎÎÎ)/],
  ['ssh_key', /BEGIN SSH2|^\s*(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-|sk-(?:ssh|ecdsa))/],
  ['pem_damaged', /BEGIN (?:X509 |TRUSTED )?CERTIFICATE/i],
  ['pem_cut_off', /END (?:X509 |TRUSTED )?CERTIFICATE/i],
  ['printed_certificate', /^\s*Certificate:\s+Data:/],
  ['web_page', /^\s*<(?:!doctype html|!--|html|head|body)/i],
  ['web_key', /["']?(?:kty|x5c)["']?\s*:/],
  ['thumbprint', /^\s*(?:sha-?(?:1|256)[^=:]*[=:]\s*)?(?:[0-9a-f]{2}[: ]?){20,32}\s*$/i],
  ['thumbprint', /^\s*[\w-]{43}\s*$/],
  ['binary_as_text', /^(?:0[^\x20-\x7e\s]|[^]*ï¿½)/],
];

/** The blocking check for input that is something else. `where`: a sentence that says more of this one. */
export function foreignCheck(found: ForeignContent, where?: string): Check {
  const { text: general, ...advice } = FOREIGN[found];
  const text = where === undefined ? general : `${general} ${where}`;
  return { ...finding(found === 'pkcs12' ? 'PKCS12_REFUSED' : 'NOT_A_CERTIFICATE', text, advice), found };
}

export const MAXIMUM_BYTES = 262_144;
export const MAXIMUM_CERTIFICATES = 16;

const COPY_AGAIN =
  'Copy it again, from the first hyphen of the BEGIN line to the last hyphen of the END line, or drop the file instead.';

const FOREIGN: Readonly<Record<ForeignContent, Advice & { readonly text: string }>> = {
  nothing: {
    text: 'There is nothing here yet.',
    remedy:
      'Paste a certificate that begins with -----BEGIN CERTIFICATE-----, or drop a .pem, .crt, .cer, .der or .p7b file.',
  },
  too_large: {
    text: `This is larger than ${MAXIMUM_BYTES / 1024} KiB, far more than a certificate and its issuers need.`,
    remedy: 'Pick the file that holds only the certificate of this application.',
  },
  too_many: {
    text: `These are more than ${MAXIMUM_CERTIFICATES} certificates, so probably a list of public certification authorities.`,
    remedy: 'Paste the one certificate that your server will present, with its issuers if you like.',
  },
  pkcs12: {
    text: 'This is a PKCS#12 file (.p12 or .pfx). Such a file usually holds your private key too, so it was not read and not sent.',
    remedy: 'Take the certificate out of it on your own computer, and paste cert.pem.',
    command: 'openssl pkcs12 -in client.p12 -clcerts -nokeys -out cert.pem',
  },
  certificate_request: {
    text: 'This is a certificate signing request (CSR): the question to a certification authority, not yet its answer.',
    remedy: 'Send it to your certification authority, and paste the certificate that you get back.',
  },
  certificate_request_malformed: {
    text: 'This begins like a certificate signing request (CSR), but its contents do not follow the format (RFC 2986).',
    remedy: 'Make it again. If this command reports an error too, the file was changed on its way.',
    command: 'openssl req -in client.csr.pem -noout -text -verify',
  },
  several_requests: {
    text: 'There are several certificate signing requests here, so it is not clear which one is meant.',
    remedy: 'Give one of them at a time.',
  },
  public_key: {
    text: 'This is a bare public key. It does not say whose key it is; a certificate does, and contains it.',
    remedy: 'Paste the certificate for this key; it begins with -----BEGIN CERTIFICATE-----.',
  },
  ssh_key: {
    text: 'This is an SSH key. SSH keys cannot be used for TLS connections.',
    remedy: 'Paste an X.509 certificate; it begins with -----BEGIN CERTIFICATE-----.',
  },
  pgp: {
    text: 'This is a PGP key or message. PGP keys cannot be used for TLS connections.',
    remedy: 'Paste an X.509 certificate; it begins with -----BEGIN CERTIFICATE-----.',
  },
  web_key: {
    text: 'This is a key in JSON (JWK or JWK Set) without a certificate ("x5c"); only certificates are compared here.',
    remedy:
      'Paste the certificate of this key. The method self_signed_tls_client_auth takes keys only with their certificate in "x5c" (RFC 8705 section 2.2).',
    command: 'openssl x509 -in client.pem -outform DER | openssl base64 -A',
  },
  too_many_keys: {
    text: `These are more than ${MAXIMUM_KEYS} keys, more than one client has.`,
    remedy: 'Give a JWK Set with the keys of this one client.',
  },
  json: {
    text: 'This is JSON, but no JWK Set: it has no list "keys", and no key type "kty" either.',
    remedy: 'Give a JWK Set like {"keys":[{"kty":"EC","x5c":["MII..."]}]}, or the certificate itself.',
  },
  json_malformed: {
    text: 'This begins like JSON, but it is none.',
    remedy: 'Look at that place: a comma, a quote or a bracket is missing, or the end was cut off.',
  },
  revocation_list: {
    text: 'This is a certificate revocation list (CRL): it names certificates that were withdrawn, and is none itself.',
    remedy: 'Paste the certificate; it begins with -----BEGIN CERTIFICATE-----.',
  },
  pkcs7_empty: {
    text: 'This is a PKCS#7 bundle (.p7b or .p7c), but there is no certificate in it.',
    remedy: 'Export it again, with the certificate and all certificates in the certification path.',
    command: 'openssl pkcs7 -inform DER -in bundle.p7b -print_certs',
  },
  pkcs7_not_der: {
    text: 'This is a PKCS#7 bundle (.p7b or .p7c) that is cut off, damaged, or written in a form (BER) that is not read here.',
    remedy:
      'Take the certificates out of it and give chain.pem. If the file is text, leave out "-inform DER".',
    command: 'openssl pkcs7 -inform DER -in bundle.p7b -print_certs -out chain.pem',
  },
  pkcs7_other: {
    text: 'This is a PKCS#7 file of another kind, encrypted for example, and no bundle of certificates.',
    remedy: 'Give the certificate, or a bundle that was exported as .p7b with certificates only.',
  },
  trusted_certificate: {
    text: 'This is a certificate with trust settings that only OpenSSL reads (TRUSTED CERTIFICATE).',
    remedy: 'Write it once more without them, and paste cert.pem.',
    command: 'openssl x509 -in trusted.pem -out cert.pem',
  },
  key_store: {
    text: 'This is a Java key store. It usually holds your private key too, so it was not read and not sent.',
    remedy: 'Export the certificate on your own computer (put your own alias), and paste cert.pem.',
    command: 'keytool -exportcert -rfc -keystore client.jks -alias client -file cert.pem',
  },
  web_page: {
    text: 'This is a web page, often the sign-in or error page that came instead of the download.',
    remedy:
      'Sign in where the certificate is offered, download it again, and look into the file before you drop it.',
  },
  utf16: {
    text: 'This text is stored as UTF-16, as Windows PowerShell writes files; certificates are plain ASCII text.',
    remedy: 'Save it as UTF-8 or ASCII, or convert it and paste cert.pem.',
    command: 'iconv -f UTF-16 -t UTF-8 utf16.pem > cert.pem',
  },
  binary_as_text: {
    text: 'This looks like a binary file that was pasted as text; characters are lost that way.',
    remedy: 'Drop the file here instead of pasting it, or convert it to text and paste cert.pem.',
    command: 'openssl x509 -inform DER -in cert.der -out cert.pem',
  },
  printed_certificate: {
    text: 'This is the printout of a certificate for people; the certificate itself is not in it.',
    remedy: 'Paste the file that was printed; it begins with -----BEGIN CERTIFICATE-----.',
  },
  thumbprint: {
    text: 'This looks like a thumbprint (fingerprint): the short name of a certificate, from which it cannot be restored.',
    remedy:
      'Paste the certificate that has this thumbprint; we compute and show it, so that you can compare.',
  },
  pem_cut_off: {
    text: 'The beginning or the end of this certificate is missing: it was cut off while it was copied.',
    remedy: COPY_AGAIN,
  },
  pem_damaged: {
    text: 'This was a certificate in text form, but characters in it were changed. Mail and word processors do that to hyphens and line ends.',
    remedy: COPY_AGAIN,
  },
  trailing_data: {
    text: 'There is a certificate here, but more data follows after its end, so it is not clear what is meant.',
    remedy: 'Export the certificate alone; several certificates go one after another as text (PEM).',
    command: 'openssl x509 -inform DER -in cert.der -out cert.pem',
  },
  malformed_certificate: {
    text: 'This begins like a certificate, but its contents do not follow the format (RFC 5280).',
    remedy:
      'Copy it again from its source. If this command reports an error too, ask the issuer for a new certificate.',
    command: 'openssl x509 -in cert.pem -noout -text',
  },
  unknown: {
    text: 'This is not a certificate, and not anything else that we recognise.',
    remedy:
      'Paste a certificate that begins with -----BEGIN CERTIFICATE-----, or drop a .pem, .crt, .cer, .der or .p7b file.',
  },
};
