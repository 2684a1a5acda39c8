import type { AcceptedAlgorithms } from './signature-algorithm.js';

/** What a path must satisfy. Spelled out in full: nothing here has a default. */
export interface ValidationPolicy {
  readonly purpose: 'clientAuth' | 'serverAuth' | 'any';
  /** RFC 5280 §4.2.1.12. Where the extension names other purposes only, it is refused in any case. */
  readonly extendedKeyUsage: { readonly leaf: UsageRule; readonly issuers: UsageRule };
  readonly authorityAsLeaf: 'accept' | 'refuse';
  readonly anchor: {
    readonly validity: 'enforce' | 'ignore';
    /** CA bit, pathLen, key usages, names, policies and critical extensions of the anchor's own certificate. */
    readonly constraints: AnchorConstraints;
  };
  readonly certificatePolicies: InitialPolicies;
  readonly signatureAlgorithms: AcceptedAlgorithms;
  readonly limits: PathLimits;
}

/** The policy inputs of RFC 5280 §6.1.1 (c), (e), (f) and (g). */
export interface InitialPolicies {
  /** `any`, or the dotted object identifiers of which one must be valid where a policy is required. */
  readonly acceptable: 'any' | readonly string[];
  /** Whether a policy is required even if no issuer asks for it. */
  readonly explicitPolicy: 'require' | 'accept-absent';
  readonly policyMapping: 'process' | 'inhibit';
  readonly anyPolicy: 'process' | 'inhibit';
}

/**
 * `enforce`: an anchor is held to what every authority is held to. `enforce-present`: what its certificate says counts,
 * but it need not say that it is an authority, as roots of version 1 do not. `ignore`: only name and key count (RFC 5280
 * §6.1.1 (d)).
 */
export type AnchorConstraints = 'enforce' | 'enforce-present' | 'ignore';

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
  /** Comparisons of a name with a subtree of name constraints, over the whole search. */
  readonly nameConstraints: number;
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
  // Policies bind only where an issuer of the partner's own says so.
  certificatePolicies: {
    acceptable: 'any',
    explicitPolicy: 'accept-absent',
    policyMapping: 'process',
    anyPolicy: 'process',
  },
  signatureAlgorithms: 'strong',
  limits: { bag: 10, intermediates: 6, signatures: 64, steps: 2_000, nameConstraints: 10_000 },
};
