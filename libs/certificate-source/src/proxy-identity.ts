import { createHash, timingSafeEqual } from 'node:crypto';
import { isIPv6 } from 'node:net';
import {
  judgeLeaf,
  parseCertificate,
  PARTNER_CERTIFICATES,
  validateClientCertificate,
} from '@holdfast/certificate-validation';
import { thumbprintOf, type PresentedCertificate } from '@holdfast/token-binding';
import type { ProxyCertificate, TrustedProxy } from './trusted-proxy.js';

/** What a peer of the proxy listener shows of itself. */
export interface ProxyPeer {
  /** As the socket reports it. */
  readonly address: string | undefined;
  /** Its own, from its own TLS handshake with us. */
  readonly certificate: PresentedCertificate | undefined;
  /** The values of all `Proxy-Authorization` lines. */
  readonly authorization: readonly string[];
}

export type ProxyVerdict =
  | { readonly known: true; readonly proxy: TrustedProxy }
  | { readonly known: false; readonly fault: 'address_not_listed' | 'credential_wrong' | 'proxy_ambiguous' };

/**
 * Decides which of the proxies the peer is: the only one that lists its address and of which it has *every* credential
 * that is asked (decisions 2). A certificate counts under the proxy's own thumbprints or authority only, never under
 * an anchor of a partner, and never through Node's trust store.
 *
 * Does NOT check revocation: a proxy's certificate is withdrawn by changing the file.
 */
export class ProxyIdentification {
  /** Until when a certificate is the proxy's; a "no" is not remembered, its connection ends. */
  private readonly proven = new WeakMap<PresentedCertificate, Map<TrustedProxy, Date>>();

  constructor(private readonly proxies: readonly TrustedProxy[]) {}

  identify(peer: ProxyPeer, now: Date): ProxyVerdict {
    const listed = this.proxies.filter(({ addresses }) => isListed(peer.address, addresses));
    if (listed.length === 0) return { known: false, fault: 'address_not_listed' };
    const [proxy, ...others] = listed.filter(
      (one) => hasPassword(peer, one.basic) && this.hasCertificate(peer, one, now),
    );
    if (proxy === undefined) return { known: false, fault: 'credential_wrong' };
    return others.length === 0 ? { known: true, proxy } : { known: false, fault: 'proxy_ambiguous' };
  }

  private hasCertificate({ certificate: presented }: ProxyPeer, proxy: TrustedProxy, now: Date): boolean {
    // Nothing to ask for; then the password was asked for, or the file would not have been read.
    if (proxy.certificate === undefined) return proxy.basic !== undefined;
    if (presented === undefined) return false;
    const proven = this.proven.get(presented)?.get(proxy);
    if (proven !== undefined && now <= proven) return true;
    const until = provenUntil(presented, proxy.certificate, now);
    if (until === undefined) return false;
    const known = this.proven.get(presented) ?? new Map<TrustedProxy, Date>();
    this.proven.set(presented, known.set(proxy, until));
    return true;
  }
}

function isListed(address: string | undefined, list: TrustedProxy['addresses']): boolean {
  return address !== undefined && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** RFC 7617 §2. Compared as digests, in constant time; two lines are none. */
function hasPassword({ authorization }: ProxyPeer, expected: TrustedProxy['basic']): boolean {
  if (expected === undefined) return true;
  const [, base64 = ''] = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization[0] ?? '') ?? [];
  const digest = createHash('sha256').update(Buffer.from(base64, 'base64')).digest();
  return timingSafeEqual(digest, expected) && authorization.length === 1;
}

function provenUntil(presented: PresentedCertificate, own: ProxyCertificate, now: Date): Date | undefined {
  const leaf = parseCertificate(presented.leaf);
  if (!leaf.parsed) return undefined;
  if ('thumbprints' in own) {
    const isOwn = own.thumbprints.has(thumbprintOf(presented.leaf));
    return isOwn && judgeLeaf(leaf.certificate, now).sound ? leaf.certificate.notAfter : undefined;
  }
  const bag = presented.bag.map((der) => parseCertificate(der));
  const verdict = validateClientCertificate(leaf.certificate, bag, own.anchors, PARTNER_CERTIFICATES, now);
  return verdict.trusted ? verdict.validUntil : undefined;
}
