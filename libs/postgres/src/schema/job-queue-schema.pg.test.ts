import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PgBoss } from 'pg-boss';
import { withClient } from '../connection/with-client.js';
import { createTestDatabase, type TestDatabase } from '../testing/index.js';
import { JOB_QUEUE_SCHEMA, migrateJobQueue } from './job-queue-schema.js';

describe('the job queue', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  const attempt = async (url: string, sql: string): Promise<string> =>
    withClient(url, async (client) => {
      try {
        await client.query(sql.replaceAll('@', `${JOB_QUEUE_SCHEMA}.`));
        return 'allowed';
      } catch (error) {
        return (error as { code: string }).code;
      }
    });
  const PERMISSION_DENIED = '42501';

  it.each([
    'SELECT version FROM @version',
    'UPDATE @queue SET updated_on = now()',
    'DELETE FROM @job',
    'SELECT @job_now()',
  ])('lets admin do: %s', async (sql) => expect(await attempt(database.adminUrl, sql)).toBe('allowed'));

  it.each([
    'UPDATE @version SET version = 0',
    'DELETE FROM @queue',
    'TRUNCATE @job',
    'ALTER TABLE @job ADD COLUMN loot text',
    'CREATE TABLE @loot (a int)',
    `INSERT INTO @bam (name, version, command) VALUES ('x', 1, 'DROP TABLE partner')`,
    'INSERT INTO @job_dependency DEFAULT VALUES',
    `INSERT INTO @schedule (name, cron) VALUES ('x', '* * * * *')`,
    `SELECT @create_queue('loot', '{"partition": true, "policy": "standard"}')`,
  ])('denies admin: %s (SQ-11)', async (sql) =>
    expect(await attempt(database.adminUrl, sql)).toBe(PERMISSION_DENIED),
  );

  it.each(['SELECT * FROM @job', 'INSERT INTO @job (name) VALUES (1)', 'SELECT @job_now()'])(
    'denies the token service: %s (SQ-11)',
    async (sql) => expect(await attempt(database.tokenServiceUrl, sql)).toBe(PERMISSION_DENIED),
  );

  it('is kept up with the rights of admin alone: lost and old tasks go, and nothing else is asked for', async () => {
    const boss = new PgBoss({
      connectionString: database.adminUrl,
      schema: JOB_QUEUE_SCHEMA,
      migrate: false,
      schedule: false,
      reindex: false,
      superviseIntervalSeconds: 1,
      maintenanceIntervalSeconds: 1,
      monitorIntervalSeconds: 1,
      flowIntervalSeconds: 1,
      max: 2,
    });
    const errors: string[] = [];
    boss.on('error', (error) => errors.push(error.message));
    await boss.start();
    await boss.createQueue('upkeep', { policy: 'exclusive', retryLimit: 0, deleteAfterSeconds: 1 });
    await boss.send('upkeep', { lost: true }, { expireInSeconds: 1 });
    // Taken, and never given back.
    await boss.fetch('upkeep');
    const left = () => tasksLeft(database.adminUrl);
    for (let round = 0; round < 60 && (await left()) > 0; round += 1)
      await new Promise((resolve) => setTimeout(resolve, 200));
    expect([await left(), errors]).toEqual([0, []]);
    await boss.stop({ graceful: false });
  });

  const tasksLeft = (url: string): Promise<number> =>
    withClient(url, async (client) => {
      const { rows } = await client.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM ${JOB_QUEUE_SCHEMA}.job WHERE name = 'upkeep'`,
      );
      return rows[0]!.count;
    });

  it('stays as it is when it is migrated again', async () => {
    const tables = () =>
      withClient(
        database.ownerUrl,
        async (client) =>
          (
            await client.query<{ name: string }>(
              `SELECT relname AS name FROM pg_class WHERE relnamespace = $1::regnamespace ORDER BY 1`,
              [JOB_QUEUE_SCHEMA],
            )
          ).rows,
      );
    const before = await tables();
    expect(before).toContainEqual({ name: 'job' });
    await migrateJobQueue(database.ownerUrl);
    expect(await tables()).toEqual(before);
  });
});
