import type { DecodedCertificate } from './decode-certificate.js';

export interface OrderedChain {
  /** The leaf (or the lowest authority) first, then its issuers. */
  readonly chain: readonly [DecodedCertificate, ...DecodedCertificate[]];
  /** Certificates that do not stand above the first one. */
  readonly unrelated: readonly DecodedCertificate[];
  /** Whether the chain stood in another order in the input. */
  readonly wasReordered: boolean;
}

/** Every end-entity certificate of the list: with more than one, it is not clear which is meant. */
export function findLeaves(certificates: readonly DecodedCertificate[]): DecodedCertificate[] {
  return certificates.filter(({ isCa }) => !isCa);
}

/**
 * Puts certificates in the order in which a server sends them (RFC 5246 §7.4.2). Links by name, and by key identifier
 * where both sides have one.
 *
 * Does NOT verify signatures: the server does.
 */
export function orderChain(
  certificates: readonly [DecodedCertificate, ...DecodedCertificate[]],
): OrderedChain {
  const [first = certificates[0]] = [...findLeaves(certificates), ...lowestOf(certificates)];
  const chain: [DecodedCertificate, ...DecodedCertificate[]] = [first];
  for (
    let next = findIssuer(chain, certificates);
    next !== undefined;
    next = findIssuer(chain, certificates)
  ) {
    chain.push(next);
  }
  const pasted = certificates.filter((certificate) => chain.includes(certificate));
  return {
    chain,
    unrelated: certificates.filter((certificate) => !chain.includes(certificate)),
    wasReordered: pasted.some((certificate, index) => certificate !== chain[index]),
  };
}

/** Each certificate once, however often it was pasted. */
export function withoutDuplicates(certificates: readonly DecodedCertificate[]): DecodedCertificate[] {
  const byThumbprint = new Map(certificates.map((one) => [one.thumbprint.x5tS256, one] as const));
  return [...byThumbprint.values()];
}

function lowestOf(certificates: readonly DecodedCertificate[]): DecodedCertificate[] {
  return certificates.filter((one) => !certificates.some((other) => other !== one && isIssuer(one, other)));
}

function findIssuer(
  chain: readonly DecodedCertificate[],
  certificates: readonly DecodedCertificate[],
): DecodedCertificate | undefined {
  const last = chain.at(-1)!;
  if (last.isSelfSigned) return undefined;
  return certificates.find((candidate) => !chain.includes(candidate) && isIssuer(candidate, last));
}

function isIssuer(issuer: DecodedCertificate, child: DecodedCertificate): boolean {
  if (issuer.subject.canonical !== child.issuer.canonical) return false;
  const [wanted, offered] = [child.authorityKeyId, issuer.subjectKeyId];
  return wanted === undefined || offered === undefined || wanted === offered;
}
