import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pool, PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { toConnectionOptions } from './connection.js';

describe('toConnectionOptions', () => {
  let source: DataSource;
  beforeAll(async () => {
    const url = process.env['HOLDFAST_TEST_DATABASE_URL']!;
    source = new DataSource(toConnectionOptions({ url, applicationName: 'test', poolSize: 1 }));
    await source.initialize();
  });
  afterAll(() => source.destroy());

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

  it('has the server itself end a statement that takes too long', async () => {
    const options = toConnectionOptions({
      url: process.env['HOLDFAST_TEST_DATABASE_URL']!,
      applicationName: 'test',
      poolSize: 1,
      statementTimeoutMillis: 50,
    });
    const hasty = await new DataSource(options).initialize();
    try {
      await expect(hasty.query('SELECT pg_sleep(5)')).rejects.toMatchObject({ code: '57014' });
    } finally {
      await hasty.destroy();
    }
  });
});
