import { z } from 'zod';
import {
  audience,
  clientId,
  crl,
  displayName,
  instant,
  jwks,
  jwksUri,
  nameText,
  pem,
  scopes,
  slug,
  status,
  thumbprint,
} from './fields.js';

export const Partner = z.object({ id: slug, name: displayName, status });
export type Partner = z.infer<typeof Partner>;
export const NewPartner = z.strictObject({ id: slug, name: displayName });
export type NewPartner = z.infer<typeof NewPartner>;

/** What of a partner may be changed. */
export const PartnerChange = z.strictObject({ name: displayName });
export type PartnerChange = z.infer<typeof PartnerChange>;

/** What an unknown revocation status means under an anchor: not asked, accepted and recorded, refused. */
export const REVOCATION_MODES = ['off', 'soft', 'hard'] as const;

/** A trust anchor as it is shown. `key` is the SHA-256 of its public key, base64url: what it is pinned by. */
export const Anchor = z.object({
  id: slug,
  partner: slug,
  subject: z.string(),
  key: z.string(),
  not_after: z.string(),
  intermediates: z.array(z.object({ subject: z.string(), not_after: z.string() })),
  revocation: z.enum(REVOCATION_MODES),
  /** Until when a certificate with serverAuth and without clientAuth counts under it; null: it never does. */
  server_auth_until: z.string().nullable(),
  /** Suspended, it vouches for nobody. */
  status,
});
export type Anchor = z.infer<typeof Anchor>;
/** `certificate`: PEM with the CA certificate first; intermediates may follow, for clients that send their leaf only. */
export const NewAnchor = z.strictObject({
  id: slug,
  partner: slug,
  certificate: pem,
  // No default: whoever adds an authority says what is to happen.
  revocation: z.enum(REVOCATION_MODES),
  // Left out, there is no exception: missing means no.
  server_auth_until: instant.optional(),
});
export type NewAnchor = z.infer<typeof NewAnchor>;

/** What of an anchor may be changed: the end of its exception, or null for none. */
export const AnchorChange = z.strictObject({ server_auth_until: instant.nullable() });
export type AnchorChange = z.infer<typeof AnchorChange>;

/** A CRL at hand for an anchor. `source`: where it was fetched, or `upload` and its issuer. */
export const RevocationList = z.object({
  id: z.string(),
  anchor: slug,
  source: z.string(),
  issuer: z.string(),
  this_update: z.string(),
  next_update: z.string().nullable(),
  stored_at: z.string(),
  revoked: z.number(),
  /** `stale`: too old to say that a certificate is good; what stands on it is still refused. */
  state: z.enum(['fresh', 'stale']),
});
export type RevocationList = z.infer<typeof RevocationList>;
export const NewRevocationList = z.strictObject({ anchor: slug, crl });
export type NewRevocationList = z.infer<typeof NewRevocationList>;

/** Where the status of certificates under an anchor is fetched from, and how that goes. */
export const RevocationSource = z.object({
  id: z.string(),
  anchor: slug,
  kind: z.enum(['crl', 'ocsp']),
  url: z.string(),
  /** Thumbprint of the certificate that a responder is asked about; null for a CRL. */
  certificate: z.string().nullable(),
  /** What the responder's answer at hand says; null for a CRL, or before the first answer. */
  status: z.enum(['good', 'revoked']).nullable(),
  /** When what came from here ends; null if nothing is at hand, or it says no end. */
  fresh_until: z.string().nullable(),
  last_success: z.string().nullable(),
  /** Null if the last attempt succeeded, or if there was none. */
  last_error: z.string().nullable(),
  next_due: z.string(),
});
export type RevocationSource = z.infer<typeof RevocationSource>;

export const AUTH_METHODS = ['tls_client_auth', 'self_signed_tls_client_auth'] as const;

/** The kinds of name of RFC 8705 §2.1.2. */
export const NAME_KINDS = ['subject_dn', 'san_dns', 'san_uri', 'san_ip', 'san_email'] as const;

