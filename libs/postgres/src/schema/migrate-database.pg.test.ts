import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseCertificate, publicKeyThumbprint } from '@holdfast/certificate-validation';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../connection/data-source.js';
import { Database } from '../connection/database.js';
import { withClient } from '../connection/with-client.js';
import {
  createEmptyDatabase,
  createTestDatabase,
  withDatabase,
  type TestDatabase,
} from '../testing/index.js';
import { migrateDatabase } from './migrate-database.js';
import { verifySchemaVersion } from './schema-version.js';

const MIGRATIONS = [
  'InitialSchema1767225600000',
  'People1795219200000',
  'NameKinds1795222800000',
  'PinMatch1795224600000',
  'Revocation1795226400000',
  'ServerAuthException1795230000000',
  'Ocsp1795273200000',
  'DenyList1795276800000',
  'KeySets1795280400000',
  'DeniedBy1795284000000',
  'AnchorStatus1795291200000',
  'KeySuccession1795294800000',
  'EndedDenials1795298400000',
];

/** Undoes the migrations after this one. */
async function undoBackTo(dataSource: DataSource, last: string): Promise<void> {
  for (let left = MIGRATIONS.length - 1 - MIGRATIONS.indexOf(last); left > 0; left -= 1)
    await dataSource.undoLastMigration();
}

/** The example certificate of RFC 8705 Appendix A (Figure 6). */
const RFC_8705_APPENDIX_A = Buffer.from(
  'MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAxODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsG' +
    'A1UEAwwEbXRsczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ/Au08/coZwxS7LfA' +
    '4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwIDSQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA' +
    '5x2eXZOVbUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=',
  'base64',
);

async function withDatabaseAt<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  const dataSource = createDataSource({ url, applicationName: 'test', poolSize: 2 });
  await dataSource.initialize();
  try {
    return await work(new Database(dataSource));
  } finally {
    await dataSource.destroy();
  }
}

describe('migrateDatabase', () => {
  let empty: { name: string; ownerUrl: string; drop(): Promise<void> };
  const steps: string[] = [];
  const migrate = (password: string) =>
    migrateDatabase({
      url: empty.ownerUrl,
      roles: { rolePrefix: empty.name, passwords: { token_service: password, admin: password } },
      onStep: (line) => steps.push(line),
    });

  beforeAll(async () => {
    empty = await createEmptyDatabase();
    await migrate('first-password-1');
  });
  afterAll(async () => {
    await empty.drop();
    await withClient(empty.ownerUrl.replace(empty.name, 'postgres'), async (client) => {
      await client.query(`DROP ROLE IF EXISTS ${empty.name}_token_service, ${empty.name}_admin`);
    });
  });

  it('leads from empty to head, where TypeORM finds nothing left to generate', async () => {
    for (const name of MIGRATIONS) expect(steps).toContain(`migration ${name} done`);
    await withDatabaseAt(empty.ownerUrl, async ({ dataSource }) => {
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
    });
  });

  it('would find a unique index that the schema lacks', async () => {
    await withDatabaseAt(empty.ownerUrl, async ({ dataSource }) => {
      await dataSource.query('DROP INDEX credential_name_taken');
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([
        expect.stringMatching(/CREATE UNIQUE INDEX "credential_name_taken"/),
      ]);
      await dataSource.query(upQueries[0]!.query);
    });
  });

  it('changes nothing the second time but the passwords, which rotate', async () => {
    const login = (password: string) =>
      withClient(
        withDatabase(empty.ownerUrl, empty.name, { name: `${empty.name}_admin`, password }),
        async (client) => (await client.query<{ role: string }>('SELECT current_user AS role')).rows[0]?.role,
      );
    expect(await login('first-password-1')).toBe(`${empty.name}_admin`);
    steps.length = 0;
    await migrate('second-password-2');
    expect(steps[0]).toBe('schema is up to date');
    expect(await login('second-password-2')).toBe(`${empty.name}_admin`);
    await expect(login('first-password-1')).rejects.toMatchObject({ code: '28P01' });
    const stored = await withClient(empty.ownerUrl, (client) =>
      client.query<{ rolpassword: string }>('SELECT rolpassword FROM pg_authid WHERE rolname = $1', [
        `${empty.name}_admin`,
      ]),
    );
    expect(stored.rows[0]?.rolpassword).toMatch(/^SCRAM-SHA-256\$/);
  });

  it('keeps pins as pins of the certificate, and knows their keys from then on', async () => {
    const parsed = parseCertificate(RFC_8705_APPENDIX_A);
    await withDatabaseAt(empty.ownerUrl, async ({ dataSource }) => {
      await undoBackTo(dataSource, 'NameKinds1795222800000');
      await dataSource.query(`INSERT INTO partner VALUES ('old', 'Old', 'active', 1, NULL)`);
      await dataSource.query(
        `INSERT INTO client VALUES ('old', 'old', 'self_signed_tls_client_auth', 'active', 1, NULL)`,
      );
      await dataSource.query(
        `INSERT INTO credential (id, client_id, partner_id, kind, certificate, thumbprint, version)
          VALUES ('old', 'old', 'old', 'certificate', $1, 't', 1)`,
        [RFC_8705_APPENDIX_A],
      );
    });
    await migrate('second-password-2');
    await withDatabaseAt(empty.ownerUrl, async ({ dataSource }) => {
      expect(await dataSource.query('SELECT pin_match, key_thumbprint FROM credential')).toEqual([
        {
          pin_match: 'certificate',
          key_thumbprint: parsed.parsed && publicKeyThumbprint(parsed.certificate),
        },
      ]);
    });
  });

  it('runs once when started several times at once', async () => {
    await Promise.all([1, 2, 3].map(() => migrate('second-password-2')));
    await withDatabaseAt(empty.ownerUrl, async (database) => {
      expect(await verifySchemaVersion(database)).toEqual({ current: true });
    });
  });

  it('refuses to give an app a role that is mighty already', async () => {
    await withClient(empty.ownerUrl, (client) =>
      client.query(`ALTER ROLE ${pg.escapeIdentifier(`${empty.name}_admin`)} CREATEDB`),
    );
    await expect(migrate('second-password-2')).rejects.toThrow(/rights that an app must not have/);
    await withClient(empty.ownerUrl, (client) =>
      client.query(`ALTER ROLE ${pg.escapeIdentifier(`${empty.name}_admin`)} NOCREATEDB`),
    );
  });
});

