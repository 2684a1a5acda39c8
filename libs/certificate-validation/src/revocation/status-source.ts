import type { Certificate } from '../certificate/certificate.js';
import { printableText } from '../certificate/general-names.js';
import { contextTag, DerReader, readOnly, TAG, type DerValue } from '../der/reader.js';
import { oidOf } from '../der/values.js';
import { Malformed } from '../fault.js';
import type { VerifiedPath } from '../path/search.js';
import { crlUrlsOf } from './distribution-point.js';

/** Where the status of a certificate is published: a CRL, or a responder that is asked about this one. */
export type StatusSource =
  | { readonly kind: 'crl'; readonly url: string }
  | {
      readonly kind: 'ocsp';
      readonly url: string;
      readonly certificate: Certificate;
      readonly issuer: Certificate;
    };

const AUTHORITY_INFO_ACCESS = '1.3.6.1.5.5.7.1.1';
const OCSP = '1.3.6.1.5.5.7.48.1';
/** A certificate may name several responders; nobody needs more than a few. */
const MAXIMUM_RESPONDERS = 4;

/** The http and https addresses at which the status of the certificates below the anchor is published. */
export function statusSourcesOf({ leaf, chain, anchor }: VerifiedPath): StatusSource[] {
  const issuers = [...chain, anchor.certificate];
  return [leaf, ...chain].flatMap((certificate, depth): StatusSource[] => [
    ...crlUrlsOf(certificate).map((url) => ({ kind: 'crl', url }) as const),
    ...ocspUrlsOf(certificate).map(
      (url) => ({ kind: 'ocsp', url, certificate, issuer: issuers[depth]! }) as const,
    ),
  ]);
}

/**
 * The OCSP responders of the certificate: http and https addresses of authorityInfoAccess (RFC 5280 §4.2.2.1, RFC 6960 §3.1).
 * Empty if they cannot be read. Only those of a *verified* certificate may ever be asked.
 */
export function ocspUrlsOf({ extensions }: Certificate): string[] {
  const found = extensions.find(({ oid }) => oid === AUTHORITY_INFO_ACCESS);
  if (found === undefined) return [];
  try {
    return [...new DerReader(readOnly(found.value, TAG.sequence).contents).rest()]
      .flatMap(readResponder)
      .filter((url) => /^https?:\/\//i.test(url))
      .slice(0, MAXIMUM_RESPONDERS);
  } catch (error) {
    if (error instanceof Malformed) return [];
    throw error;
  }
}

/** One AccessDescription: its address, if it is that of a responder. */
function readResponder(description: DerValue): string[] {
  if (description.tag !== TAG.sequence) throw new Malformed('der.tag');
  const reader = new DerReader(description.contents);
  const method = oidOf(reader.read(TAG.oid));
  const location = reader.readAny();
  reader.finish();
  return method === OCSP && location.tag === contextTag(6, 'primitive')
    ? [printableText(location.contents)]
    : [];
}
