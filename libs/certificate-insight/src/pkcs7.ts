import { oidOf, readStrictly, TAG, type DerValue } from './der.js';

/** What a bundle of certificates holds. */
export interface CertificateBag {
  /** DER of each, not yet looked into. A SET: their order says nothing. */
  readonly certificates: readonly Uint8Array[];
  readonly revocationLists: number;
  /** Attribute certificates and other kinds that are no X.509 certificate (RFC 5652 §10.2.2). */
  readonly others: number;
}

export type Pkcs7Problem = 'pkcs7_not_der' | 'pkcs7_other' | 'pkcs7_empty';

const SIGNED_DATA = '1.2.840.113549.1.7.2';

/**
 * Opens SignedData (RFC 5652 §5.1, RFC 2315 §9.1), as `.p7b` and `.p7c` files are made of: their certificates. DER only:
 * what has another form is refused and not guessed at, and OpenSSL rewrites it.
 *
 * Does NOT verify signatures in it, nor look at its content: a certificate counts by itself, wherever it came in.
 */
export function readPkcs7(der: Uint8Array): CertificateBag | Pkcs7Problem {
  const [type, content] = membersOf(only(readStrictly(der), TAG.sequence)) ?? [];
  if (type === undefined) return 'pkcs7_not_der';
  if (oidOf(type) !== SIGNED_DATA) return 'pkcs7_other';
  const signedData = only(membersOf(content), TAG.sequence);
  const fields = membersOf(signedData);
  if (content?.tag !== TAG.explicit0 || fields === undefined || !hasFrame(fields)) return 'pkcs7_not_der';
  const entries = membersOf(fields.find(({ tag }) => tag === TAG.explicit0)) ?? [];
  const lists = membersOf(fields.find(({ tag }) => tag === TAG.explicit1)) ?? [];
  const certificates = entries.filter(({ tag }) => tag === TAG.sequence).map(({ encoded }) => encoded);
  if (certificates.length === 0) return 'pkcs7_empty';
  return {
    certificates,
    revocationLists: lists.length,
    others: entries.length - certificates.length,
  };
}

/** Version, digestAlgorithms, encapContentInfo, [0] certificates, [1] crls, signerInfos; each tagged part readable. */
function hasFrame(fields: readonly DerValue[]): boolean {
  const tags = fields.map(({ tag }) => tag.toString(16)).join(' ');
  return /^2 31 30(?: a0)?(?: a1)? 31$/.test(tags) && fields.every((field) => membersOf(field) !== undefined);
}

/** The values inside one value; a primitive one has none. */
function membersOf(value: DerValue | undefined): DerValue[] | undefined {
  if (value === undefined) return undefined;
  return (value.tag & 0x20) === 0 ? [] : readStrictly(value.contents);
}

function only(values: readonly DerValue[] | undefined, tag: number): DerValue | undefined {
  return values?.length === 1 && values[0]!.tag === tag ? values[0] : undefined;
}
