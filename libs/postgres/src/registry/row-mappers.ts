import type {
  ClientEntry,
  Credential,
  Grant,
  KeySetEntry,
  OcspResponseEntry,
  Partner,
  Resource,
  RevocationListEntry,
  TrustAnchorEntry,
} from '@holdfast/client-registry';
import type { ClientId } from '@holdfast/oauth-protocol';
import type { CertificateThumbprint } from '@holdfast/token-binding';
import type {
  ClientRow,
  CredentialRow,
  GrantRow,
  KeySetRow,
  OcspResponseRow,
  PartnerRow,
  ResourceRow,
  RevocationListRow,
  TrustAnchorRow,
} from '../rows/index.js';

export function toPartner({ id, name, status }: PartnerRow): Partner {
  return { id, name, status };
}

export function toTrustAnchor(row: TrustAnchorRow): TrustAnchorEntry {
  const { id, partnerId, certificate, keyThumbprint, intermediates, revocation, serverAuthUntil, status } =
    row;
  return {
    id,
    partnerId,
    certificate,
    keyThumbprint,
    intermediates,
    revocation,
    serverAuthUntil: serverAuthUntil ?? undefined,
    status,
  };
}

export function toClient({ id, partnerId, authMethod, status }: ClientRow): ClientEntry {
  return { id: id as ClientId, partnerId, authMethod, status };
}

/** The constraint `credential_complete` guarantees the columns of each kind. */
export function toCredential(row: CredentialRow): Credential {
  const { id, kind } = row;
  const clientId = row.clientId as ClientId;
  if (kind === 'certificate') {
    const thumbprint = row.thumbprint as CertificateThumbprint;
    const { certificate, pinMatch, keyThumbprint } = row;
    return {
      kind,
      match: pinMatch!,
      id,
      clientId,
      certificate: certificate!,
      thumbprint,
      keyThumbprint: keyThumbprint!,
    };
  }
  if (kind === 'jwks_uri') return { kind, id, clientId, url: row.value! };
  return { kind, id, clientId, anchorId: row.anchorId!, value: row.value!, canonical: row.canonical! };
}

export function toResource({ audience, partnerId, scopes }: ResourceRow): Resource {
  return { audience, partnerId, scopes };
}

export function toGrant({ id, clientId, audience, scopes }: GrantRow): Grant {
  return { id, clientId: clientId as ClientId, audience, scopes };
}

export function toKeySet({ id, clientId, certificates, fetchedAt, freshUntil }: KeySetRow): KeySetEntry {
  return { id, clientId: clientId as ClientId, certificates, fetchedAt, freshUntil };
}

export function toRevocationList(row: RevocationListRow): RevocationListEntry {
  const { id, anchorId, source, der, thisUpdate, nextUpdate, storedAt } = row;
  return { id, anchorId, source, der, thisUpdate, nextUpdate: nextUpdate ?? undefined, storedAt };
}

export function toOcspResponse(row: OcspResponseRow): OcspResponseEntry {
  const { id, anchorId, source, der, status, producedAt, freshUntil, storedAt } = row;
  const certificate = row.certificate as CertificateThumbprint;
  return {
    id,
    anchorId,
    source,
    certificate,
    der,
    status,
    producedAt,
    freshUntil: freshUntil ?? undefined,
    storedAt,
  };
}
