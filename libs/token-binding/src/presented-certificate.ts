/**
 * What a peer presented and proved possession of, to us or to a proxy of ours. One object per connection and certificate,
 * or behind a proxy per certificate: whatever is derived from it (parsing, thumbprint, verdicts) is remembered by its
 * identity.
 */
export interface PresentedCertificate {
  /** DER of the end-entity certificate, exactly as it came over the wire. */
  readonly leaf: Uint8Array;
  /** DER of the other certificates that came along, in no particular order; not to be trusted in any way. */
  readonly bag: readonly Uint8Array[];
  /** What the proxy that ended TLS said against it. It can only refuse: without it, nothing is known in its favour. */
  readonly proxyRefusal?: string;
}
