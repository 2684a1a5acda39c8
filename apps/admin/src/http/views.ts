import type * as contract from '@holdfast/admin-contract';
import {
  formatDistinguishedName,
  freshUntil,
  PARTNER_REVOCATION,
  parseCertificate,
  parseRevocationList,
} from '@holdfast/certificate-validation';
import type {
  ClientEntry,
  Credential,
  Grant,
  KeySetSourceEntry,
  Partner,
  Resource,
  DeniedEntry,
  RevocationListEntry,
  RevocationSourceEntry,
  TrustAnchorEntry,
} from '@holdfast/client-registry';

import type { SigningKeyFacts, SigningKeyState } from '@holdfast/oauth-protocol';

/** How the registry's entities are shown. */

export function showPartner({ id, name, status }: Partner): contract.Partner {
  return { id, name, status };
}

export function showAnchor({
  id,
  partnerId,
  certificate,
  keyThumbprint,
  intermediates,
  revocation,
  serverAuthUntil,
  status,
}: TrustAnchorEntry): contract.Anchor {
  return {
    id,
    partner: partnerId,
    key: keyThumbprint,
    ...facts(certificate),
    intermediates: intermediates.map(facts),
    revocation,
    server_auth_until: serverAuthUntil?.toISOString() ?? null,
    status,
  };
}

export function showRevocationList(entry: RevocationListEntry, now: Date): contract.RevocationList {
  const { id, anchorId, source, der, thisUpdate, nextUpdate, storedAt } = entry;
  const result = parseRevocationList(der);
  return {
    id,
    anchor: anchorId,
    source,
    issuer: result.parsed ? formatDistinguishedName(result.list.issuer) : '(unreadable)',
    this_update: thisUpdate.toISOString(),
    next_update: nextUpdate?.toISOString() ?? null,
    stored_at: storedAt.toISOString(),
    revoked: result.parsed ? result.list.revoked.size : 0,
    state: freshUntil({ thisUpdate, nextUpdate }, PARTNER_REVOCATION, now) === undefined ? 'stale' : 'fresh',
  };
}

export function showRevocationSource(entry: RevocationSourceEntry): contract.RevocationSource {
  const { id, anchorId, url, certificate, status, freshUntil, lastSuccess, lastError, nextDue } = entry;
  return {
    id,
    anchor: anchorId,
    kind: certificate === undefined ? 'crl' : 'ocsp',
    url,
    certificate: certificate ?? null,
    status: status ?? null,
    fresh_until: freshUntil?.toISOString() ?? null,
    last_success: lastSuccess?.toISOString() ?? null,
    last_error: lastError ?? null,
    next_due: nextDue.toISOString(),
  };
}

export function showClient({ id, partnerId, authMethod, status }: ClientEntry): contract.Client {
  return { id, partner: partnerId, token_endpoint_auth_method: authMethod, status };
}

export function showCredential(credential: Credential): contract.Credential {
  const { id, clientId } = credential;
  const own = { id, client: clientId };
  if (credential.kind === 'certificate') {
    const { kind, match, thumbprint, certificate } = credential;
    return { kind, match, ...own, 'x5t#S256': thumbprint, ...facts(certificate) };
  }
  if (credential.kind === 'jwks_uri') return { kind: credential.kind, ...own, url: credential.url };
  return { kind: credential.kind, ...own, anchor: credential.anchorId, value: credential.value };
}

export function showKeySet(entry: KeySetSourceEntry): contract.KeySet {
  const { credentialId, clientId, url, thumbprints, freshUntil, lastSuccess, lastError, nextDue } = entry;
  return {
    credential: credentialId,
    client: clientId,
    url,
    thumbprints: [...thumbprints],
    fetched_at: lastSuccess?.toISOString() ?? null,
    fresh_until: freshUntil?.toISOString() ?? null,
    last_error: lastError ?? null,
    next_due: nextDue.toISOString(),
  };
}

export function showResource({ audience, partnerId, scopes }: Resource): contract.Resource {
  return { audience, partner: partnerId, scopes: [...scopes] };
}

export function showGrant({ id, clientId, audience, scopes }: Grant): contract.Grant {
  return { id, client: clientId, resource: audience, scopes: [...scopes] };
}

function facts(der: Uint8Array): { subject: string; not_after: string } {
  const parsed = parseCertificate(der);
  if (!parsed.parsed) return { subject: '(unreadable)', not_after: '' };
  const { subject, notAfter } = parsed.certificate;
  return { subject: formatDistinguishedName(subject), not_after: notAfter.toISOString() };
}

export function showDenied({
  id,
  entry,
  deniedAt,
  deniedBy,
  note,
  clients,
}: DeniedEntry): contract.DenyEntry {
  const { kind, expires_at: ends, ...means } = entry;
  const instant = (seconds: number | undefined): string | null =>
    seconds === undefined ? null : new Date(seconds * 1_000).toISOString();
  return {
    ...NOTHING_DENIED,
    ...means,
    id,
    kind,
    issued_before: instant('issued_before' in means ? means.issued_before : undefined),
    denied_at: deniedAt.toISOString(),
    expires_at: instant(ends),
    denied_by: deniedBy ?? null,
    note: note ?? null,
    clients: [...clients],
  };
}

const NOTHING_DENIED = {
  partner: null,
  client: null,
  resource: null,
  'x5t#S256': null,
  jti: null,
  kid: null,
};

export function showSigningKey(key: SigningKeyFacts, state: SigningKeyState): contract.SigningKey {
  const { kid, purpose, createdAt, activatesAt, replaceAt, withdrawnAt } = key;
  return {
    kid,
    purpose,
    state,
    created_at: createdAt.toISOString(),
    activates_at: activatesAt.toISOString(),
    replace_at: replaceAt?.toISOString() ?? null,
    withdrawn_at: withdrawnAt?.toISOString() ?? null,
  };
}
