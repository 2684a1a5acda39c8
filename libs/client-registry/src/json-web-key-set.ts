import { createPublicKey, hash } from 'node:crypto';
import { judgeLeaf, parseCertificate, type Certificate } from '@holdfast/certificate-validation';
import { thumbprintOf } from '@holdfast/token-binding';
import {
  faultProblem,
  refuse,
  type InputField,
  type Registration,
  type RegistrationProblem,
} from './registration-problem.js';

/** A JWK Set as it came in (RFC 7517 §5): not judged yet. */
export interface JsonWebKeySet {
  readonly keys: readonly JsonWebKey[];
}
export type JsonWebKey = Readonly<Record<string, unknown>>;

/**
 * The certificates of a client's `jwks` (RFC 8705 §2.2): `x5c[0]` of each key, or every problem with the set. What is
 * compared later is computed from `x5c[0]`; a declared thumbprint or key that says otherwise refuses the set.
 *
 * Does NOT look at the rest of `x5c`: the chain of a self-signed certificate is not judged.
 */
export function readCertificatesOf({ keys }: JsonWebKeySet, now: Date): Registration<readonly Certificate[]> {
  const read = keys.map((key, index) => readKey(key, `jwks/keys/${index}`, now));
  const problems = read.flatMap((one) => (one.accepted ? [] : one.problems));
  if (problems.length > 0) return refuse(...problems);
  return { accepted: true, value: read.flatMap((one) => (one.accepted ? [one.value] : [])) };
}

/** `x5c[0]` of one key, or every problem with it. `field` is where the key stands. */
export function readKey(
  key: JsonWebKey,
  field: InputField & `jwks/${string}`,
  now: Date,
): Registration<Certificate> {
  // RFC 7518 §6.2.2, §6.3.2, §6.4: first of all, so that nothing else is done with a key that is exposed.
  if (isExposed(key)) {
    return refuse({ field, code: 'private_key_present', detail: PRIVATE_KEY_PRESENT });
  }
  const der = firstOf(key['x5c']);
  if (der === undefined) return refuse({ field: `${field}/x5c`, code: 'x5c_missing', detail: X5C_MISSING });
  const parsed = parseCertificate(der);
  if (!parsed.parsed) return refuse(faultProblem(`${field}/x5c`, parsed.fault));
  const judged = judgeLeaf(parsed.certificate, now);
  if (!judged.sound) return refuse(faultProblem(`${field}/x5c`, judged.fault));
  const certified = publicJwkOf(parsed.certificate);
  if (certified === undefined) return refuse(faultProblem(`${field}/x5c`, 'key.malformed'));
  const problems = [
    ...keyContradictions(key, certified, field),
    ...thumbprintContradictions(key, der, field),
  ];
  return problems.length > 0 ? refuse(...problems) : { accepted: true, value: parsed.certificate };
}

/** Whether a key has members that only its owner may know, whatever their values. */
export const isExposed = (key: JsonWebKey): boolean => PRIVATE_MEMBERS.some((member) => member in key);

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];
const PRIVATE_KEY_PRESENT =
  'this key has private members; nothing was stored. Treat it as exposed, and send public keys only';
const X5C_MISSING =
  'the key needs "x5c" with its certificate first, DER as base64 with padding (RFC 7517 section 4.7)';

/** RFC 7517 §4.7: base64 of RFC 4648 §4, not base64url; taken literally, since Buffer reads far more. */
function firstOf(x5c: unknown): Uint8Array | undefined {
  const [first] = Array.isArray(x5c) ? (x5c as unknown[]) : [];
  if (typeof first !== 'string' || first === '') return undefined;
  const der = Buffer.from(first, 'base64');
  return der.toString('base64') === first ? Uint8Array.from(der) : undefined;
}

/** RFC 7517 §4.7: the key in the first certificate MUST be the one that the other members represent. */
function keyContradictions(
  key: JsonWebKey,
  certified: JsonWebKey,
  field: `jwks/${string}`,
): RegistrationProblem[] {
  return Object.entries(certified)
    .filter(([member, value]) => key[member] !== value)
    .map(([member]) => ({
      field: `${field}/${member}`,
      code: 'key_contradicts',
      detail: `"${member}" is not that of the key in x5c[0] (RFC 7517 section 4.7)`,
    }));
}

/** Undefined for a point that is not on its curve, which parsing does not find. */
function publicJwkOf({ publicKeyInfo }: Certificate): JsonWebKey | undefined {
  try {
    const key = { key: Buffer.from(publicKeyInfo.der), format: 'der', type: 'spki' } as const;
    return createPublicKey(key).export({ format: 'jwk' }) as JsonWebKey;
  } catch {
    return undefined;
  }
}

/** What is declared counts for nothing; that it is wrong shows that another certificate was meant. */
function thumbprintContradictions(
  key: JsonWebKey,
  der: Uint8Array,
  field: `jwks/${string}`,
): RegistrationProblem[] {
  const computed = { x5t: hash('sha1', der, 'base64url'), 'x5t#S256': thumbprintOf(der) as string };
  return Object.entries(computed)
    .filter(([member, value]) => key[member] !== undefined && key[member] !== value)
    .map(([member]) => ({
      field: `${field}/${member}`,
      code: 'thumbprint_contradicts',
      detail: `the declared "${member}" is not that of x5c[0]; correct it or leave it away`,
    }));
}
