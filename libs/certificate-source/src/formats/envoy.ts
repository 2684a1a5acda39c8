import { decodePercent, readPem, UNRESERVED } from './encodings.js';

/** `key=value` or `key="value"` with `\"` inside, and what ends it. */
const PAIR = /([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;]*))(?:;|$)/y;

/**
 * Envoy's `x-forwarded-client-cert` with exactly one element, as `SANITIZE_SET` writes it: a second element (APPEND_FORWARD,
 * or one that a client sent) would leave open which is ours. `Cert` is required; `Hash` alone proves nothing to our own
 * validator. `Chain`, if it is there, begins with the same certificate.
 */
export function readForwardedClientCert(value: string): readonly Uint8Array[] | undefined {
  const pairs = readPairs(value);
  const leaf = certificatesOf(pairs, 'Cert');
  if (leaf?.length !== 1) return undefined;
  if (!pairs.some(([key]) => key === 'Chain')) return leaf;
  const chain = certificatesOf(pairs, 'Chain');
  return chain !== undefined && isSame(chain[0]!, leaf[0]!) ? chain : undefined;
}

type Pairs = readonly (readonly [key: string, value: string])[];

/** No pairs at all for a text of another form. */
function readPairs(value: string): Pairs {
  const pairs: (readonly [string, string])[] = [];
  const pattern = new RegExp(PAIR);
  while (pattern.lastIndex < value.length) {
    const [, key, quoted, bare] = pattern.exec(value) ?? [];
    if (key === undefined) return [];
    pairs.push([key, quoted ?? bare ?? '']);
  }
  return pairs;
}

function certificatesOf(pairs: Pairs, wanted: string): readonly Uint8Array[] | undefined {
  const values = pairs.filter(([key]) => key === wanted).map(([, value]) => value);
  const pem = values.length === 1 ? decodePercent(values[0]!, UNRESERVED) : undefined;
  return pem === undefined ? undefined : readPem(pem, '\n');
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
