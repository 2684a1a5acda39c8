import { randomUUID } from 'node:crypto';
import type { NewRevocationList, RevocationListEntry } from '@holdfast/client-registry';
import { IsNull } from 'typeorm';
import { RevocationListRow } from '../rows/index.js';
import type { RegistryWrite, WriteOutcome } from './registry-writer.js';
import { toRevocationList } from './row-mappers.js';

/**
 * Puts a CRL in the place of the one that came from the same source. One that is older than what is at hand never
 * replaces it: somebody in between could bring back what was revoked.
 */
export async function storeList(
  { rows, version }: RegistryWrite,
  { anchorId, source, der, thisUpdate, nextUpdate }: NewRevocationList,
  partnerId: string,
  storedAt: Date,
): Promise<WriteOutcome<RevocationListEntry>> {
  const known = await rows.findOneBy(RevocationListRow, { anchorId, source, deletedAt: IsNull() });
  if (known !== null && known.thisUpdate > thisUpdate)
    return { refused: 'not_allowed', what: `CRL of ${source}, which is older than the one at hand` };
  if (known !== null && Buffer.compare(known.der, der) === 0) return { unchanged: toRevocationList(known) };
  const facts = { der: Buffer.from(der), thisUpdate, nextUpdate: nextUpdate ?? null, storedAt, version };
  const id = known?.id ?? `crl_${randomUUID()}`;
  if (known === null)
    await rows.insert(RevocationListRow, { id, anchorId, source, ...facts, deletedAt: null });
  else await rows.update(RevocationListRow, { id }, facts);
  const detail = {
    anchorId,
    source,
    thisUpdate: thisUpdate.toISOString(),
    nextUpdate: nextUpdate?.toISOString() ?? null,
  };
  return {
    changed: { id, anchorId, source, der, thisUpdate, nextUpdate, storedAt },
    event: { kind: 'revocation_list.stored', partnerId, clientId: null, detail },
  };
}