/** What of a pinned certificate counts: it alone (RFC 8705 §2.2), or its key in any certificate. */
export const PIN_MATCHES = ['certificate', 'public-key'] as const;

/** One way in which a client is recognised. */
export const Credential = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum(NAME_KINDS),
    id: z.string(),
    client: clientId,
    anchor: slug,
    value: z.string(),
  }),
  z.object({
    kind: z.literal('certificate'),
    id: z.string(),
    client: clientId,
    match: z.enum(PIN_MATCHES),
    subject: z.string(),
    'x5t#S256': z.string(),
    not_after: z.string(),
  }),
  z.object({ kind: z.literal('jwks_uri'), id: z.string(), client: clientId, url: z.string() }),
]);
export type Credential = z.infer<typeof Credential>;

/**
 * What names a credential: exactly one of the subject values (RFC 8705 §2.1.2) with its anchor, or a certificate, or a
 * JWK Set with one certificate in each key, or the address of such a set (§2.2). `match` is of the certificate and the
 * set that is given, `certificate` if absent.
 */
const credentialFields = {
  anchor: slug.optional(),
  tls_client_auth_subject_dn: nameText.optional(),
  tls_client_auth_san_dns: nameText.optional(),
  tls_client_auth_san_uri: nameText.optional(),
  tls_client_auth_san_ip: nameText.optional(),
  tls_client_auth_san_email: nameText.optional(),
  certificate: pem.optional(),
  jwks: jwks.optional(),
  jwks_uri: jwksUri.optional(),
  match: z.enum(PIN_MATCHES).optional(),
};
export const NewCredential = z.strictObject({ client: clientId, ...credentialFields });
export type NewCredential = z.infer<typeof NewCredential>;

/** What is at hand from a `jwks_uri`, and how fetching goes. */
export const KeySet = z.object({
  credential: z.string(),
  client: clientId,
  url: z.string(),
  /** `x5t#S256` of the certificates that count until `fresh_until`. */
  thumbprints: z.array(z.string()),
  /** The last time that a set came that can be used; null before the first. */
  fetched_at: z.string().nullable(),
  /** When the certificates count no longer unless the set is fetched again; null before the first fetch. */
  fresh_until: z.string().nullable(),
  /** Null if the last attempt succeeded, or if there was none. */
  last_error: z.string().nullable(),
  next_due: z.string(),
});
export type KeySet = z.infer<typeof KeySet>;

/** A client; OAuth fields have their names of RFC 7591 and RFC 8705. */
export const Client = z.object({
  id: clientId,
  partner: slug,
  token_endpoint_auth_method: z.enum(AUTH_METHODS),
  status,
});
export type Client = z.infer<typeof Client>;
export const NewClient = z.strictObject({
  id: clientId,
  partner: slug,
  token_endpoint_auth_method: z.enum(AUTH_METHODS),
  ...credentialFields,
});
export type NewClient = z.infer<typeof NewClient>;

/** What no longer counts although a token says so, as the deny feed tells it. Members that do not apply are null. */
export const DenyEntry = z.object({
  id: z.string(),
  kind: z.enum(['partner', 'client', 'thumbprint', 'grant', 'jti', 'kid']),
  partner: z.string().nullable(),
  client: z.string().nullable(),
  resource: z.string().nullable(),
  'x5t#S256': z.string().nullable(),
  jti: z.string().nullable(),
  kid: z.string().nullable(),
  /** Tokens that were issued later count. */
  issued_before: z.string().nullable(),
  denied_at: z.string(),
  /** Null: until it is taken back. */
  expires_at: z.string().nullable(),
  /** Who did it, as in the audit trail; null: not known, or the client itself revoked a token. */
  denied_by: z.string().nullable(),
  /** Why, if somebody said so. */
  note: z.string().nullable(),
  /** Of a certificate: the clients whose pin or key set it is, or was. Clients that are known by a name cannot be told from it. */
  clients: z.array(clientId),
});
export type DenyEntry = z.infer<typeof DenyEntry>;

