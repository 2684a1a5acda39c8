import { z } from 'zod';
import { NAME_KINDS } from './entities.js';
import { slug } from './fields.js';

/** What a certificate is wanted for: its name is compared, it is pinned itself, or it is a trust anchor. */
export const CERTIFICATE_USES = ['name', 'pin', 'anchor'] as const;

/**
 * Something to be looked at before it is registered. `certificate`: PEM, PKCS#7, a certificate signing request or a JWK
 * Set as text, or DER as base64. `field`: with `name`, the kind that is to be compared; `subject_dn` if absent. `anchor`:
 * with `name`, the trust anchor that is to vouch for it.
 */
export const CertificateToValidate = z.strictObject({
  certificate: z
    .string()
    .min(1, 'must not be empty')
    .max(192 * 1024, 'must not be larger than 192 KiB'),
  use: z.enum(CERTIFICATE_USES),
  field: z.enum(NAME_KINDS).optional(),
  anchor: slug.optional(),
});
export type CertificateToValidate = z.infer<typeof CertificateToValidate>;

const names = z.array(z.string());

/** What was read of one certificate. `jwk`: of a JWK Set, the place in `keys` of the key that carries it. */
const ReadCertificate = z.object({
  jwk: z.number().nullable(),
  subject: z.string(),
  issuer: z.string(),
  serial: z.string(),
  names,
  not_before: z.string(),
  not_after: z.string(),
  key: z.string(),
  signature: z.string(),
  authority: z.boolean(),
  key_usage: names.nullable(),
  extended_key_usage: names.nullable(),
  'x5t#S256': z.string(),
  sha256: z.string(),
  pem: z.string(),
});

const ReadRequest = z.object({
  subject: z.string(),
  names,
  key: z.string(),
  signature: z.string(),
  authority: z.boolean(),
  key_usage: names.nullable(),
  extended_key_usage: names.nullable(),
  /** Whether its signature is by the key in it (RFC 2986 §4.2). */
  possession: z.enum(['proven', 'not_proven', 'unknown']),
});

const ReadKey = z.object({
  jwk: z.number(),
  kid: z.string().nullable(),
  use: z.string().nullable(),
  alg: z.string().nullable(),
  key: z.string(),
});

/** `error`: it will be refused, or no call will succeed. `warning`: look twice. `ok`: this was looked at and is good. */
const Finding = z.object({
  code: z.string(),
  level: z.enum(['error', 'warning', 'ok']),
  text: z.string(),
  remedy: z.string().nullable(),
  command: z.string().nullable(),
  jwk: z.number().nullable(),
});

/** What the token service would decide now. `reason` and `fault` are those of the audit trail; `depth` 0 is the leaf. */
export const Acceptance = z.object({
  anchor: slug,
  accepted: z.boolean(),
  reason: z.string().nullable(),
  meaning: z.string().nullable(),
  remedy: z.string().nullable(),
  fault: z.string().nullable(),
  depth: z.number().nullable(),
  /** It is accepted although it is not known whether it is revoked, and why that is not known. */
  revocation_unknown: z.string().nullable(),
});

/** What something is, and whether it will do. Of certificates the first is the one that would be registered. */
export const CertificateReport = z.object({
  kind: z.enum(['certificates', 'pkcs7', 'jwks', 'request']),
  /** It is no request, nothing above is an error, and the anchor that was asked for accepts it. */
  usable: z.boolean(),
  certificates: z.array(ReadCertificate),
  keys: z.array(ReadKey),
  request: ReadRequest.nullable(),
  /** The names that a client could be recognised by (RFC 8705 §2.1.2). */
  registrable: z.array(z.object({ field: z.enum(NAME_KINDS), value: z.string() })),
  findings: z.array(Finding),
  acceptance: Acceptance.nullable(),
});
export type CertificateReport = z.infer<typeof CertificateReport>;
