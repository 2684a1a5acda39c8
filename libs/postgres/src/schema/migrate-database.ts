import pg from 'pg';
import { createDataSource } from '../connection/data-source.js';
import { withClient } from '../connection/with-client.js';
import { grantJobQueue, migrateJobQueue } from './job-queue-schema.js';
import { applyRoleGrants, roleName, type RoleSettings } from './role-grants.js';

/** "holdfast", as a number: one migration run at a time per database. */
const MIGRATION_LOCK = 0x68666173;

export interface MigrationRun {
  /** postgres:// URL of a role that owns the database or may create it, and may create roles. */
  readonly url: string;
  readonly roles: RoleSettings;
  /** Hears of each step when it is done, in one line. */
  readonly onStep: (line: string) => void;
}

/**
 * Brings the database to this version: creates it if it is missing, runs the migrations that it lacks, makes the apps'
 * roles and gives them exactly their rights. Idempotent; several runs at once wait for each other.
 */
export async function migrateDatabase(run: MigrationRun): Promise<void> {
  if (await createDatabaseIfMissing(run.url)) run.onStep(`database ${databaseName(run.url)} created`);
  await withClient(run.url, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const executed = await runMigrations(run.url);
    for (const name of executed) run.onStep(`migration ${name} done`);
    if (executed.length === 0) run.onStep('schema is up to date');
    await migrateJobQueue(run.url);
    await applyRoleGrants(client, run.roles);
    await grantJobQueue(client, roleName(run.roles.rolePrefix, 'admin'));
    run.onStep(
      `roles ${run.roles.rolePrefix}_token_service and ${run.roles.rolePrefix}_admin have their rights`,
    );
  });
}

/** The database that a URL names. Throws if it names none. */
export function databaseName(url: string): string {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  if (name === '') throw new Error('the database URL names no database: postgres://user@host:port/NAME');
  return name;
}

async function runMigrations(url: string): Promise<string[]> {
  // Creating an index of a large table takes longer than any request may.
  const options = { url, applicationName: 'migrate', poolSize: 1, connectionTimeoutMillis: 10_000 };
  const dataSource = createDataSource({ ...options, statementTimeoutMillis: 0 });
  await dataSource.initialize();
  try {
    const executed = await dataSource.runMigrations({ transaction: 'each' });
    return executed.map((migration) => migration.name);
  } finally {
    await dataSource.destroy();
  }
}

async function createDatabaseIfMissing(url: string): Promise<boolean> {
  try {
    await withClient(url, () => Promise.resolve());
    return false;
  } catch (error) {
    if (sqlState(error) !== INVALID_CATALOG_NAME) throw error;
  }
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  try {
    await withClient(maintenance.href, (client) =>
      client.query(
        `CREATE DATABASE ${pg.escapeIdentifier(databaseName(url))} ENCODING 'UTF8' TEMPLATE template0`,
      ),
    );
    return true;
  } catch (error) {
    // Another run was faster.
    if (sqlState(error) === DUPLICATE_DATABASE || sqlState(error) === UNIQUE_VIOLATION) return false;
    throw error;
  }
}

const INVALID_CATALOG_NAME = '3D000';
const DUPLICATE_DATABASE = '42P04';
const UNIQUE_VIOLATION = '23505';

function sqlState(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}
