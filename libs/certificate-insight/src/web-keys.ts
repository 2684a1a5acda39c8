import { decodeBase64, toBase64 } from './octets.js';
import { jwkFacts, type PublicKeyFacts } from './public-key.js';

/** One public key of a JWK Set (RFC 7517 §4), as it was written; nothing of it has been compared yet. */
export interface WebKey {
  /** Its place in `keys`, from 0; a single JWK has 0. */
  readonly index: number;
  readonly kid: string | undefined;
  readonly use: string | undefined;
  readonly alg: string | undefined;
  readonly key: PublicKeyFacts;
  /** DER of its certificate, then of its issuers (RFC 7517 §4.7), not yet looked into. */
  readonly x5c: readonly Uint8Array[] | 'absent' | 'malformed';
  /** Every member by its name, for comparison with what the certificate says. */
  readonly members: Readonly<Record<string, unknown>>;
}

export type KeySetProblem = 'private_key' | 'json' | 'no_keys' | 'too_many_keys';

export const MAXIMUM_KEYS = 16;

/** RFC 7518 §6.2.2, §6.3.2, §6.4, and `priv` of keys against quantum computers. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

/**
 * The public keys of a JWK Set or of one JWK, out of JSON that has been parsed; or what it is instead. A private or
 * symmetric key anywhere in it, however deep, refuses everything.
 */
export function readKeySet(json: unknown): readonly WebKey[] | KeySetProblem {
  if (holdsPrivateMembers(json)) return 'private_key';
  const keys = keysOf(json);
  if (keys === undefined) return 'json';
  if (keys.length === 0) return 'no_keys';
  return keys.length > MAXIMUM_KEYS ? 'too_many_keys' : keys.map(toWebKey);
}

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function holdsPrivateMembers(json: unknown): boolean {
  if (typeof json !== 'object' || json === null) return false;
  if ('kty' in json && PRIVATE_MEMBERS.some((member) => Object.hasOwn(json, member))) return true;
  return Object.values(json).some(holdsPrivateMembers);
}

/** `undefined` unless it is a JWK Set (RFC 7517 §5), or one key. */
function keysOf(json: unknown): readonly JsonObject[] | undefined {
  if (!isObject(json)) return undefined;
  const keys: unknown = json['keys'];
  if (Array.isArray(keys)) return keys.every(isObject) ? keys : undefined;
  return 'kty' in json || 'x5c' in json ? [json] : undefined;
}

function toWebKey(members: JsonObject, index: number): WebKey {
  return {
    index,
    kid: shown(members['kid']),
    use: shown(members['use']),
    alg: shown(members['alg']),
    key: jwkFacts(shown(members['kty']), shown(members['crv']), members['n']),
    x5c: readX5c(members['x5c']),
    members,
  };
}

/** RFC 7517 §4.7: base64 with padding (RFC 4648 §4), not base64url and not PEM. */
function readX5c(x5c: unknown): WebKey['x5c'] {
  if (x5c === undefined) return 'absent';
  if (!Array.isArray(x5c) || x5c.length === 0 || x5c.length > MAXIMUM_KEYS) return 'malformed';
  const ders = x5c.map((text: unknown) => (typeof text === 'string' ? decodeBase64(text) : undefined));
  const isExact = ders.every((der, at) => der !== undefined && toBase64(der) === x5c[at]);
  return isExact ? ders.filter((der) => der !== undefined) : 'malformed';
}

/** Text of a stranger, fit to be shown in a line. */
function shown(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return value.slice(0, 128).replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\ufffd');
}
