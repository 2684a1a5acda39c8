import { childrenOf, oidOf, readDer, TAG } from './der.js';
import { decodeBase64, toLatin1 } from './octets.js';

/**
 * Whether the input holds a private key: PEM of any kind (also encrypted, cut off, or with mangled dashes), a JWK with
 * its private part, a PuTTY file, DER or base64 of PKCS#8, PKCS#1 or SEC 1, or one of these inside base64, as in a
 * Kubernetes Secret. Nothing of the input leaves this function.
 *
 * Does NOT look into PKCS#12 or key stores: those are refused as such.
 */
export function holdsPrivateKey(input: Uint8Array): boolean {
  return search(input, 2);
}

function search(input: Uint8Array, depth: number): boolean {
  if (isPrivateKeyDer(input)) return true;
  // UTF-16 text differs from ASCII by its zeros; `\n` and `\"` stand in values copied out of JSON.
  const text = toLatin1(input)
    .replaceAll('\0', '')
    .replaceAll(/\\r|\\n/g, '\n')
    .replaceAll('\\"', '"');
  if (isPrivateKeyText(text)) return true;
  return depth > 0 && base64Runs(text).some((octets) => search(octets, depth - 1));
}

function isPrivateKeyText(text: string): boolean {
  const isJwk = /\bkty\b/.test(text) && /(?:^|[\s{,"'])(?:d|p|q|dp|dq|qi|oth|k|priv)["']?\s*:/.test(text);
  return isJwk || MARKERS.some((marker) => marker.test(text));
}

const MARKERS = [
  /BEGIN[\w %+]{0,40}PRIVATE(?:%20|[ +_])?KEY/i,
  /PuTTY-User-Key-File/i,
  /<InverseQ>|<D>[A-Za-z0-9+\/=\s]{40}/,
  /AGE-SECRET-KEY-1/i,
];

/** Base64 of at least one line, with or without line breaks; armour around it does not matter. */
function base64Runs(text: string): Uint8Array[] {
  const runs = text.match(/(?:[A-Za-z0-9+/]{16,}={0,2}\s*)+/g) ?? [];
  return runs.flatMap((run) => {
    const characters = run.replaceAll(/[\s=]/g, '');
    return decodeBase64(characters.slice(0, characters.length - (characters.length % 4))) ?? [];
  });
}

/** PKCS#8 and its encrypted form (RFC 5958 §2, §3), PKCS#1 and DSA (RFC 8017 §A.1.2), SEC 1 (RFC 5915 §3). */
function isPrivateKeyDer(der: Uint8Array): boolean {
  const outer = readDer(der);
  if (outer?.tag !== TAG.sequence) return false;
  const [first, second, third] = childrenOf(outer);
  if (first?.tag === TAG.sequence) {
    return second?.tag === TAG.octetString && oidOf(childrenOf(first)[0]) !== '';
  }
  if (first?.tag !== TAG.integer || first.contents.length !== 1) return false;
  if (second?.tag === TAG.octetString) return true;
  if (second?.tag === TAG.integer) return third?.tag === TAG.integer;
  return (
    second?.tag === TAG.sequence && third?.tag === TAG.octetString && oidOf(childrenOf(second)[0]) !== ''
  );
}
