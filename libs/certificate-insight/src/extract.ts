import { readDer, TAG } from './der.js';
import {
  foreignCheck,
  identifyDer,
  identifyLabel,
  identifyText,
  MAXIMUM_BYTES,
  MAXIMUM_CERTIFICATES,
  type ForeignContent,
} from './foreign-content.js';
import { findJsonFault } from './json-fault.js';
import { finding, type Check } from './lints.js';
import { decodeBase64, toLatin1 } from './octets.js';
import { readPem, type PemBlock } from './pem.js';
import { readPkcs7 } from './pkcs7.js';
import { holdsPrivateKey } from './private-key.js';
import { readKeySet, type WebKey } from './web-keys.js';

/** What an input holds, by its outer form: nothing of a certificate or request has been looked into yet. */
export type Extracted =
  | {
      readonly kind: 'certificates' | 'pkcs7';
      readonly ders: readonly Uint8Array[];
      /** What was left out, if anything. */
      readonly checks: readonly Check[];
    }
  | { readonly kind: 'request'; readonly der: Uint8Array }
  | { readonly kind: 'jwks'; readonly keys: readonly WebKey[] }
  | { readonly kind: 'refused'; readonly check: Check };

/**
 * Takes apart what a person pastes, drops or opens: PEM with text around it, DER, a PKCS#7 bundle in either, these as
 * base64, a certificate signing request, or a JWK Set. A private key is looked for first; if there is one, nothing else
 * is read and nothing of the input is in the answer. Takes any octets, and never throws.
 */
export function extract(bytes: Uint8Array): Extracted {
  if (bytes.length > MAXIMUM_BYTES) return refuse('too_large');
  if (holdsPrivateKey(bytes)) return { kind: 'refused', check: PRIVATE_KEY_PRESENT };
  const extracted = extractAny(bytes);
  if ('ders' in extracted && extracted.ders.length > MAXIMUM_CERTIFICATES) return refuse('too_many');
  return extracted;
}

const PRIVATE_KEY_PRESENT = finding(
  'PRIVATE_KEY_PRESENT',
  'This contains a private key. It was not sent and nothing of it was kept. Whoever has the key can act as you.',
  {
    remedy:
      'Empty this field and give only the certificate. If the key was pasted, mailed or stored anywhere else, treat it as exposed: make a new key and a new certificate.',
    command: 'openssl x509 -in client.pem -out cert.pem',
  },
);

function extractAny(bytes: Uint8Array): Extracted {
  if (isDer(bytes)) return fromDers([bytes]);
  const latin1 = toLatin1(bytes).replace(/^ï»¿/, '');
  const json = /^\s*[{[][^\0]*$/.test(latin1) ? fromJson(bytes) : undefined;
  // A JWK Set may hold PEM where it should not; other JSON may hold PEM that is meant.
  if (json !== undefined && isKeySet(json)) return json;
  // Line ends in values copied out of JSON.
  const text = latin1.replaceAll(/\\r|\\n/g, '\n');
  const blocks = readPem(text);
  if (blocks === 'cut_off' || blocks === 'damaged') return refuse(`pem_${blocks}`);
  if (blocks.length > 0) return fromPem(blocks);
  if (json !== undefined) return json;
  const inner = decodeBase64(text.replaceAll(/\s/g, ''));
  const isPemInside = inner !== undefined && toLatin1(inner).startsWith('-----BEGIN ');
  if (inner !== undefined && (isDer(inner) || isPemInside)) return extractAny(inner);
  return refuse(identifyText(text));
}

/** A SEQUENCE whose length cannot be a character, or is exact: text too may begin with the digit 0. */
function isDer(bytes: Uint8Array): boolean {
  const [tag, length = 0] = bytes;
  if (tag !== TAG.sequence) return false;
  return length >= 0x80 ? length <= 0x84 : length > 0 && length === bytes.length - 2;
}

/** Certificates count before all that stands beside them. What a block holds is seen from its content, not its label. */
function fromPem(blocks: readonly PemBlock[]): Extracted {
  const dersOf = (label: RegExp): Uint8Array[] =>
    blocks.filter((block) => label.test(block.label)).map(({ der }) => der);
  const certificates = dersOf(/^(?:(?:X509 )?CERTIFICATE|PKCS7|CMS)$/);
  if (certificates.length > 0) return fromDers(certificates);
  const requests = dersOf(/^(?:NEW )?CERTIFICATE REQUEST$/);
  if (requests.length > 0) return fromDers(requests);
  return refuse(identifyLabel(blocks[0]!.label));
}

function fromDers(ders: readonly Uint8Array[]): Extracted {
  const kinds = ders.map((der) => identifyDer(der));
  if (kinds.includes('certificate_request')) {
    if (ders.length > 1) return refuse('several_requests');
    return isWhole(ders[0]!) ? { kind: 'request', der: ders[0]! } : refuse('certificate_request_malformed');
  }
  const found: Uint8Array[] = [];
  const checks: Check[] = [];
  for (const [at, der] of ders.entries()) {
    const bag = kinds[at] === 'pkcs7' ? readPkcs7(der) : (findForeign(der) ?? { certificates: [der] });
    if (typeof bag === 'string') return refuse(bag);
    found.push(...bag.certificates);
    if ('others' in bag && bag.revocationLists + bag.others > 0) checks.push(restIgnored(bag));
  }
  return { kind: kinds.includes('pkcs7') ? 'pkcs7' : 'certificates', ders: found, checks };
}

function findForeign(der: Uint8Array): ForeignContent | undefined {
  const foreign = identifyDer(der);
  if (foreign !== undefined && foreign !== 'pkcs7') return foreign;
  const value = readDer(der);
  if (value?.tag !== TAG.sequence) return 'malformed_certificate';
  if (value.promised > der.length) return 'pem_cut_off';
  return value.promised < der.length ? 'trailing_data' : undefined;
}

const isWhole = (der: Uint8Array): boolean => readDer(der)?.promised === der.length;

function restIgnored({ revocationLists, others }: { revocationLists: number; others: number }): Check {
  const lists =
    revocationLists === 1 ? '1 revocation list (CRL)' : `${revocationLists} revocation lists (CRL)`;
  const rest = others === 1 ? '1 entry of another kind' : `${others} entries of other kinds`;
  const said = [...(revocationLists > 0 ? [lists] : []), ...(others > 0 ? [rest] : [])].join(' and ');
  return finding('REST_IGNORED', `Left out of the bundle: ${said}.`, {
    remedy:
      'Only its certificates are read here. A CRL that should count is given for its trust anchor, by itself.',
  });
}

function fromJson(bytes: Uint8Array): Extracted {
  const text = new TextDecoder().decode(bytes);
  const fault = findJsonFault(text);
  if (fault !== undefined) {
    const where = `It goes wrong in line ${fault.line}, column ${fault.column}.`;
    return { kind: 'refused', check: foreignCheck('json_malformed', where) };
  }
  const keys = readKeySet(JSON.parse(text));
  if (keys === 'private_key') return { kind: 'refused', check: PRIVATE_KEY_PRESENT };
  if (keys === 'no_keys') return refuse('web_key');
  return typeof keys === 'string' ? refuse(keys) : { kind: 'jwks', keys };
}

/** Also one that is refused for its private keys. */
const isKeySet = (json: Extracted): boolean =>
  json.kind === 'jwks' || (json.kind === 'refused' && json.check.code === 'PRIVATE_KEY_PRESENT');

const refuse = (found: ForeignContent): Extracted => ({ kind: 'refused', check: foreignCheck(found) });
