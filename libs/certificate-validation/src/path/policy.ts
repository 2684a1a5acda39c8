/** What a path must satisfy. Spelled out in full: nothing here has a default. */
export interface ValidationPolicy {
  readonly purpose: 'clientAuth' | 'serverAuth' | 'any';
  /** RFC 5280 §4.2.1.12: absent means any purpose. */
  readonly extendedKeyUsage: {
    readonly whenAbsent: 'accept' | 'refuse';
    readonly anyPurpose: 'accept' | 'refuse';
  };
  readonly authorityAsLeaf: 'accept' | 'refuse';
  readonly anchor: {
    readonly validity: 'enforce' | 'ignore';
    /** CA bit, pathLen, key usages and critical extensions of the anchor's own certificate. */
    readonly constraints: 'enforce' | 'ignore';
  };
  readonly limits: PathLimits;
}

export interface PathLimits {
  /** Certificates presented and stored beside the leaf. */
  readonly bag: number;
  /** Intermediates on a path; self-issued ones do not count. */
  readonly intermediates: number;
  readonly signatures: number;
  readonly steps: number;
}

/** A partner's client certificate under that partner's own anchors. */
export const PARTNER_CERTIFICATES: ValidationPolicy = {
  purpose: 'clientAuth',
  extendedKeyUsage: { whenAbsent: 'accept', anyPurpose: 'accept' },
  authorityAsLeaf: 'refuse',
  anchor: { validity: 'enforce', constraints: 'enforce' },
  limits: { bag: 10, intermediates: 6, signatures: 64, steps: 2_000 },
};
