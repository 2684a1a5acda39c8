import type { Certificate } from '@holdfast/certificate-validation';
import { isExposed, readKey, type JsonWebKey } from './json-web-key-set.js';
import type { RegistrationProblem } from './registration-problem.js';

/** The certificates of a set that was fetched, or why none of it counts, for the operator. */
export type FetchedKeySetVerdict =
  | {
      readonly usable: true;
      /** DER, each once. */
      readonly certificates: readonly Uint8Array[];
    }
  | {
      readonly usable: false;
      /** `key_exposed`: a private key stands in it, in public. Nothing of it is repeated anywhere. */
      readonly fault: 'not_usable' | 'key_exposed';
      readonly why: string;
    };

/** What a `jwks_uri` may answer. */
const MAXIMUM_KEYS = 20;

/** So long the set at hand counts when it cannot be fetched again. */
const FRESH_MS = 72 * 3_600_000;
/** A set that has not changed is stored again only so seldom: every time is a version that each replica reads. */
const RENEWED_AFTER_MS = 4 * 3_600_000;

/** When a set that was fetched then counts no longer. */
export const freshUntilOf = (fetchedAt: Date): Date => new Date(fetchedAt.getTime() + FRESH_MS);

/** Whether the same set, fetched again, is worth a new version of the registry. */
export const renewsKeySet = (known: Date, fetchedAt: Date): boolean =>
  fetchedAt.getTime() - known.getTime() >= RENEWED_AFTER_MS;

/**
 * The certificates by which a client may authenticate (RFC 8705 §2.2) of what its `jwks_uri` answered: a JWK Set (RFC 7517
 * §5), as JSON whatever its media type. Keys without a certificate, for encryption, or whose certificate has expired or is
 * not valid yet are left out: sets hold other keys too. Anything else that is wrong refuses the whole set, because one
 * that contradicts itself was not made by whom we think.
 *
 * Does NOT limit the octets: whoever fetches them does.
 */
export function parseFetchedKeySet(body: Uint8Array, now: Date): FetchedKeySetVerdict {
  const set = parseJson(body);
  if (set === undefined) return notUsable('not JSON in UTF-8');
  const keys = isObject(set) ? set['keys'] : undefined;
  if (!Array.isArray(keys) || keys.length === 0 || !keys.every(isObject))
    return notUsable('not a JWK Set: an object with keys (RFC 7517 section 5)');
  // First of all, so that nothing else is done with a key that is exposed.
  const exposed = keys.findIndex(isExposed);
  if (exposed !== -1) return { usable: false, fault: 'key_exposed', why: exposedAt(exposed) };
  if (keys.length > MAXIMUM_KEYS)
    return notUsable(`${keys.length} keys; no more than ${MAXIMUM_KEYS} are read`);
  if (hasRepeatedId(keys)) return notUsable('two keys have one "kid" (RFC 7517 section 4.5)');
  return toVerdict(keys, now);
}

function toVerdict(keys: readonly JsonWebKey[], now: Date): FetchedKeySetVerdict {
  const ders = new Map<string, Uint8Array>();
  for (const [index, key] of keys.entries()) {
    if (!isForSignatures(key) || key['x5c'] === undefined) continue;
    const read = readKey(key, `jwks/keys/${index}`, now);
    if (read.accepted) remember(ders, read.value);
    else if (!read.problems.every(isNoneOfItsTime)) return notUsable(read.problems.map(toText).join('; '));
  }
  if (ders.size === 0)
    return notUsable('no key has a certificate ("x5c") that is valid now (RFC 8705 section 2.2)');
  return { usable: true, certificates: [...ders.values()] };
}

function remember(ders: Map<string, Uint8Array>, { der }: Certificate): void {
  ders.set(Buffer.from(der).toString('base64'), der);
}

const notUsable = (why: string): FetchedKeySetVerdict => ({ usable: false, fault: 'not_usable', why });

const exposedAt = (index: number): string =>
  `keys/${index} has private members: the partner publishes a private key, which is exposed and has to be replaced`;

const isNoneOfItsTime = ({ code }: RegistrationProblem): boolean =>
  code === 'validity.expired' || code === 'validity.not_yet';

const toText = ({ field, detail }: RegistrationProblem): string =>
  `${field.replace(/^jwks\//, '')}: ${detail}`;

/** RFC 7517 §4.2: what is not said to be for something else may be for signatures. */
const isForSignatures = ({ use }: JsonWebKey): boolean => use === undefined || use === 'sig';

function hasRepeatedId(keys: readonly JsonWebKey[]): boolean {
  const ids = keys.map(({ kid }) => kid).filter((kid) => kid !== undefined);
  return new Set(ids).size < ids.length;
}

/** RFC 8259 §8.1: UTF-8, and nothing that has to be replaced. */
function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is JsonWebKey =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
