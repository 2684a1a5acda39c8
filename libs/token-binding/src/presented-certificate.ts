/**
 * What a peer presented and proved possession of on this connection. One object per connection and certificate:
 * whatever is derived from it (parsing, thumbprint, verdicts) is remembered by its identity.
 */
export interface PresentedCertificate {
  /** DER of the end-entity certificate, exactly as it came over the wire. */
  readonly leaf: Uint8Array;
  /** DER of the other certificates that came along, in no particular order; not to be trusted in any way. */
  readonly bag: readonly Uint8Array[];
}
