import type { ForeignContent } from './foreign-content.js';

export type LintLevel = 'block' | 'error' | 'warning';

/**
 * Every code that a check can carry, how bad it is, and what was looked at.
 * `block`: nothing was decoded, nothing may be sent. `error`: the server will refuse it, or no call will succeed.
 * `warning`: it can work, but look twice. A check that passed has the same code and the level `ok`.
 */
export const LINTS = {
  PRIVATE_KEY_PRESENT: { level: 'block', title: 'Private key' },
  PKCS12_REFUSED: { level: 'block', title: 'PKCS#12 file' },
  NOT_A_CERTIFICATE: { level: 'block', title: 'Not a certificate' },
  SEVERAL_LEAVES: { level: 'block', title: 'More than one certificate' },
  IS_REQUEST: { level: 'warning', title: 'Kind of content' },
  REQUEST_NOT_PROVEN: { level: 'error', title: 'Proof of the key' },
  JWK_NO_CERTIFICATE: { level: 'error', title: 'Certificate of the key' },
  JWK_KEY_MISMATCH: { level: 'error', title: 'Key and certificate' },
  JWK_THUMBPRINT_MISMATCH: { level: 'error', title: 'Declared thumbprint' },
  JWK_REPEATED: { level: 'error', title: 'Repeated certificate' },
  JWK_KID_REPEATED: { level: 'warning', title: 'Repeated key id' },
  REST_IGNORED: { level: 'warning', title: 'Rest of the bundle' },
  CERTIFICATE_VERSION: { level: 'error', title: 'Version' },
  EKU_CLIENTAUTH_MISSING: { level: 'error', title: 'Use as a client' },
  IS_CA: { level: 'error', title: 'Kind of certificate' },
  KU_NO_DIGITAL_SIGNATURE: { level: 'error', title: 'Use of the key' },
  NOT_A_CA: { level: 'error', title: 'Kind of certificate' },
  CA_NO_CERT_SIGN: { level: 'error', title: 'Use of the key' },
  EXPIRED: { level: 'error', title: 'Validity' },
  NOT_YET_VALID: { level: 'error', title: 'Validity' },
  EXPIRES_SOON: { level: 'warning', title: 'Validity' },
  LIFETIME_TOO_LONG: { level: 'warning', title: 'Lifetime' },
  WEAK_KEY: { level: 'error', title: 'Key size' },
  WEAK_SIGNATURE: { level: 'error', title: 'Signature' },
  UNUSUAL_ALGORITHM: { level: 'error', title: 'Algorithm' },
  SELF_SIGNED_IN_NAME_MODE: { level: 'error', title: 'Issuer' },
  PUBLIC_WEB_CA: { level: 'warning', title: 'Issuer' },
  CA_NOT_TRUSTED_HERE: { level: 'error', title: 'Issuer' },
  CHAIN_INCOMPLETE: { level: 'warning', title: 'Chain' },
  CHAIN_ORDER: { level: 'warning', title: 'Order of the chain' },
  CHAIN_ROOT_INCLUDED: { level: 'warning', title: 'Root in the chain' },
  CHAIN_UNRELATED: { level: 'warning', title: 'Unrelated certificates' },
  NO_SUBJECT_VALUE: { level: 'error', title: 'Name to compare' },
  SAN_TYPE_ABSENT: { level: 'error', title: 'Name to compare' },
  DN_MULTIVALUE: { level: 'warning', title: 'Parts of the subject' },
  DN_NON_ASCII: { level: 'warning', title: 'Characters of the subject' },
  DN_UNKNOWN_OID: { level: 'warning', title: 'Parts of the subject' },
} as const satisfies Record<string, { readonly level: LintLevel; readonly title: string }>;

export type LintCode = keyof typeof LINTS;

export interface Check {
  readonly code: LintCode;
  readonly level: LintLevel | 'ok';
  /** What is the matter, in one or two sentences. It never repeats the input, except for names decoded from it. */
  readonly text: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** A line to copy into a shell. */
  readonly command?: string;
  /** With `NOT_A_CERTIFICATE` and `PKCS12_REFUSED`: what the input is instead. */
  readonly found?: ForeignContent;
  /** Of a JWK Set: the place in `keys`, from 0, of the key that it is about. */
  readonly key?: number;
}

export interface Advice {
  readonly remedy?: string;
  readonly command?: string;
}

/** A check that did not pass; its level is that of the code. */
export function finding(code: LintCode, text: string, advice: Advice = {}): Check {
  return { code, level: LINTS[code].level, text, ...advice };
}

/** A check that passed. */
export function passed(code: LintCode, text: string): Check {
  return { code, level: 'ok', text };
}

const ORDER = { block: 0, error: 1, warning: 2, ok: 3 } as const satisfies Record<Check['level'], number>;

/** The worst first; checks of one level keep their order. */
export function worstFirst(checks: readonly Check[]): Check[] {
  return [...checks].sort((one, other) => ORDER[one.level] - ORDER[other.level]);
}
