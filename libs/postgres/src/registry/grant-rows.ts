import { randomUUID } from 'node:crypto';
import type { Grant } from '@holdfast/client-registry';
import { IsNull } from 'typeorm';
import { GrantRow } from '../rows/index.js';
import type { RegistryWrite } from './registry-writer.js';
import { toGrant } from './row-mappers.js';

/** Enters a grant, or adds to the one that is there. `added`: the scopes that are new; none is no change. */
export async function upsertGrant(
  { rows, version }: RegistryWrite,
  { clientId, audience, scopes }: Omit<Grant, 'id'>,
): Promise<{ grant: Grant; added: readonly string[] }> {
  const present = await rows.findOneBy(GrantRow, { clientId, audience, deletedAt: IsNull() });
  if (present === null) {
    const grant = { id: `grant_${randomUUID()}`, clientId, audience, scopes: [...new Set(scopes)] };
    await rows.insert(GrantRow, { ...grant, version, deletedAt: null });
    return { grant, added: grant.scopes };
  }
  const added = [...new Set(scopes)].filter((scope) => !present.scopes.includes(scope));
  const grant = { ...toGrant(present), scopes: [...present.scopes, ...added] };
  if (added.length > 0)
    await rows.update(
      GrantRow,
      { id: present.id, deletedAt: IsNull() },
      { scopes: [...grant.scopes], version },
    );
  return { grant, added };
}
