import {
  createAuthority,
  encodeDer,
  encodeOid,
  TAG,
  type Authority,
  type AuthorityOptions,
  type CertificateOptions,
  type IssuedCertificate,
} from '@holdfast/test-pki';
import type { IntendedUse } from '../intended-use.js';
import { lint } from '../lint.js';
import type { Check } from '../lints.js';
import { readPasted } from '../read-pasted.js';
import { readPastedCertificate, type ReadableInsight } from '../read-pasted-certificate.js';

export const NOON = new Date('2026-06-01T12:00:00Z');
export const YEAR = {
  notBefore: new Date('2026-01-01T00:00:00Z'),
  notAfter: new Date('2026-12-31T23:59:59Z'),
} as const;

export const LEAF = {
  subject: 'CN=payments,OU=API,O=Acme,C=GB',
  san: { dns: ['pay.acme.example'] },
  extendedKeyUsage: ['clientAuth'],
  ...YEAR,
} as const satisfies CertificateOptions;
export const INTERMEDIATE = { subject: 'CN=Issuing CA,O=Acme', ...YEAR } as const satisfies AuthorityOptions;
export const ROOT = { subject: 'CN=Root CA,O=Acme', ...YEAR } as const satisfies AuthorityOptions;

export const BY_SUBJECT: IntendedUse = { mode: 'match-by-name', field: 'subject_dn' };
export const BY_DNS: IntendedUse = { mode: 'match-by-name', field: 'san_dns' };
export const PIN = { mode: 'pin-certificate' } as const satisfies IntendedUse;
export const ANCHOR: IntendedUse = { mode: 'trust-anchor' };

/** Root, intermediate and leaf of one partner, all in order at NOON. Tests change one thing. */
export interface PastedWorld {
  readonly root: Authority;
  readonly intermediate: Authority;
  readonly leaf: IssuedCertificate;
  /** Another leaf from the same intermediate, followed by it, as PEM. */
  leafWith(change: Partial<CertificateOptions>): Promise<string>;
}

export async function pastedWorld(): Promise<PastedWorld> {
  const root = await createAuthority(ROOT);
  const intermediate = await root.issueAuthority(INTERMEDIATE);
  const leaf = await intermediate.issue(LEAF);
  const leafWith = async (change: Partial<CertificateOptions>): Promise<string> =>
    (await intermediate.issue({ ...LEAF, ...change })).pem + intermediate.pem;
  return { root, intermediate, leaf, leafWith };
}

/** Reads what must be readable. */
export async function read(input: string | Uint8Array): Promise<ReadableInsight> {
  const insight = await readPastedCertificate(input);
  if (!insight.readable)
    throw new Error(`not readable: ${insight.checks[0].code} ${insight.checks[0].found}`);
  return insight;
}

export async function lintPasted(input: string | Uint8Array, use: IntendedUse, now = NOON): Promise<Check[]> {
  return lint(await readPasted(input), use, now);
}

/** The codes of everything that did not pass. */
export const findings = (checks: readonly Check[]): string[] =>
  checks.filter(({ level }) => level !== 'ok').map(({ code }) => code);

/** A bundle of certificates without signers (RFC 5652 §5.1): what `.p7b` files are. */
export function pkcs7(
  entries: readonly Uint8Array[],
  revocationLists: readonly Uint8Array[] = [],
): Uint8Array {
  const part = (tag: number, values: readonly Uint8Array[]): Uint8Array[] =>
    values.length === 0 ? [] : [encodeDer(tag, ...values)];
  const signedData = encodeDer(
    TAG.sequence,
    encodeDer(TAG.integer, Uint8Array.of(1)),
    encodeDer(0x31),
    encodeDer(TAG.sequence, encodeOid('1.2.840.113549.1.7.1')),
    ...part(0xa0, entries),
    ...part(0xa1, revocationLists),
    encodeDer(0x31),
  );
  return encodeDer(TAG.sequence, encodeOid('1.2.840.113549.1.7.2'), encodeDer(0xa0, signedData));
}
