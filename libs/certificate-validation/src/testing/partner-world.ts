import {
  createAuthority,
  type Authority,
  type AuthorityOptions,
  type CertificateOptions,
  type IssuedCertificate,
} from '@holdfast/test-pki';
import { parseCertificate, type Certificate } from '../certificate/certificate.js';
import { PARTNER_CERTIFICATES, type ValidationPolicy } from '../path/policy.js';
import type { TrustAnchor } from '../path/search.js';
import { validateClientCertificate, type BagEntry, type CertificateVerdict } from '../path/validate.js';

export const NOON = new Date('2026-06-01T12:00:00Z');
export const YEAR = {
  notBefore: new Date('2026-01-01T00:00:00Z'),
  notAfter: new Date('2026-12-31T23:59:59Z'),
} as const;

export const LEAF = {
  subject: 'CN=partner-1,O=Acme',
  san: { dns: ['api.partner.example'] },
  extendedKeyUsage: ['clientAuth'],
  ...YEAR,
} as const satisfies CertificateOptions;

export const INTERMEDIATE = { subject: 'CN=Issuing CA,O=Acme', ...YEAR } as const satisfies AuthorityOptions;
export const ROOT = { subject: 'CN=Root CA,O=Acme', ...YEAR } as const satisfies AuthorityOptions;

/** What goes into one validation. */
export interface Presented {
  readonly leaf: Certificate;
  readonly bag: readonly BagEntry[];
  readonly anchors: readonly TrustAnchor[];
  readonly policy: ValidationPolicy;
  readonly now: Date;
}

/** Root, intermediate and leaf of one partner, all valid at NOON. Tests change one thing. */
export interface PartnerWorld extends Presented {
  readonly root: Authority;
  readonly intermediate: Authority;
  readonly issued: IssuedCertificate;
  with(change: Partial<Presented>): Presented;
  /** The world with another leaf from the same intermediate. */
  leafWith(change: Partial<CertificateOptions>): Promise<Presented>;
  /** The world with another intermediate, and a leaf under it. */
  intermediateWith(change: Partial<AuthorityOptions>): Promise<Presented>;
  /** The world with another root, and everything under it. */
  rootWith(change: Partial<AuthorityOptions>): Promise<Presented>;
}

export const parsed = (der: Uint8Array): Certificate => {
  const result = parseCertificate(der);
  if (!result.parsed) throw new Error(`the test made a certificate that does not parse: ${result.fault}`);
  return result.certificate;
};

export const verdictOn = ({ leaf, bag, anchors, policy, now }: Presented): CertificateVerdict =>
  validateClientCertificate(leaf, bag, anchors, policy, now);

export async function partnerWorld(): Promise<PartnerWorld> {
  const root = await createAuthority(ROOT);
  const intermediate = await root.issueAuthority(INTERMEDIATE);
  const issued = await intermediate.issue(LEAF);
  const presented: Presented = {
    leaf: parsed(issued.der),
    bag: [parsed(intermediate.der)],
    anchors: [{ certificate: parsed(root.der) }],
    policy: PARTNER_CERTIFICATES,
    now: NOON,
  };
  const under = async (issuer: Authority, change: Partial<Presented>): Promise<Presented> => ({
    ...presented,
    leaf: parsed((await issuer.issue(LEAF)).der),
    ...change,
  });
  return {
    ...presented,
    root,
    intermediate,
    issued,
    with: (change) => ({ ...presented, ...change }),
    leafWith: async (change) => ({
      ...presented,
      leaf: parsed((await intermediate.issue({ ...LEAF, ...change })).der),
    }),
    intermediateWith: async (change) => {
      const changed = await root.issueAuthority({ ...INTERMEDIATE, ...change });
      return under(changed, { bag: [parsed(changed.der)] });
    },
    rootWith: async (change) => {
      const changed = await createAuthority({ ...ROOT, ...change });
      const below = await changed.issueAuthority(INTERMEDIATE);
      return under(below, { bag: [parsed(below.der)], anchors: [{ certificate: parsed(changed.der) }] });
    },
  };
}

/** The policy with tighter limits, so that a small world reaches them. */
export const withLimits = (limits: Partial<ValidationPolicy['limits']>): ValidationPolicy => ({
  ...PARTNER_CERTIFICATES,
  limits: { ...PARTNER_CERTIFICATES.limits, ...limits },
});
