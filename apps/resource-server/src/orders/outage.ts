import { QueryFailedError } from 'typeorm';
import { ServiceUnavailable } from '@holdfast/oauth-protocol';

/** What `query` gives; `ServiceUnavailable` when the database is the trouble, any other failure as it is. */
export async function fromDatabase<T>(query: Promise<T>): Promise<T> {
  try {
    return await query;
  } catch (error) {
    throw isOutage(error) ? new ServiceUnavailable('storage_unavailable', 5, error) : error;
  }
}

/** Connection exception (08), insufficient resources (53), operator intervention and time limits (57), system error (58). */
const OUTAGE_CLASSES = new Set(['08', '53', '57', '58']);
const NO_PEER = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);

function isOutage(error: unknown): boolean {
  const inner = (error instanceof QueryFailedError ? error.driverError : error) as {
    readonly code?: string;
    readonly severity?: string;
    readonly message?: string;
  };
  // Only an answer of the server has a severity.
  if (inner.severity !== undefined) return OUTAGE_CLASSES.has(inner.code?.slice(0, 2) ?? '');
  // pg gives lost connections and its own time limit no code.
  return NO_PEER.has(inner.code ?? '') || /^(timeout e|Connection terminated)/.test(inner.message ?? '');
}
