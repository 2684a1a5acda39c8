import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RegistryReplica } from '@holdfast/client-registry';
import { createDataSource } from '../connection/data-source.js';
import { Database } from '../connection/database.js';
import { withClient } from '../connection/with-client.js';
import { createTestDatabase, type TestDatabase } from '../testing/index.js';
import { EndedDenials } from './ended-denials.js';
import { PostgresRegistryFeed } from './postgres-registry-feed.js';

/** By how long ago it has ended; minutes. `undefined`: it stands until it is taken back. */
const ENTRIES: Readonly<Record<string, { ended: number | undefined; tombstone?: true }>> = {
  'jti/old': { ended: 180 },
  'jti/old-and-taken-back': { ended: 180, tombstone: true },
  'jti/just-ended': { ended: 59 },
  'jti/alive': { ended: -5 },
  'client/standing': { ended: undefined },
  'client/resumed': { ended: undefined, tombstone: true },
};

describe('denials that have ended', () => {
  let test: TestDatabase;
  let admin: Database;
  let service: Database;
  let denials: EndedDenials;

  beforeAll(async () => {
    test = await createTestDatabase();
    const connect = async (url: string): Promise<Database> =>
      new Database(await createDataSource({ url, applicationName: 'test', poolSize: 2 }).initialize());
    admin = await connect(test.adminUrl);
    service = await connect(test.tokenServiceUrl);
    denials = new EndedDenials(admin);
  });
  afterAll(async () => {
    for (const { dataSource } of [admin, service]) await dataSource.destroy();
    await test.drop();
  });

  const asOwner = (sql: string, values: unknown[] = []) =>
    withClient(test.ownerUrl, (client) => client.query<Record<string, string>>(sql, values));
  const left = async (): Promise<unknown[]> =>
    (await asOwner('SELECT id FROM deny_entry ORDER BY id')).rows.map(({ id }) => id);

  it('are not due while there is none', async () => {
    expect(await denials.areDue()).toBe(false);
    expect(await denials.deleteSome()).toBe(0);
  });

  it('are deleted; what stands, what has just ended and what tells of a denial taken back is not', async () => {
    for (const [id, { ended, tombstone }] of Object.entries(ENTRIES))
      await asOwner(
        `INSERT INTO deny_entry (id, denied, denied_at, expires_at, version, deleted_at)
          VALUES ($1, '{"kind": "jti", "jti": "x"}', now(), now() - $2 * interval '1 minute', 1,
            CASE WHEN $3 THEN now() END)`,
        [id, ended ?? null, tombstone ?? false],
      );
    await asOwner('UPDATE registry_version SET v = 1');
    const feed = new PostgresRegistryFeed(service);
    const replica = new RegistryReplica(() => 0);
    replica.apply(await feed.changesSince(-1n));
    expect(replica.denyList.size).toBe(4);

    expect(await denials.areDue()).toBe(true);
    expect(await denials.deleteSome()).toBe(2);
    expect(await left()).toEqual(['client/resumed', 'client/standing', 'jti/alive', 'jti/just-ended']);
    expect(await denials.areDue()).toBe(false);

    // Nobody notices: it is no new version, and what is known of them ends by itself.
    expect(await feed.currentVersion()).toBe(replica.version);
    expect((await feed.changesSince(replica.version)).changes).toEqual([]);
    replica.forgetEnded(Date.now() / 1_000);
    expect(replica.denyList.size).toBe(2);
  });

  it.each(['client/standing', 'jti/alive', 'client/resumed'])(
    'are all that the admin app may delete: not %s (SQ-11)',
    async (id) => {
      const attempt = admin.dataSource.query('DELETE FROM deny_entry WHERE id = $1', [id]);
      await expect(attempt).rejects.toMatchObject({ code: '42501' });
      expect(await left()).toContain(id);
    },
  );
});
