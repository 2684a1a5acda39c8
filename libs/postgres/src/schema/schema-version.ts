import type { Database } from '../connection/database.js';
import { MIGRATIONS } from '../migrations/index.js';

/** How the database's migrations differ from those that this program was built with. */
export type SchemaVerdict =
  | { readonly current: true }
  | {
      readonly current: false;
      /** Run apps/migrate of this version. */
      readonly missing: readonly string[];
      /** The database is newer than this program. */
      readonly unknown: readonly string[];
    };

/**
 * Whether the database's migrations are exactly the ones that this program knows. An empty database lacks all of them.
 * Does NOT compare tables. Throws `StorageUnavailable` when the database does not answer.
 */
export async function verifySchemaVersion(database: Database): Promise<SchemaVerdict> {
  const applied = await database.within(2_000, async (runner) => {
    const [table] = (await runner.query(`SELECT to_regclass('migrations') IS NOT NULL AS present`)) as {
      present: boolean;
    }[];
    if (table?.present !== true) return [];
    return (await runner.query('SELECT name FROM migrations')) as { name: string }[];
  });
  const found = new Set(applied.map(({ name }) => name));
  const known = new Set<string>(MIGRATIONS.map(({ name }) => name));
  const missing = [...known].filter((name) => !found.has(name));
  const unknown = [...found].filter((name) => !known.has(name));
  return missing.length + unknown.length === 0 ? { current: true } : { current: false, missing, unknown };
}
