import { randomUUID } from 'node:crypto';
import type { NewOcspResponse, OcspResponseEntry } from '@holdfast/client-registry';
import { IsNull } from 'typeorm';
import { OcspResponseRow } from '../rows/index.js';
import type { RegistryWrite, WriteOutcome } from './registry-writer.js';
import { toOcspResponse } from './row-mappers.js';

type ResponseKey = Pick<OcspResponseEntry, 'anchorId' | 'source' | 'certificate'>;

/**
 * Puts a response in the place of the one of the same responder about the same certificate. One that is older never
 * replaces it: somebody in between could bring back what was said before the certificate was revoked.
 */
export async function storeResponse(
  { rows, version }: RegistryWrite,
  response: NewOcspResponse,
  partnerId: string,
  storedAt: Date,
): Promise<WriteOutcome<OcspResponseEntry>> {
  const { anchorId, source, certificate, status, producedAt, freshUntil } = response;
  const known = await rows.findOneBy(OcspResponseRow, { ...keyOf(response), deletedAt: IsNull() });
  if (known !== null && known.producedAt > producedAt)
    return { refused: 'not_allowed', what: `response of ${source}, which is older than the one at hand` };
  if (known !== null && Buffer.compare(known.der, response.der) === 0)
    return { unchanged: toOcspResponse(known) };
  const der = Buffer.from(response.der);
  const facts = { der, status, producedAt, freshUntil: freshUntil ?? null, storedAt, version };
  const id = known?.id ?? `ocsp_${randomUUID()}`;
  if (known === null)
    await rows.insert(OcspResponseRow, { id, ...keyOf(response), ...facts, deletedAt: null });
  else await rows.update(OcspResponseRow, { id }, facts);
  const detail = {
    anchorId,
    source,
    certificate,
    status,
    producedAt: producedAt.toISOString(),
    freshUntil: freshUntil?.toISOString() ?? null,
  };
  return {
    changed: { ...response, id, storedAt },
    event: { kind: 'ocsp_response.stored', partnerId, clientId: null, detail },
  };
}

/** Leaves a tombstone, so that replicas drop it too. */
export async function removeResponse(
  { rows, version }: RegistryWrite,
  response: ResponseKey,
  partnerId: string,
  removedAt: Date,
): Promise<WriteOutcome<undefined>> {
  const key = keyOf(response);
  const { affected } = await rows.update(
    OcspResponseRow,
    { ...key, deletedAt: IsNull() },
    { deletedAt: removedAt, version },
  );
  if (affected === 0) return { unchanged: undefined };
  return {
    changed: undefined,
    event: { kind: 'ocsp_response.removed', partnerId, clientId: null, detail: key },
  };
}

/** Nothing but the key, whatever else the caller's object holds. */
const keyOf = ({ anchorId, source, certificate }: ResponseKey): ResponseKey => ({
  anchorId,
  source,
  certificate,
});
