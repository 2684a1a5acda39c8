import { findLeaves, orderChain, withoutDuplicates } from './chain.js';
import { decodeCertificate, type DecodedCertificate } from './decode-certificate.js';
import { decodeRequest, type DecodedRequest } from './decode-request.js';
import { extract, type Extracted } from './extract.js';
import { foreignCheck } from './foreign-content.js';
import type { Chain } from './intended-use.js';
import { finding, type Check } from './lints.js';
import { describeKeys, type DescribedKey } from './described-keys.js';

/** What somebody pasted, decoded: one of the kinds that have to do with certificates, or why it is none. */
export type Pasted = PastedCertificates | PastedKeySet | PastedRequest | PastedRefused;

export interface PastedCertificates {
  /** `pkcs7`: they came in a bundle (RFC 5652 §5), which has no order. */
  readonly kind: 'certificates' | 'pkcs7';
  /** The leaf (or the lowest authority) first, then its issuers. Send the `pem` of these, never the input. */
  readonly certificates: Chain<DecodedCertificate>;
  /** What had to be put right while reading. What the certificates are good for: see `lint`. */
  readonly checks: readonly Check[];
}

/** A JWK Set, or one JWK (RFC 7517): each key with its certificate, or without. */
export interface PastedKeySet {
  readonly kind: 'jwks';
  readonly keys: Chain<DescribedKey>;
}

/** A certificate signing request: what a certificate is going to be, if an authority agrees. */
export interface PastedRequest {
  readonly kind: 'request';
  readonly request: DecodedRequest;
}

export interface PastedRefused {
  readonly kind: 'refused';
  /** One check of level `block`. */
  readonly checks: readonly [Check];
}

/**
 * Reads what a person pastes, drops or opens: PEM with one or several certificates in any order and text around them,
 * one certificate as DER, a PKCS#7 bundle as PEM or DER, a JWK Set, or a certificate signing request; all but JSON also
 * as base64. A private key is looked for first; if there is one, nothing else is read and nothing of the input is in the
 * answer.
 *
 * Does NOT judge: what is wrong for a purpose is said by `lint`, and only the server decides.
 */
export async function readPasted(input: string | Uint8Array): Promise<Pasted> {
  const extracted = extract(typeof input === 'string' ? new TextEncoder().encode(input) : input);
  switch (extracted.kind) {
    case 'refused':
      return refused(extracted.check);
    case 'request': {
      const request = await decodeRequest(extracted.der);
      return request === undefined
        ? refused(foreignCheck('certificate_request_malformed'))
        : { kind: 'request', request };
    }
    case 'jwks': {
      const [first, ...others] = await describeKeys(extracted.keys);
      return first === undefined
        ? refused(foreignCheck('web_key'))
        : { kind: 'jwks', keys: [first, ...others] };
    }
    default:
      return toCertificates(extracted, await Promise.all(extracted.ders.map(decodeCertificate)));
  }
}

function toCertificates(
  { kind, checks: before }: Extract<Extracted, { ders: unknown }>,
  decoded: readonly (DecodedCertificate | undefined)[],
): PastedCertificates | PastedRefused {
  const [first, ...others] = withoutDuplicates(decoded.filter((certificate) => certificate !== undefined));
  if (first === undefined || decoded.includes(undefined))
    return refused(foreignCheck('malformed_certificate'));
  const leaves = findLeaves([first, ...others]);
  if (leaves.length > 1) return refused(severalLeaves(leaves));
  const { chain, unrelated, wasReordered } = orderChain([first, ...others]);
  const checks: Check[] = [...before];
  // The certificates of a bundle are a SET (RFC 5652 §5.1): nobody chose their order.
  if (wasReordered && kind === 'certificates') checks.push(CHAIN_ORDER);
  if (unrelated.length > 0) checks.push(chainUnrelated(unrelated));
  return { kind, certificates: chain, checks };
}

const CHAIN_ORDER = finding(
  'CHAIN_ORDER',
  'The certificates stood in another order. Here they were put right: the certificate itself first, then the one that issued it, and so on.',
  {
    remedy:
      'If your server sends the same file, put it in this order there too; some servers refuse another one.',
  },
);

function chainUnrelated(unrelated: readonly DecodedCertificate[]): Check {
  return finding(
    'CHAIN_UNRELATED',
    `Not part of the chain, and left out: ${namesOf(unrelated)}. None of them issued one of the other certificates.`,
    {
      remedy:
        'If a certificate is missing between them, paste it too. If they belong elsewhere, add them there.',
    },
  );
}

/** The blocking check where one certificate is wanted and there are several that could be meant. */
export function severalLeaves(leaves: readonly DecodedCertificate[]): Check {
  return finding(
    'SEVERAL_LEAVES',
    `There are ${leaves.length} certificates here that are not issuers of one another: ${namesOf(leaves)}. It is not clear which one is meant.`,
    { remedy: 'Paste one of them, with its issuers if you like, and add the others afterwards.' },
  );
}

const namesOf = (certificates: readonly DecodedCertificate[]): string =>
  certificates.map(({ subject }) => (subject.text === '' ? '(no name)' : subject.text)).join('; ');

const refused = (check: Check): PastedRefused => ({ kind: 'refused', checks: [check] });
