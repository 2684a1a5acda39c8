import { z } from 'zod';
import { Acceptance } from './certificate-report.js';
import { Credential } from './entities.js';
import { pem, slug, thumbprint } from './fields.js';

/**
 * A certificate as PEM, or by its thumbprint: one of the two. The first certificate counts; those after it may be
 * issuers of it.
 */
export const CertificateToIdentify = z.strictObject({
  certificate: pem.optional(),
  'x5t#S256': thumbprint.optional(),
});
export type CertificateToIdentify = z.infer<typeof CertificateToIdentify>;

/** A credential that a certificate fits. */
const OwnedCredential = z.object({
  partner: slug,
  credential: Credential,
  /**
   * Of a name, whether its anchor would let the certificate count now: anybody can issue one that carries the name. Null
   * for what is pinned, and where the anchor cannot be read.
   */
  acceptance: Acceptance.nullable(),
});

/** Whose certificate it is. */
export const CertificateIdentity = z.object({
  'x5t#S256': z.string(),
  /** Whether it is blocked itself, whatever else is stopped. */
  blocked: z.boolean(),
  /**
   * The credentials in use that it fits: it is pinned, or its key, it stands in a key set, or it carries the name. A name
   * is not seen in a thumbprint.
   */
  credentials: z.array(OwnedCredential),
});
export type CertificateIdentity = z.infer<typeof CertificateIdentity>;
