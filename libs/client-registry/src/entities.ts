import type { RegisteredNameKind } from '@holdfast/certificate-validation';
import type { CertificateThumbprint } from '@holdfast/token-binding';
import type { ClientId, DenyEntry } from '@holdfast/oauth-protocol';

/**
 * The registry's entities as they are stored and replicated. Names are the keys (ADR 0004): partners, anchors and
 * clients by their slug, resources by their audience; credentials and grants, which have no name, by a made id.
 */
export type Status = 'active' | 'suspended';

export interface Partner {
  readonly id: string;
  readonly name: string;
  readonly status: Status;
}

/** A certification authority that may vouch for clients of one partner. Pinned by its key, never by its name. */
export interface TrustAnchorEntry {
  readonly id: string;
  readonly partnerId: string;
  /** DER of the CA certificate. */
  readonly certificate: Uint8Array;
  /** SHA-256 of the SubjectPublicKeyInfo, base64url. */
  readonly keyThumbprint: string;
  /** DER of intermediates below the anchor, for clients that send their leaf only. */
  readonly intermediates: readonly Uint8Array[];
  readonly revocation: RevocationMode;
  /** The exception for certificates without clientAuth: until then serverAuth is enough. `undefined`: there is none. */
  readonly serverAuthUntil: Date | undefined;
  /** Suspended, it vouches for nobody. */
  readonly status: Status;
}

/**
 * What it means for a certificate under an anchor that its revocation status is not known: it is not asked (`off`),
 * it is accepted and recorded (`soft`), or refused (`hard`). A revoked certificate is refused by both.
 */
export const REVOCATION_MODES = ['off', 'soft', 'hard'] as const;
export type RevocationMode = (typeof REVOCATION_MODES)[number];

/** A CRL at hand for an anchor. */
export interface RevocationListEntry {
  readonly id: string;
  readonly anchorId: string;
  /** The URL it was fetched from, or `upload` and what tells uploads apart. */
  readonly source: string;
  readonly der: Uint8Array;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly storedAt: Date;
}

/** An OCSP response at hand about one certificate under an anchor: verified when it was stored, and again when it is used. */
export interface OcspResponseEntry {
  readonly id: string;
  readonly anchorId: string;
  /** The URL of the responder. */
  readonly source: string;
  /** The certificate that was asked about. */
  readonly certificate: CertificateThumbprint;
  readonly der: Uint8Array;
  readonly status: 'good' | 'revoked';
  readonly producedAt: Date;
  /** The end of the time in which "good" is believed; `undefined` if revoked. */
  readonly freshUntil: Date | undefined;
  readonly storedAt: Date;
}

/**
 * An address at which the authority of an anchor, or one below it, publishes a CRL or answers about a certificate (OCSP), and
 * how fetching from it goes.
 */
export interface RevocationSourceEntry {
  /** Anchor and digest of the rest: its place in lists. */
  readonly id: string;
  readonly anchorId: string;
  readonly url: string;
  /** The certificate that is asked about; `undefined` for a CRL. */
  readonly certificate: CertificateThumbprint | undefined;
  /** What the last good answer says about the certificate; `undefined` for a CRL, or before the first. */
  readonly status: OcspResponseEntry['status'] | undefined;
  /** When what came from here ends; `undefined` if nothing is at hand, or it says no end. */
  readonly freshUntil: Date | undefined;
  readonly lastSuccess: Date | undefined;
  /** Why the last attempt failed; `undefined` if it succeeded, or if there was none. */
  readonly lastError: string | undefined;
  readonly nextDue: Date;
}

/** The two authentication methods of RFC 8705 §2. A client uses the one that it is registered for, never another. */
export const AUTH_METHODS = ['tls_client_auth', 'self_signed_tls_client_auth'] as const;
export type AuthMethod = (typeof AUTH_METHODS)[number];

export interface ClientEntry {
  readonly id: ClientId;
  readonly partnerId: string;
  readonly authMethod: AuthMethod;
  readonly status: Status;
}

/**
 * How a client is recognised: a name under an anchor (RFC 8705 §2.1), one pinned certificate, or those of a JWK Set that the
 * partner publishes (§2.2).
 */
export type Credential = NameCredential | PinnedCredential | KeySetCredential;

export interface NameCredential {
  readonly kind: RegisteredNameKind;
  readonly id: string;
  readonly clientId: ClientId;
  readonly anchorId: string;
  /** As registered, for people. */
  readonly value: string;
  /** What is compared and unique under one anchor key. */
  readonly canonical: string;
}

/**
 * What of a pinned certificate counts: the certificate itself (RFC 8705 §2.2), or its public key, so that one that was
 * issued again for the same key counts too. The second is a policy of its own, chosen for each credential.
 */
export const PIN_MATCHES = ['certificate', 'public-key'] as const;
export type PinMatch = (typeof PIN_MATCHES)[number];

export interface PinnedCredential {
  readonly kind: 'certificate';
  readonly match: PinMatch;
  readonly id: string;
  readonly clientId: ClientId;
  /** DER. */
  readonly certificate: Uint8Array;
  readonly thumbprint: CertificateThumbprint;
  /** SHA-256 of the SubjectPublicKeyInfo, base64url. */
  readonly keyThumbprint: string;
}

/** RFC 7591 §2, `jwks_uri`: the certificates are those of the JWK Set at this address, as it was fetched last. */
export interface KeySetCredential {
  readonly kind: 'jwks_uri';
  readonly id: string;
  readonly clientId: ClientId;
  readonly url: string;
}

/** What was fetched from a `jwks_uri`. */
export interface KeySetEntry {
  /** That of the credential: it has one set. */
  readonly id: string;
  readonly clientId: ClientId;
  /** DER. */
  readonly certificates: readonly Uint8Array[];
  readonly fetchedAt: Date;
  /** From then on the set counts for nothing, unless it has been fetched again. */
  readonly freshUntil: Date;
}

/** A `jwks_uri`, what is at hand from it, and how fetching goes. */
export interface KeySetSourceEntry {
  readonly credentialId: string;
  readonly clientId: ClientId;
  readonly url: string;
  /** Of the certificates that count; empty before the first fetch. */
  readonly thumbprints: readonly CertificateThumbprint[];
  /** `undefined` before the first fetch. */
  readonly freshUntil: Date | undefined;
  readonly lastSuccess: Date | undefined;
  /** Why the last attempt failed; `undefined` if it succeeded, or if there was none. */
  readonly lastError: string | undefined;
  readonly nextDue: Date;
}

/** An API: its audience (the `resource` parameter and `aud` claim, RFC 8707), its scopes, and who provides it. */
export interface Resource {
  readonly audience: string;
  /** The provider. */
  readonly partnerId: string;
  readonly scopes: readonly string[];
}

/** Which scopes of which resource a client may have. */
export interface Grant {
  readonly id: string;
  readonly clientId: ClientId;
  readonly audience: string;
  readonly scopes: readonly string[];
}

/** The entities by kind: what a change of the registry consists of. */
export interface RegistryEntities {
  readonly partners: Partner;
  readonly anchors: TrustAnchorEntry;
  readonly clients: ClientEntry;
  readonly credentials: Credential;
  readonly resources: Resource;
  readonly grants: Grant;
  readonly revocationLists: RevocationListEntry;
  readonly ocspResponses: OcspResponseEntry;
  readonly denyEntries: DenyEntry;
  readonly keySets: KeySetEntry;
}
export type RegistryKind = keyof RegistryEntities;
