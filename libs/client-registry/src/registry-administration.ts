import type { ClientId } from '@holdfast/oauth-protocol';
import type { CertificateThumbprint } from '@holdfast/token-binding';
import type {
  AuthMethod,
  ClientEntry,
  Credential,
  Grant,
  KeySetCredential,
  KeySetEntry,
  KeySetSourceEntry,
  NameCredential,
  Partner,
  PinnedCredential,
  Resource,
  OcspResponseEntry,
  RevocationListEntry,
  RevocationSourceEntry,
  Status,
  TrustAnchorEntry,
} from './entities.js';

/** Who does it, for the audit trail. */
export interface Actor {
  readonly id: string;
  readonly requestId: string | null;
}

/** Why a write did not happen. `what` names the entity or the constraint, never another partner. */
export type WriteRefusal =
  | { readonly refused: 'already_exists'; readonly what: string }
  | { readonly refused: 'not_found'; readonly what: string }
  /** A name under this anchor key, this pinned certificate or its key belongs to a client already (decisions 23). */
  | { readonly refused: 'identity_taken'; readonly what: string }
  /** The entities exist but do not fit together, e.g. an anchor of another partner, a scope the resource lacks. */
  | { readonly refused: 'not_allowed'; readonly what: string }
  /** The entity is not in the state that the write was decided on. */
  | { readonly refused: 'stale'; readonly what: string };

/** What a write is decided on: asked inside its transaction, so nobody can change the entity in between. */
export type Precondition<T> = (current: T) => boolean;

export type Written<T> =
  { readonly written: true; readonly value: T } | ({ readonly written: false } & WriteRefusal);

/** A credential to be made, parsed and canonical. */
export type NewCredential = NewNameCredential | NewPinnedCredential | NewKeySetCredential;
export type NewNameCredential = Omit<NameCredential, 'id' | 'clientId'>;
export type NewPinnedCredential = Omit<PinnedCredential, 'id' | 'clientId'>;
export type NewKeySetCredential = Omit<KeySetCredential, 'id' | 'clientId'>;

/** A JWK Set that has been fetched and parsed. `id`: the credential that names the address. */
export type NewKeySet = Pick<KeySetEntry, 'id' | 'certificates' | 'fetchedAt'>;

/** An OCSP response that has been verified. */
export type NewOcspResponse = Omit<OcspResponseEntry, 'id' | 'storedAt'>;

/** A CRL that has been parsed. */
export type NewRevocationList = Omit<RevocationListEntry, 'id' | 'storedAt'>;

export interface NewClient {
  readonly id: ClientId;
  readonly partnerId: string;
  readonly authMethod: AuthMethod;
  readonly credentials: readonly NewCredential[];
}

/** A credential, and the partner of its client. */
export interface OwnedCredential {
  readonly partnerId: string;
  readonly credential: Credential;
}

/** What a client may be registered by, of one certificate. Without the certificate, its thumbprint alone is known. */
export interface CertificateTraits {
  readonly thumbprint: CertificateThumbprint;
  /** SHA-256 of its SubjectPublicKeyInfo. */
  readonly keyThumbprint: string | undefined;
  readonly names: readonly Pick<NewNameCredential, 'kind' | 'canonical'>[];
}

/** A page of a list, ordered by id. */
export interface Page {
  readonly limit: number;
  /** The id after which the page begins. */
  readonly after: string | undefined;
}

/**
 * Changes to the registry. Every write, its new version and its audit event are one transaction;
 * when the promise resolves, they survive a `kill -9`. Inputs are parsed and well-formed already.
 */
