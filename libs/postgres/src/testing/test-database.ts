import { createHash, randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { QueryRunner } from 'typeorm';
import { withClient } from '../connection/with-client.js';
import { MIGRATIONS } from '../migrations/index.js';
import { jobQueueFingerprint } from '../schema/job-queue-schema.js';
import { migrateDatabase } from '../schema/migrate-database.js';
import {
  grantConnect,
  RIGHTS_FINGERPRINT,
  roleName,
  type AppRole,
  type RoleSettings,
} from '../schema/role-grants.js';

/** A database of one test file, migrated, with the apps' roles. */
export interface TestDatabase {
  readonly name: string;
  /** As the superuser that owns it. A test of an app uses that app's role instead. */
  readonly ownerUrl: string;
  readonly tokenServiceUrl: string;
  readonly adminUrl: string;
  /** Ends all its sessions and drops it. */
  drop(): Promise<void>;
}

const TEMPLATE_LOCK = 0x74657374;

/** The server for tests, as superuser. Throws if the test run has none. */
export function testServerUrl(): string {
  const url = process.env['HOLDFAST_TEST_DATABASE_URL'];
  if (url === undefined || url === '')
    throw new Error('HOLDFAST_TEST_DATABASE_URL is not set: Jest sets it for *.pg.test.ts');
  return url;
}

/** `url` with another database, and another role if one is given. */
export function withDatabase(
  url: string,
  database: string,
  role?: { name: string; password: string },
): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  if (role !== undefined) {
    changed.username = role.name;
    changed.password = role.password;
  }
  return changed.href;
}

/** Makes a database from a template that is migrated once per server and version of the schema. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = testServerUrl();
  const name = `holdfast_test_${randomBytes(6).toString('hex')}`;
  const template = await templateName();
  const passwords = await withClient(server, async (client) => {
    const made = await rolePasswords(client, template);
    await ensureTemplate(client, server, template, made);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    return made;
  });
  const ownerUrl = withDatabase(server, name);
  await withClient(ownerUrl, (client) => grantConnect(client, template));
  const urlOf = (role: AppRole): string =>
    withDatabase(server, name, { name: roleName(template, role), password: passwords[role] });
  return {
    name,
    ownerUrl,
    tokenServiceUrl: urlOf('token_service'),
    adminUrl: urlOf('admin'),
    drop: () => dropDatabase(server, name),
  };
}

/** A database without anything in it, for tests of the migrations themselves. */
export async function createEmptyDatabase(): Promise<{
  name: string;
  ownerUrl: string;
  drop(): Promise<void>;
}> {
  const server = testServerUrl();
  const name = `holdfast_empty_${randomBytes(6).toString('hex')}`;
  await withClient(server, (client) => client.query(`CREATE DATABASE ${name}`));
  return { name, ownerUrl: withDatabase(server, name), drop: () => dropDatabase(server, name) };
}

async function dropDatabase(server: string, name: string): Promise<void> {
  await withClient(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
}

/** Under a lock, because Jest's workers all want it at once; it gets its name only when it is complete. */
async function ensureTemplate(
  client: pg.Client,
  server: string,
  template: string,
  passwords: RoleSettings['passwords'],
): Promise<void> {
  await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [template]);
    if (rowCount === 1) return;
    const unfinished = `${template}_unfinished`;
    await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
    await migrateDatabase({
      url: withDatabase(server, unfinished),
      roles: { rolePrefix: template, passwords },
      onStep: () => undefined,
    });
    await client.query(`ALTER DATABASE ${unfinished} WITH ALLOW_CONNECTIONS false`);
    await endSessions(client, unfinished);
    await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${template}`);
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
}

async function endSessions(client: pg.Client, database: string): Promise<void> {
  await client.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1', [
    database,
  ]);
}

/** Derived from the server's own identity: the same for every worker, and in no file. */
async function rolePasswords(client: pg.Client, template: string): Promise<RoleSettings['passwords']> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT system_identifier::text AS id FROM pg_control_system()',
  );
  const of = (role: AppRole): string =>
    createHash('sha256').update(`${rows[0]?.id} ${template} ${role}`).digest('hex');
  return { token_service: of('token_service'), admin: of('admin') };
}

/** Changes with whatever decides how a migrated database looks. */
async function templateName(): Promise<string> {
  const statements: string[] = [];
  // Whatever is asked of an empty database has no rows.
  const recorder = {
    query(sql: string): Promise<[]> {
      statements.push(sql);
      return Promise.resolve([]);
    },
  };
  for (const Migration of MIGRATIONS) await new Migration().up(recorder as unknown as QueryRunner);
  const hash = createHash('sha256').update(statements.join('\n'));
  hash.update(RIGHTS_FINGERPRINT).update(await jobQueueFingerprint());
  return `holdfast_template_${hash.digest('hex').slice(0, 12)}`;
}
