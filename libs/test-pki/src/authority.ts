import { makeCertificate, type CertificateOptions, type IssuedCertificate } from './certificate.js';

/** A leaf's options; without `keyUsage` it carries digitalSignature, without `extendedKeyUsage` none. */
export type LeafOptions = CertificateOptions;

export interface AuthorityOptions extends CertificateOptions {
  /** basicConstraints' pathLenConstraint; absent means unlimited. */
  readonly pathLength?: number;
}

/** A certificate authority made for one test run or one development stack: its key lives in memory. */
export interface Authority extends IssuedCertificate {
  /** Issues an end-entity certificate. */
  issue(options: LeafOptions): Promise<IssuedCertificate>;
  /** Issues an intermediate authority. */
  issueAuthority(options: AuthorityOptions): Promise<Authority>;
}

/** A self-signed root authority. Override `basicConstraints` or `keyUsage` to break it. */
export async function createAuthority(options: AuthorityOptions): Promise<Authority> {
  return authorityFrom(await makeCertificate(withAuthorityDefaults(options)));
}

/** A self-signed end-entity certificate (RFC 8705 §2.2). Pass `basicConstraints: { ca: true }` for openssl's default. */
export async function createSelfSigned(options: LeafOptions): Promise<IssuedCertificate> {
  return makeCertificate(withLeafDefaults(options));
}

/** Lets any certificate act as an issuer, whatever it says about itself: a leaf that signs, another key under this name. */
export function authorityFrom(certificate: IssuedCertificate): Authority {
  return {
    ...certificate,
    issue: (options) => makeCertificate(withLeafDefaults(options), certificate),
    issueAuthority: async (options) =>
      authorityFrom(await makeCertificate(withAuthorityDefaults(options), certificate)),
  };
}

function withLeafDefaults(options: LeafOptions): CertificateOptions {
  return { keyUsage: ['digitalSignature'], ...options };
}

function withAuthorityDefaults({ pathLength, ...options }: AuthorityOptions): CertificateOptions {
  const basicConstraints = pathLength === undefined ? { ca: true } : { ca: true, pathLength };
  return { basicConstraints, keyUsage: ['keyCertSign', 'cRLSign'], ...options };
}