export interface RegistryAdministration {
  createPartner(actor: Actor, partner: Pick<Partner, 'id' | 'name'>): Promise<Written<Partner>>;
  addAnchor(actor: Actor, anchor: TrustAnchorEntry): Promise<Written<TrustAnchorEntry>>;
  /**
   * Until when certificates without clientAuth count under an anchor; `undefined` ends that. Idempotent: what is so
   * already is a success without a new event.
   */
  setServerAuthUntil(
    actor: Actor,
    id: string,
    until: Date | undefined,
    when: Precondition<TrustAnchorEntry>,
  ): Promise<Written<TrustAnchorEntry>>;
  /** A suspended anchor vouches for nobody, and tokens of those for whom it did stop counting. Idempotent. */
  setAnchorStatus(
    actor: Actor,
    id: string,
    status: Status,
    when?: Precondition<TrustAnchorEntry>,
  ): Promise<Written<TrustAnchorEntry>>;
  createClient(actor: Actor, client: NewClient): Promise<Written<ClientEntry>>;
  addCredential(actor: Actor, clientId: ClientId, credential: NewCredential): Promise<Written<Credential>>;
  /** Takes a credential out of use for good. A client may be left without any. */
  retireCredential(actor: Actor, credentialId: string): Promise<Written<Credential>>;
  /** The same, and the tokens that it has got stop counting. */
  revokeCredential(actor: Actor, credentialId: string): Promise<Written<Credential>>;
  createResource(actor: Actor, resource: Resource): Promise<Written<Resource>>;
  /** Replaces the CRL of the same source. One that is older than it is refused: `not_allowed`. */
  storeRevocationList(actor: Actor, list: NewRevocationList): Promise<Written<RevocationListEntry>>;
  /** Replaces the response about the same certificate from the same responder. An older one is refused: `not_allowed`. */
  storeOcspResponse(actor: Actor, response: NewOcspResponse): Promise<Written<OcspResponseEntry>>;
  /** Drops what a responder said about a certificate that has ended. Idempotent. */
  removeOcspResponse(
    actor: Actor,
    response: Pick<OcspResponseEntry, 'anchorId' | 'source' | 'certificate'>,
  ): Promise<Written<undefined>>;
  /**
   * Replaces what was fetched from a `jwks_uri` before. The same set again only makes it fresh, and that not each time: see
   * `renewsKeySet`. One that was fetched earlier is refused: `not_allowed`.
   */
  storeKeySet(actor: Actor, set: NewKeySet): Promise<Written<KeySetEntry>>;
  /** Adds scopes to what a client may have at a resource. */
  addGrant(actor: Actor, grant: Omit<Grant, 'id'>): Promise<Written<Grant>>;
  removeGrant(actor: Actor, grantId: string): Promise<Written<Grant>>;
  /** Idempotent: a partner that has the status already is a success without a new event. */
  setPartnerStatus(
    actor: Actor,
    id: string,
    status: Status,
    when?: Precondition<Partner>,
  ): Promise<Written<Partner>>;
  renamePartner(
    actor: Actor,
    id: string,
    name: string,
    when: Precondition<Partner>,
  ): Promise<Written<Partner>>;
  setClientStatus(
    actor: Actor,
    id: string,
    status: Status,
    when?: Precondition<ClientEntry>,
  ): Promise<Written<ClientEntry>>;

  findPartner(id: string): Promise<Partner | undefined>;
  findAnchor(id: string): Promise<TrustAnchorEntry | undefined>;
  findClient(id: string): Promise<ClientEntry | undefined>;
  listPartners(page: Page): Promise<readonly Partner[]>;
  listAnchors(page: Page, filter: { partnerId?: string }): Promise<readonly TrustAnchorEntry[]>;
  listRevocationLists(page: Page, filter: { anchorId?: string }): Promise<readonly RevocationListEntry[]>;
  /** About one certificate, from each responder that was asked. */
  listOcspResponses(
    page: Page,
    filter: Pick<OcspResponseEntry, 'anchorId' | 'certificate'>,
  ): Promise<readonly OcspResponseEntry[]>;
  listRevocationSources(page: Page, filter: { anchorId?: string }): Promise<readonly RevocationSourceEntry[]>;
  listClients(page: Page, filter: { partnerId?: string }): Promise<readonly ClientEntry[]>;
  listCredentials(page: Page, filter: { clientId?: string }): Promise<readonly Credential[]>;
  /**
   * The credentials in use that a certificate fits, by client, 200 at most. Does NOT look at anchors: whether one vouches for
   * the certificate is another question.
   */
  findCredentialsOf(certificate: CertificateTraits): Promise<readonly OwnedCredential[]>;
  /** By the id of the credential. */
  listKeySets(page: Page, filter: { clientId?: string }): Promise<readonly KeySetSourceEntry[]>;
  listResources(page: Page): Promise<readonly Resource[]>;
  listGrants(page: Page, filter: { clientId?: string; audience?: string }): Promise<readonly Grant[]>;
}
