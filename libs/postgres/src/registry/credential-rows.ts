import { randomUUID } from 'node:crypto';
import type { AuditValue } from '@holdfast/audit-trail';
import type { AuthMethod, Credential, NewCredential, WriteRefusal } from '@holdfast/client-registry';
import type { ClientId } from '@holdfast/oauth-protocol';
import { IsNull } from 'typeorm';
import { CredentialRow, TrustAnchorRow } from '../rows/index.js';
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
  const method = credential.kind === 'certificate' ? 'self_signed_tls_client_auth' : 'tls_client_auth';
  if (method !== client.authMethod) {
    return {
      refused: 'not_allowed',
      what: `a credential of kind ${credential.kind} for ${client.id}, which authenticates by ${client.authMethod}`,
    };
  }
  const row = {
    ...NO_IDENTITY,
    id: `cred_${randomUUID()}`,
    clientId: client.id as string,
    partnerId: client.partnerId,
    kind: credential.kind,
    version,
    deletedAt: null,
  };
  if (credential.kind === 'certificate') {
    row.certificate = Buffer.from(credential.certificate);
    row.thumbprint = credential.thumbprint;
  } else {
    const anchor = await rows.findOneBy(TrustAnchorRow, { id: credential.anchorId, deletedAt: IsNull() });
    if (anchor === null) return { refused: 'not_found', what: `anchor ${credential.anchorId}` };
    if (anchor.partnerId !== client.partnerId) {
      return {
        refused: 'not_allowed',
        what: `anchor ${credential.anchorId}, which is not of the client's partner`,
      };
    }
    Object.assign(row, {
      anchorId: anchor.id,
      anchorKey: anchor.keyThumbprint,
      value: credential.value,
      canonical: credential.canonical,
    });
  }
  await rows.insert(CredentialRow, row);
  return { inserted: toCredential(row) };
}

const NO_IDENTITY: Pick<
  CredentialRow,
  'anchorId' | 'anchorKey' | 'value' | 'canonical' | 'certificate' | 'thumbprint'
> = { anchorId: null, anchorKey: null, value: null, canonical: null, certificate: null, thumbprint: null };

/** What the audit trail says about a credential: enough to recognise it, never the certificate itself. */
export function describeCredential(credential: Credential): { readonly [key: string]: AuditValue } {
  return credential.kind === 'certificate'
    ? { credentialId: credential.id, kind: credential.kind, thumbprint: credential.thumbprint }
    : {
        credentialId: credential.id,
        kind: credential.kind,
        anchorId: credential.anchorId,
        value: credential.value,
      };
}