/** What a signing key signs. */
export const SIGNING_KEY_PURPOSES = ['access_token', 'deny_feed'] as const;

/**
 * A key that the token service signs with. `next`: published ahead of its first token. `retiring`: published while what it
 * has signed is in the field. `retired`, `withdrawn`: published no more, and of a withdrawn one nothing counts.
 */
export const SigningKey = z.object({
  kid: z.string(),
  purpose: z.enum(SIGNING_KEY_PURPOSES),
  state: z.enum(['next', 'active', 'retiring', 'retired', 'withdrawn']),
  created_at: z.string(),
  /** It signs from then on. */
  activates_at: z.string(),
  /** When a successor is to sign, where one is ordered. */
  replace_at: z.string().nullable(),
  withdrawn_at: z.string().nullable(),
});
export type SigningKey = z.infer<typeof SigningKey>;

/** An order for a new signing key. */
export const KeyRotationOrder = z.strictObject({
  purpose: z.enum(SIGNING_KEY_PURPOSES),
  /** When it is to begin to sign; in 15 minutes if absent, so that verifiers know it by then. */
  activates_at: instant.optional(),
});
export type KeyRotationOrder = z.input<typeof KeyRotationOrder>;
export const KeyRotation = z.object({
  purpose: z.enum(SIGNING_KEY_PURPOSES),
  /** `kid` of the key that it succeeds. */
  replaces: z.string(),
  activates_at: z.string(),
});
export type KeyRotation = z.infer<typeof KeyRotation>;

/** A certificate that nobody gets or uses a token with, whoever it belongs to. */
export const CertificateBlock = z.object({
  'x5t#S256': z.string(),
  blocked: z.boolean(),
  /** As it stands beside the block and in the audit trail. */
  note: z.string().nullable(),
});
export type CertificateBlock = z.infer<typeof CertificateBlock>;
export const NewCertificateBlock = z.strictObject({
  'x5t#S256': thumbprint,
  /** Why: stands beside the block and in the audit trail. */
  note: displayName.optional(),
});
export type NewCertificateBlock = z.input<typeof NewCertificateBlock>;

/** An API that partners may be granted; `partner` provides it. */
export const Resource = z.object({ audience, partner: slug, scopes });
export type Resource = z.infer<typeof Resource>;
export const NewResource = z.strictObject({ audience, partner: slug, scopes });
export type NewResource = z.infer<typeof NewResource>;

export const Grant = z.object({ id: z.string(), client: clientId, resource: audience, scopes });
export type Grant = z.infer<typeof Grant>;
export const NewGrant = z.strictObject({ client: clientId, resource: audience, scopes });
export type NewGrant = z.infer<typeof NewGrant>;

/** One event of the audit trail, as recorded. */
export const AuditEntry = z.object({
  stream: z.string().nullable(),
  seq: z.number().nullable(),
  at: z.string(),
  kind: z.string(),
  actor: z.string(),
  partner: z.string().nullable(),
  client: z.string().nullable(),
  request_id: z.string().nullable(),
  reason: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** How a token request was answered. */
export const TokenRequestOutcome = z.enum(['issued', 'refused']);

/** One token request and how it was answered. `told`: whether the caller read the reason. */
export const TokenRequestEntry = z.object({
  at: z.string(),
  outcome: TokenRequestOutcome,
  reason: z.string().nullable(),
  told: z.boolean().nullable(),
  meaning: z.string().nullable(),
  remedy: z.string().nullable(),
  client: z.string().nullable(),
  partner: z.string().nullable(),
  request_id: z.string().nullable(),
  source: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
});
export type TokenRequestEntry = z.infer<typeof TokenRequestEntry>;

/** What `audit verify` found. */
export const AuditVerification = z.object({
  intact: z.boolean(),
  streams: z.number(),
  events: z.number(),
  faults: z.array(z.object({ stream: z.string(), seq: z.number(), fault: z.string() })),
});
export type AuditVerification = z.infer<typeof AuditVerification>;

/** A page of a list; `next` is the value of `after` for the next page, null on the last. */
export interface List<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}
