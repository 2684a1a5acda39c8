import { KeyObject } from 'node:crypto';
import { importJWK, type JWK } from 'jose';
import { KEY_OF, type SignatureAlgorithm } from './algorithms.js';
import { hasRocaFingerprint } from './roca.js';

/** A public key that an issuer signs with. */
export interface VerificationKey {
  readonly kid: string | undefined;
  /** The JWK as it was published; another text is another key. */
  readonly published: string;
  /** Ready for use, for each algorithm that it is allowed for. */
  readonly byAlgorithm: ReadonlyMap<string, KeyObject>;
}

/** The key set is not one that anybody could verify with; `message` says why. */
export class KeySetInvalid extends Error {
  override readonly name = 'KeySetInvalid';
}

/** More keys than any issuer has. */
const MOST_KEYS = 100;
/** Members of JWKs that only private or symmetric keys have (RFC 7518 §6). */
const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** Verification keys by `kid`; see `parseKeySet`. */
export class KeySet {
  constructor(private readonly keys: readonly VerificationKey[]) {}

  /** The one key that `kid` and `alg` name. Without `kid`, the only key for `alg`; undefined if there are several. */
  find(kid: string | undefined, alg: string): VerificationKey | undefined {
    const fitting = this.keys.filter(
      (key) => (kid === undefined || key.kid === kid) && key.byAlgorithm.has(alg),
    );
    return fitting.length === 1 ? fitting[0] : undefined;
  }

  has(key: VerificationKey): boolean {
    return this.keys.some(({ kid, published }) => kid === key.kid && published === key.published);
  }
}

/**
 * The keys of a JWK Set that verify signatures of `algorithms` (RFC 7517 §5). Keys for something else, malformed, too
 * small or weak ones are left out; so are all keys that share a `kid` with another one for signatures.
 *
 * Throws `KeySetInvalid` if it is no JWK Set, or shows a secret: then nothing that it signed can be trusted.
 */
export async function parseKeySet(json: unknown, algorithms: readonly SignatureAlgorithm[]): Promise<KeySet> {
  const { keys } = (json ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new KeySetInvalid('not a JWK Set: it has no list of keys');
  if (keys.length > MOST_KEYS) throw new KeySetInvalid(`more than ${MOST_KEYS} keys`);
  const jwks = keys.filter((jwk): jwk is JWK => typeof jwk === 'object' && jwk !== null);
  if (jwks.some((jwk) => jwk.kty === 'oct' || SECRET_MEMBERS.some((member) => Object.hasOwn(jwk, member))))
    throw new KeySetInvalid('it shows a private or symmetric key');
  const signing = jwks.filter(isForSignatures);
  const unambiguous = signing.filter(
    ({ kid }) => kid === undefined || signing.filter((other) => other.kid === kid).length === 1,
  );
  const read = await Promise.all(unambiguous.map((jwk) => toVerificationKey(jwk, algorithms)));
  return new KeySet(read.filter(({ byAlgorithm }) => byAlgorithm.size > 0));
}

/** RFC 7517 §4.2, §4.3: a key says what it is for, or nothing; if it says both, both must fit. */
function isForSignatures({ kid, use, key_ops: operations }: JWK): boolean {
  if (kid !== undefined && typeof kid !== 'string') return false;
  if (use !== undefined && use !== 'sig') return false;
  return operations === undefined || (Array.isArray(operations) && operations.includes('verify'));
}

async function toVerificationKey(
  jwk: JWK,
  algorithms: readonly SignatureAlgorithm[],
): Promise<VerificationKey> {
  const byAlgorithm = new Map<string, KeyObject>();
  for (const alg of algorithms) {
    if (!fits(jwk, alg)) continue;
    const key = await importJWK(jwk, alg).catch(() => undefined);
    if (key !== undefined && !(key instanceof Uint8Array)) byAlgorithm.set(alg, KeyObject.from(key));
  }
  return { kid: jwk.kid, published: JSON.stringify(jwk), byAlgorithm };
}

function fits(jwk: JWK, alg: SignatureAlgorithm): boolean {
  if (jwk.alg !== undefined && jwk.alg !== alg) return false;
  const wanted: { readonly kty: string; readonly crv?: string } = KEY_OF[alg];
  if (jwk.kty !== wanted.kty || jwk.crv !== wanted.crv) return false;
  return wanted.kty !== 'RSA' || isSoundRsa(jwk);
}

/** RFC 7518 §3.3: 2048 bits or more; no more than any peer can afford; an odd exponent above 1; not of CVE-2017-15361. */
function isSoundRsa({ n, e }: JWK): boolean {
  if (typeof n !== 'string' || typeof e !== 'string') return false;
  const modulus = toInteger(n);
  const exponent = toInteger(e);
  const bits = modulus.toString(2).length;
  return (
    bits >= 2_048 &&
    bits <= 8_192 &&
    exponent > 1n &&
    exponent % 2n === 1n &&
    exponent < 1n << 32n &&
    !hasRocaFingerprint(modulus)
  );
}

function toInteger(base64url: string): bigint {
  return BigInt(`0x0${Buffer.from(base64url, 'base64url').toString('hex')}`);
}
