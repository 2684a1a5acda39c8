import type { components } from './schema.js';

type Schemas = components['schemas'];

export type Partner = Schemas['Partner'];
export type Anchor = Schemas['Anchor'];
export type AnchorChange = Schemas['AnchorChange'];
export type Client = Schemas['Client'];
export type Credential = Schemas['Credential'];
export type NewCredential = Schemas['NewCredential'];
export type KeySet = Schemas['KeySet'];
export type Resource = Schemas['Resource'];
export type Grant = Schemas['Grant'];
export type RevocationList = Schemas['RevocationList'];
export type RevocationSource = Schemas['RevocationSource'];
export type TokenRequest = Schemas['TokenRequestEntry'];
export type AuditEntry = Schemas['AuditEntry'];
export type DenyEntry = Schemas['DenyEntry'];
export type CertificateToIdentify = Schemas['CertificateToIdentify'];
export type CertificateIdentity = Schemas['CertificateIdentity'];

/** What each collection under `/api/v1` holds. */
export interface Collections {
  readonly partners: Partner;
  readonly anchors: Anchor;
  readonly clients: Client;
  readonly credentials: Credential;
  readonly 'key-sets': KeySet;
  readonly resources: Resource;
  readonly grants: Grant;
  readonly 'deny-entries': DenyEntry;
  readonly 'certificate-blocks': Schemas['CertificateBlock'];
  readonly 'revocation-lists': RevocationList;
  readonly 'revocation-sources': RevocationSource;
  readonly audit: AuditEntry;
  readonly 'token-requests': TokenRequest;
}

/** What a new member of a collection is made of. */
export interface Creations {
  readonly partners: Schemas['NewPartner'];
  readonly anchors: Schemas['NewAnchor'];
  readonly clients: Schemas['NewClient'];
  readonly credentials: Schemas['NewCredential'];
  readonly resources: Schemas['NewResource'];
  readonly grants: Schemas['NewGrant'];
  readonly 'certificate-blocks': Schemas['NewCertificateBlock'];
  readonly 'revocation-lists': Schemas['NewRevocationList'];
}

/** A page of a list; `next` is the value of `after` for the next page, null on the last. */
export interface List<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** A passkey of one's own, as `GET /auth/passkeys` shows it. */
export interface Passkey {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
  readonly used_at: string | null;
}

/** Who is signed in, as `GET /auth/session` shows it. */
export interface Session {
  readonly account: { readonly id: string; readonly name: string; readonly role: 'owner' };
  readonly passkeys: number;
  readonly via: 'link' | 'passkey';
  readonly mode: 'development' | 'production';
}
