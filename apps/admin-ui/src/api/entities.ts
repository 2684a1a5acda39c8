import type {
  Anchor,
  AuditEntry,
  Client,
  Credential,
  Grant,
  NewAnchor,
  NewClient,
  NewCredential,
  NewGrant,
  NewPartner,
  NewResource,
  Partner,
  Resource,
} from '@holdfast/admin-contract';

/** One request for a token, as `GET /api/v1/token-requests` shows it. */
export interface TokenRequest {
  readonly at: string;
  readonly outcome: 'issued' | 'refused';
  /** A code of the one list of reasons; null with `issued`. */
  readonly reason: string | null;
  /** Whether the caller was told this reason. */
  readonly told: boolean | null;
  readonly meaning: string | null;
  readonly remedy: string | null;
  readonly client: string | null;
  readonly partner: string | null;
  readonly request_id: string | null;
  readonly source: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What each collection under `/api/v1` holds. */
export interface Collections {
  readonly partners: Partner;
  readonly anchors: Anchor;
  readonly clients: Client;
  readonly credentials: Credential;
  readonly resources: Resource;
  readonly grants: Grant;
  readonly audit: AuditEntry;
  readonly 'token-requests': TokenRequest;
}

/** What a new member of a collection is made of. */
export interface Creations {
  readonly partners: NewPartner;
  readonly anchors: NewAnchor;
  readonly clients: NewClient;
  readonly credentials: NewCredential;
  readonly resources: NewResource;
  readonly grants: NewGrant;
}

/** Who is signed in, as `GET /auth/session` shows it. */
export interface Session {
  readonly account: { readonly id: string; readonly name: string; readonly role: 'owner' };
  readonly passkeys: number;
  readonly via: 'link' | 'passkey';
  readonly mode: 'development' | 'production';
}

export type {
  Anchor,
  AuditEntry,
  Client,
  Credential,
  Grant,
  List,
  NewClient,
  NewCredential,
  Partner,
  Resource,
} from '@holdfast/admin-contract';
