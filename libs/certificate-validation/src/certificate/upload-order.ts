import type { Certificate } from './certificate.js';

export type UploadOrder =
  | { readonly ordered: true; readonly certificates: readonly [Certificate, ...Certificate[]] }
  | { readonly ordered: false; readonly code: 'two_leaves' | 'not_one_chain' };

/**
 * Puts an uploaded bundle in order: the leaf, or the lowest authority, then issuer after issuer. Links by name;
 * signatures are the path validation's business.
 */
export function orderUpload(uploaded: readonly Certificate[]): UploadOrder {
  const certificates = uploaded.filter(
    (certificate, index) =>
      uploaded.findIndex(({ der }) => Buffer.compare(der, certificate.der) === 0) === index,
  );
  if (certificates.filter(({ isCa }) => !isCa).length > 1) return { ordered: false, code: 'two_leaves' };
  const lowest = certificates.filter(
    (one) => !certificates.some((other) => other !== one && isIssuer(one, other)),
  );
  if (lowest.length !== 1) return { ordered: false, code: 'not_one_chain' };
  const chain: [Certificate, ...Certificate[]] = [lowest[0]!];
  for (
    let next = findIssuer(chain, certificates);
    next !== undefined;
    next = findIssuer(chain, certificates)
  ) {
    chain.push(next);
  }
  if (chain.length !== certificates.length) return { ordered: false, code: 'not_one_chain' };
  return { ordered: true, certificates: chain };
}

const isIssuer = (issuer: Certificate, child: Certificate): boolean =>
  issuer.subject.canonical === child.issuer.canonical;

function findIssuer(
  chain: readonly Certificate[],
  certificates: readonly Certificate[],
): Certificate | undefined {
  const last = chain.at(-1)!;
  return certificates.find((candidate) => !chain.includes(candidate) && isIssuer(candidate, last));
}
