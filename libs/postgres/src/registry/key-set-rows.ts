import {
  freshUntilOf,
  renewsKeySet,
  type KeySetEntry,
  type NewKeySet,
  type WriteRefusal,
} from '@holdfast/client-registry';
import type { ClientId } from '@holdfast/oauth-protocol';
import { thumbprintOf } from '@holdfast/token-binding';
import { IsNull } from 'typeorm';
import { CredentialRow, KeySetRow } from '../rows/index.js';
import type { RegistryWrite, WriteOutcome } from './registry-writer.js';
import { toKeySet } from './row-mappers.js';

/**
 * Puts what was fetched from a `jwks_uri` in the place of what was there before. One that was fetched earlier never
 * replaces it: an answer that was under way for long could bring back a removed key.
 */
export async function storeSet(
  { rows, version }: RegistryWrite,
  { id, certificates, fetchedAt }: NewKeySet,
): Promise<WriteOutcome<KeySetEntry>> {
  const credential = await rows.findOneBy(CredentialRow, { id, kind: 'jwks_uri', deletedAt: IsNull() });
  if (credential === null) return { refused: 'not_found', what: `jwks_uri ${id}` } satisfies WriteRefusal;
  const known = await rows.findOneBy(KeySetRow, { id, deletedAt: IsNull() });
  if (known !== null && known.fetchedAt > fetchedAt)
    return { refused: 'not_allowed', what: `key set of ${id}, which is older than the one at hand` };
  const { added, removed } = difference(known?.certificates ?? [], certificates);
  const isSame = added.length + removed.length === 0;
  if (known !== null && isSame && !renewsKeySet(known.fetchedAt, fetchedAt))
    return { unchanged: toKeySet(known) };
  const { clientId, partnerId, value: url } = credential;
  const freshUntil = freshUntilOf(fetchedAt);
  const ders = certificates.map((der) => Buffer.from(der));
  await rows.save(KeySetRow, {
    id,
    clientId,
    certificates: ders,
    fetchedAt,
    freshUntil,
    version,
    deletedAt: null,
  });
  const detail = { credentialId: id, url, added, removed, freshUntil: freshUntil.toISOString() };
  return {
    changed: { id, clientId: clientId as ClientId, certificates, fetchedAt, freshUntil },
    event: { kind: 'key_set.stored', partnerId, clientId, detail },
  };
}

/** Leaves a tombstone of what was fetched for a credential that is retired, so that replicas drop it too. */
export async function removeSet(
  { rows, version }: RegistryWrite,
  credentialId: string,
  removedAt: Date,
): Promise<void> {
  await rows.update(KeySetRow, { id: credentialId, deletedAt: IsNull() }, { deletedAt: removedAt, version });
}

/** Thumbprints that the new set has and the old one had not, and the other way round. */
function difference(
  before: readonly Uint8Array[],
  after: readonly Uint8Array[],
): { added: string[]; removed: string[] } {
  const [old, young] = [before, after].map(
    (ders) => new Set(ders.map((der): string => thumbprintOf(der))),
  ) as [Set<string>, Set<string>];
  return { added: [...young.difference(old)], removed: [...old.difference(young)] };
}
