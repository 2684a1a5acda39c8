import { Client } from 'pg';
import { freightDatabase, ordersDatabase, registryDatabase } from './database-secrets.js';
import { StackError } from './workspace.js';

/** The oldest major version of PostgreSQL that works. */
const OLDEST_MAJOR = 15;
const CONNECT_WITHIN_MS = 10_000;

/**
 * Checks that the server of DATABASE_URL can be used: reachable, new enough, and its user may create roles and
 * databases. `hasKey` tells whether the key is there that opens the signing keys of a registry from an earlier start.
 * Returns the server's version. Throws a StackError that says what is wrong, without the password.
 */
export async function requireUsableServer(databaseUrl: string, hasKey: boolean): Promise<string> {
  const { shown, serverUrl } = parseServerUrl(databaseUrl);
  const client = new Client({ connectionString: serverUrl, connectionTimeoutMillis: CONNECT_WITHIN_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new StackError(`DATABASE_URL names ${shown}, which cannot be used: ${message || code}.`);
  }
  try {
    if (!hasKey) await requireNoRegistry(client, registryDatabase(databaseUrl));
    return await requireRights(client, shown);
  } finally {
    await client.end();
  }
}

async function requireRights(client: Client, shown: string): Promise<string> {
  const { rows } = await client.query<{ version: string; number: number; user: string; may: boolean }>(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
            rolname AS user, rolsuper OR (rolcreaterole AND rolcreatedb) AS may
       FROM pg_roles WHERE rolname = current_user`,
  );
  const { version, number, user, may } = rows[0]!;
  if (number < OLDEST_MAJOR * 10_000) {
    throw new StackError(`${shown} is PostgreSQL ${version}; Holdfast needs ${OLDEST_MAJOR} or newer.`);
  }
  if (may) return version;
  throw new StackError(
    `The user "${user}" of DATABASE_URL may not create roles and databases, which "npm start" has to do. ` +
      `As a superuser: ALTER ROLE "${user}" CREATEROLE CREATEDB`,
  );
}

/** Its signing keys are sealed with a key that is kept outside of the database: in the state it was made with. */
async function requireNoRegistry(client: Client, database: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
  if (rowCount === 0) return;
  throw new StackError(
    `The server of DATABASE_URL has a database "${database}" already, and the key to it is in the state directory it ` +
      'was made with. Start with that HOLDFAST_HOME and without --reset, or name another database in DATABASE_URL, ' +
      `or throw its data away first: DROP DATABASE "${database}"; DROP DATABASE "${ordersDatabase(database)}"; ` +
      `DROP DATABASE IF EXISTS "${freightDatabase(database)}"`,
  );
}

/** The database that the URL names may not exist yet: it is the maintenance database that is asked. */
function parseServerUrl(text: string): { shown: string; serverUrl: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['postgres:', 'postgresql:'].includes(url.protocol)) {
    throw new StackError('DATABASE_URL must look like postgres://user:password@host:5432/');
  }
  url.pathname = '/postgres';
  return { shown: `${url.hostname}:${url.port || 5432}`, serverUrl: url.href };
}
