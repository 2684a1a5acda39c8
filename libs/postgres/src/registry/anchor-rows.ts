import type { Precondition, Status, TrustAnchorEntry } from '@holdfast/client-registry';
import { LONGEST_TOKEN_LIFE } from '@holdfast/oauth-protocol';
import { IsNull, type EntityManager } from 'typeorm';
import { TrustAnchorRow } from '../rows/index.js';
import { allowIssuedUnder, denyIssuedUnder } from './deny-rows.js';
import type { RegistryWrite, WriteOutcome } from './registry-writer.js';
import { toTrustAnchor } from './row-mappers.js';

/** Writes a new anchor. Its partner must be there. */
export async function insertAnchor(
  { rows, version }: RegistryWrite,
  { certificate, intermediates, serverAuthUntil, ...anchor }: TrustAnchorEntry,
): Promise<void> {
  await rows.insert(TrustAnchorRow, {
    ...anchor,
    certificate: Buffer.from(certificate),
    intermediates: intermediates.map((der) => Buffer.from(der)),
    serverAuthUntil: serverAuthUntil ?? null,
    version,
    deletedAt: null,
  });
}

/**
 * Suspends or resumes an anchor. Suspended, it vouches for nobody, and the tokens of those for whom it did stop counting: a
 * token does not say which of its client's authorities vouched, so that all that were issued to such a client so far are
 * meant. Resumed, they count again.
 */
export async function changeAnchorStatus(
  write: RegistryWrite,
  { id, status, when }: { id: string; status: Status; when: Precondition<TrustAnchorEntry> },
  now: Date,
): Promise<WriteOutcome<TrustAnchorEntry>> {
  const { rows, version } = write;
  const what = `anchor ${id}`;
  const row = await rows.findOneBy(TrustAnchorRow, { id, deletedAt: IsNull() });
  if (row === null) return { refused: 'not_found', what };
  const current = toTrustAnchor(row);
  if (!when(current)) return { refused: 'stale', what };
  if (current.status === status) return { unchanged: current };
  await rows.update(TrustAnchorRow, { id, deletedAt: IsNull() }, { status, version });
  const clients = await clientsUnder(rows, id, now);
  if (status === 'active') await allowIssuedUnder(write, id, clients, now);
  else await denyIssuedUnder(write, id, clients, now);
  const kind = status === 'active' ? 'anchor.resumed' : 'anchor.suspended';
  const detail = { anchorId: id, clients: clients.length };
  const event = { kind, partnerId: row.partnerId, clientId: null, detail } as const;
  return { changed: { ...current, status }, event };
}

/** Those that may have a token by a name under the anchor, by one that was retired meanwhile, too. */
async function clientsUnder(rows: EntityManager, anchorId: string, now: Date): Promise<readonly string[]> {
  const since = new Date(now.getTime() - LONGEST_TOKEN_LIFE * 1_000);
  const found = (await rows.query(
    `SELECT DISTINCT client_id FROM credential
      WHERE anchor_id = $1 AND (deleted_at IS NULL OR deleted_at > $2) ORDER BY client_id`,
    [anchorId, since],
  )) as { client_id: string }[];
  return found.map(({ client_id }) => client_id);
}
