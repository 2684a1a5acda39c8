/** What a path must satisfy. Spelled out in full: nothing here has a default. */
export interface ValidationPolicy {
  readonly purpose: 'clientAuth' | 'serverAuth' | 'any';
  /** RFC 5280 §4.2.1.12. Where the extension names other purposes only, it is refused in any case. */
  readonly extendedKeyUsage: { readonly leaf: UsageRule; readonly issuers: UsageRule };
  readonly authorityAsLeaf: 'accept' | 'refuse';
  readonly anchor: {
    readonly validity: 'enforce' | 'ignore';
    /** CA bit, pathLen, key usages and critical extensions of the anchor's own certificate. */
    readonly constraints: 'enforce' | 'ignore';
  };
  readonly limits: PathLimits;
}

export interface UsageRule {
  readonly whenAbsent: 'accept' | 'refuse';
  readonly anyPurpose: 'accept' | 'refuse';
}

export interface PathLimits {
  /** Certificates that the client may present beside the leaf. */
  readonly bag: number;
  /** Intermediates on a path; self-issued ones do not count. */
  readonly intermediates: number;
  readonly signatures: number;
  readonly steps: number;
}

/** A partner's client certificate under that partner's own anchors. */
export const PARTNER_CERTIFICATES: ValidationPolicy = {
  purpose: 'clientAuth',
  extendedKeyUsage: {
    leaf: { whenAbsent: 'accept', anyPurpose: 'accept' },
    issuers: { whenAbsent: 'accept', anyPurpose: 'accept' },
  },
  authorityAsLeaf: 'refuse',
  anchor: { validity: 'enforce', constraints: 'enforce' },
  limits: { bag: 10, intermediates: 6, signatures: 64, steps: 2_000 },
};
