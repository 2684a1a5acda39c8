import type { RegistryReplica } from '@holdfast/client-registry';
import type { Readiness } from '@holdfast/http-platform';
import { verifySchemaVersion, type Database } from '@holdfast/postgres';

/**
 * Ready: the registry is loaded and fresh enough to issue from. PostgreSQL being away is *degraded*, not unready,
 * while the registry may still be used: taking every replica out of service at once would be the outage.
 */
export function readinessOf(
  database: Database,
  replica: RegistryReplica,
  freshnessSeconds: number,
  state: { readonly stopping: boolean },
): () => Promise<Readiness> {
  return async () => {
    const ageSeconds = replica.ageMs() / 1_000;
    const fresh = ageSeconds < freshnessSeconds - 60;
    const checks = {
      registry: fresh
        ? 'ok'
        : `last confirmed ${Number.isFinite(ageSeconds) ? `${Math.round(ageSeconds)} s ago` : 'never'}`,
      database: await databaseState(database),
      ...(state.stopping ? { lifecycle: 'stopping' } : {}),
    };
    return { ready: fresh && !state.stopping && !checks.database.startsWith('schema'), checks };
  };
}

async function databaseState(database: Database): Promise<string> {
  try {
    const schema = await verifySchemaVersion(database);
    if (schema.current) return 'ok';
    return `schema differs: run migrate (missing: ${schema.missing.join(', ') || 'none'}; unknown: ${schema.unknown.join(', ') || 'none'})`;
  } catch {
    return 'degraded: PostgreSQL does not answer';
  }
}
