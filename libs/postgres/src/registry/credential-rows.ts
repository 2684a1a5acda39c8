import { randomUUID } from 'node:crypto';
import type { AuditValue } from '@holdfast/audit-trail';
import type {
  AuthMethod,
  Credential,
  NewCredential,
  NewNameCredential,
  NewPinnedCredential,
  WriteRefusal,
} from '@holdfast/client-registry';
import type { ClientId } from '@holdfast/oauth-protocol';
import { IsNull, Not, type EntityManager } from 'typeorm';
import { CredentialRow, KeySetSourceRow, TrustAnchorRow } from '../rows/index.js';
import type { RegistryWrite } from './registry-writer.js';
import { toCredential } from './row-mappers.js';

/** The client that a credential is for. */
export interface CredentialOwner {
  readonly id: ClientId;
  readonly partnerId: string;
  readonly authMethod: AuthMethod;
}

/**
 * Inserts a credential of `client`, or says why it does not fit: another method than the client's, or an anchor
 * that is not its partner's. That its identity is free is decided by the unique indexes.
 */
export async function insertCredential(
  { rows, version }: RegistryWrite,
  client: CredentialOwner,
  credential: NewCredential,
): Promise<{ readonly inserted: Credential } | WriteRefusal> {
  const method = methodOf(credential);
  if (method !== client.authMethod) {
    return {
      refused: 'not_allowed',
      what: `a credential of kind ${credential.kind} for ${client.id}, which authenticates by ${client.authMethod}`,
    };
  }
  const identity = await identityOf(rows, client, credential);
  if ('refused' in identity) return identity;
  const row = {
    ...NO_IDENTITY,
    ...identity,
    id: `cred_${randomUUID()}`,
    clientId: client.id as string,
    partnerId: client.partnerId,
    kind: credential.kind,
    version,
    deletedAt: null,
  };
  await rows.insert(CredentialRow, row);
  // Due at once.
  if (row.kind === 'jwks_uri') await rows.insert(KeySetSourceRow, { credentialId: row.id });
  return { inserted: toCredential(row) };
}

/** RFC 8705 §2.1, §2.2. */
const methodOf = ({ kind }: NewCredential): AuthMethod =>
  kind === 'certificate' || kind === 'jwks_uri' ? 'self_signed_tls_client_auth' : 'tls_client_auth';

function identityOf(
  rows: EntityManager,
  client: CredentialOwner,
  credential: NewCredential,
): Promise<Partial<Identity> | WriteRefusal> {
  if (credential.kind === 'certificate') return pinIdentity(rows, client, credential);
  // Nothing that is unique: what stands at the address is not held against other clients (ADR 0016).
  if (credential.kind === 'jwks_uri') return Promise.resolve({ value: credential.url });
  return nameIdentity(rows, client, credential);
}

type Identity = Omit<CredentialRow, 'id' | 'clientId' | 'partnerId' | 'kind' | 'version' | 'deletedAt'>;

const NO_IDENTITY: Identity = {
  anchorId: null,
  anchorKey: null,
  value: null,
  canonical: null,
  certificate: null,
  thumbprint: null,
  pinMatch: null,
  keyThumbprint: null,
};

async function nameIdentity(
  rows: EntityManager,
  client: CredentialOwner,
  { anchorId, value, canonical }: NewNameCredential,
): Promise<Partial<Identity> | WriteRefusal> {
  const anchor = await rows.findOneBy(TrustAnchorRow, { id: anchorId, deletedAt: IsNull() });
  if (anchor === null) return { refused: 'not_found', what: `anchor ${anchorId}` };
  if (anchor.partnerId !== client.partnerId) {
    return { refused: 'not_allowed', what: `anchor ${anchorId}, which is not of the client's partner` };
  }
  return { anchorId, anchorKey: anchor.keyThumbprint, value, canonical };
}

async function pinIdentity(
  rows: EntityManager,
  client: CredentialOwner,
  credential: NewPinnedCredential,
): Promise<Partial<Identity> | WriteRefusal> {
  const { certificate, thumbprint, match, keyThumbprint } = credential;
  if (await isKeyOfAnother(rows, client, credential)) {
    return { refused: 'identity_taken', what: `the key of certificate ${thumbprint}` };
  }
  return { certificate: Buffer.from(certificate), thumbprint, pinMatch: match, keyThumbprint };
}

/**
 * A key that counts in any certificate belongs to one client, or one certificate would be two clients. No index can
 * say so; the lock on the registry's version makes what is read here still true at the commit.
 */
async function isKeyOfAnother(
  rows: EntityManager,
  client: CredentialOwner,
  { match, keyThumbprint }: NewPinnedCredential,
): Promise<boolean> {
  const others = { keyThumbprint, clientId: Not(client.id as string), deletedAt: IsNull() };
  return rows.existsBy(
    CredentialRow,
    match === 'public-key' ? others : { ...others, pinMatch: 'public-key' as const },
  );
}

/** What the audit trail says about a credential: enough to recognise it, never the certificate itself. */
export function describeCredential(credential: Credential): { readonly [key: string]: AuditValue } {
  const { id: credentialId, kind } = credential;
  if (kind === 'certificate') {
    const { match, thumbprint } = credential;
    return { credentialId, kind, match, thumbprint };
  }
  if (kind === 'jwks_uri') return { credentialId, kind, url: credential.url };
  return { credentialId, kind, anchorId: credential.anchorId, value: credential.value };
}

/** A new credential as a refusal names it. */
export function nameOf(credential: NewCredential, clientId: ClientId): string {
  if (credential.kind === 'certificate') return `certificate ${credential.thumbprint}`;
  return credential.kind === 'jwks_uri'
    ? `a jwks_uri of ${clientId}`
    : `${credential.kind} ${credential.value}`;
}