describe('verifySchemaVersion', () => {
  it('finds an empty database to lack every migration', async () => {
    const empty = await createEmptyDatabase();
    await withDatabaseAt(empty.ownerUrl, async (database) => {
      expect(await verifySchemaVersion(database)).toEqual({
        current: false,
        missing: MIGRATIONS,
        unknown: [],
      });
    });
    await empty.drop();
  });

  it('finds a newer database to have migrations that this program does not know (R-30)', async () => {
    const database = await createTestDatabase();
    await withClient(database.ownerUrl, (client) =>
      client.query(`INSERT INTO migrations (timestamp, name) VALUES (2e12::bigint, 'FromTheFuture')`),
    );
    await withDatabaseAt(database.tokenServiceUrl, async (reached) => {
      expect(await verifySchemaVersion(reached)).toEqual({
        current: false,
        missing: [],
        unknown: ['FromTheFuture'],
      });
    });
    await database.drop();
  });
});

describe('the rights of the roles', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  const attempt = async (role: 'token_service' | 'admin', sql: string): Promise<string> => {
    const url = role === 'admin' ? database.adminUrl : database.tokenServiceUrl;
    return withClient(url, async (client) => {
      try {
        await client.query(sql);
        return 'allowed';
      } catch (error) {
        return (error as { code: string }).code;
      }
    });
  };
  const PERMISSION_DENIED = '42501';

  it.each<['token_service' | 'admin', string]>([
    ['token_service', 'SELECT * FROM credential'],
    ['token_service', 'SELECT sealed FROM signing_key'],
    ['token_service', 'SELECT * FROM unproven_refusal'],
    ['token_service', 'SELECT name FROM migrations'],
    ['token_service', 'LISTEN holdfast_registry'],
    ['admin', 'UPDATE registry_version SET v = v'],
    ['admin', 'UPDATE client SET status = status'],
    ['admin', 'SELECT kid, public_jwk FROM signing_key'],
    ['admin', 'SELECT delete_ended_denials(1)'],
    ['admin', 'SELECT * FROM audit_event'],
  ])('lets %s do: %s', async (role, sql) => expect(await attempt(role, sql)).toBe('allowed'));

  it.each<['token_service' | 'admin', string]>(
    (['token_service', 'admin'] as const).flatMap((role) =>
      [
        'UPDATE audit_event SET body = body',
        'DELETE FROM audit_event',
        'TRUNCATE audit_event',
        'ALTER TABLE audit_event DISABLE TRIGGER ALL',
      ].map((sql): ['token_service' | 'admin', string] => [role, sql]),
    ),
  )('denies %s to change the audit trail: %s (AW-27)', async (role, sql) =>
    expect(await attempt(role, sql)).toBe(PERMISSION_DENIED),
  );

  it.each<['token_service' | 'admin', string]>([
    ...(['token_service', 'admin'] as const).flatMap((role) =>
      [
        'CREATE TABLE loot (a int)',
        'CREATE SCHEMA loot',
        'CREATE TEMP TABLE loot (a int)',
        'DROP TABLE partner',
        'CREATE ROLE thief',
        `SELECT pg_read_file('/etc/passwd')`,
        `COPY partner TO PROGRAM 'true'`,
        'SELECT rolpassword FROM pg_authid',
        'DELETE FROM partner',
        'TRUNCATE client',
        `INSERT INTO migrations (timestamp, name) VALUES (1, 'x')`,
      ].map((sql): ['token_service' | 'admin', string] => [role, sql]),
    ),
    ['token_service', `UPDATE client SET status = 'active'`],
    ['token_service', 'UPDATE registry_version SET v = v + 1'],
    ['token_service', `INSERT INTO partner VALUES ('x', 'x', 'active', 1, null)`],
    ['token_service', `UPDATE signing_key SET withdrawn_at = NULL`],
    ['admin', 'SELECT sealed FROM signing_key'],
    ['admin', `UPDATE signing_key SET activates_at = now()`],
    ['admin', 'DELETE FROM signing_key'],
    ['admin', 'DELETE FROM deny_entry'],
    ['token_service', 'SELECT delete_ended_denials(1)'],
    ['admin', 'SELECT * FROM signing_key'],
    ['admin', 'UPDATE unproven_refusal SET count = 1'],
  ])('denies %s: %s (SQ-11)', async (role, sql) => expect(await attempt(role, sql)).toBe(PERMISSION_DENIED));

  it('lets no other role in', async () => {
    const stranger = `stranger_${database.name}`;
    await withClient(database.ownerUrl, (client) =>
      client.query(`CREATE ROLE ${stranger} LOGIN PASSWORD 'only-for-this-test'`),
    );
    const url = withDatabase(database.ownerUrl, database.name, {
      name: stranger,
      password: 'only-for-this-test',
    });
    await expect(withClient(url, () => Promise.resolve())).rejects.toMatchObject({ code: PERMISSION_DENIED });
    await withClient(database.ownerUrl, (client) => client.query(`DROP ROLE ${stranger}`));
  });
});
