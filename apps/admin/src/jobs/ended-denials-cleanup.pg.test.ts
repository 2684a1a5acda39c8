import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDataSource, Database, EndedDenials } from '@holdfast/postgres';
import { createTestDatabase, eventually, type TestDatabase } from '@holdfast/postgres/testing';
import pg from 'pg';
import { EndedDenialsCleanup } from './ended-denials-cleanup.js';
import { JobQueue } from './job-queue.js';

/** More than are deleted in one go. */
const ENDED = 2_500;

describe('the cleanup of ended denials', () => {
  let test: TestDatabase;
  let database: Database;
  const queues: JobQueue[] = [];
  const deleted: number[] = [];
  const errors: unknown[] = [];

  beforeAll(async () => {
    test = await createTestDatabase();
    const dataSource = createDataSource({ url: test.adminUrl, applicationName: 'test', poolSize: 4 });
    database = new Database(await dataSource.initialize());
  });
  afterAll(async () => {
    for (const queue of queues) await queue.stop();
    await database.dataSource.destroy();
    await test.drop();
  });

  async function asOwner(sql: string): Promise<number> {
    const client = new pg.Client({ connectionString: test.ownerUrl });
    await client.connect();
    try {
      return Number((await client.query<{ n: string }>(sql)).rows[0]?.n);
    } finally {
      await client.end();
    }
  }

  it('leaves none that has ended and all that stand, with the rights of the app, by two replicas', async () => {
    await asOwner(
      `INSERT INTO deny_entry (id, denied, denied_at, expires_at, version)
        SELECT 'jti/' || n, '{"kind": "jti", "jti": "x"}', now(), now() - interval '3 hours', 1
        FROM generate_series(1, ${ENDED}) n`,
    );
    await asOwner(
      `INSERT INTO deny_entry (id, denied, denied_at, version)
        VALUES ('client/standing', '{"kind": "client", "client": "standing"}', now(), 1)`,
    );
    for (let replica = 0; replica < 2; replica += 1) {
      const onError = (error: unknown): void => void errors.push(error);
      const queue = new JobQueue({ url: test.adminUrl, pollMillis: 50, onError });
      queues.push(queue);
      queue
        .add(new EndedDenialsCleanup(new EndedDenials(database), (count) => void deleted.push(count)))
        .start();
    }
    await eventually(async () => (await asOwner('SELECT count(*) AS n FROM deny_entry')) === 1, 10_000);
    expect(deleted.reduce((sum, count) => sum + count, 0)).toBe(ENDED);
    expect(errors).toEqual([]);
  });
});
