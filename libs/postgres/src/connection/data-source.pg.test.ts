import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../testing/index.js';
import { createDataSource } from './data-source.js';

describe('createDataSource', () => {
  let test: TestDatabase;
  let source: DataSource;
  beforeAll(async () => {
    test = await createTestDatabase();
    source = createDataSource({ url: test.adminUrl, applicationName: 'test', poolSize: 1 });
    await source.initialize();
  });
  afterAll(async () => {
    await source.destroy();
    await test.drop();
  });

  it('survives a session that ends at the moment at which the pool hands it out (R-08)', async () => {
    const pool = (source.driver as unknown as { master: Pool }).master;
    await new Promise<void>((resolve, reject) => {
      pool.connect((error: Error | undefined, client: PoolClient | undefined, release) => {
        if (client === undefined) return reject(error!);
        // Nobody else listens yet: without a listener of its own, this would be thrown.
        expect(client.emit('error', new Error('terminating connection'))).toBe(true);
        release(new Error('ended'));
        resolve();
      });
    });
    expect(await source.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
