import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SealedSigningKey } from '@holdfast/signing-keys';
import { AuditReader } from '../audit/audit-reader.js';
import { createDataSource } from '../connection/data-source.js';
import { Database } from '../connection/database.js';
import { createTestDatabase, type TestDatabase } from '../testing/index.js';
import { PostgresSigningKeyStore } from './postgres-signing-key-store.js';

const NOON = new Date('2026-03-01T12:00:00.000Z');

function sealedKey(kid: string, change: Partial<SealedSigningKey> = {}): SealedSigningKey {
  return {
    kid,
    alg: 'ES256',
    purpose: 'access_token',
    publicJwk: { kty: 'EC', crv: 'P-256', x: `x-${kid}`, y: `y-${kid}` },
    sealed: randomBytes(166),
    createdAt: NOON,
    activatesAt: NOON,
    replaces: undefined,
    replaceAt: undefined,
    withdrawnAt: undefined,
    ...change,
  };
}

describe('PostgresSigningKeyStore', () => {
  let test: TestDatabase;
  const open: Database[] = [];
  beforeAll(async () => {
    test = await createTestDatabase();
    for (let n = 0; n < 4; n += 1) {
      const dataSource = createDataSource({
        url: test.tokenServiceUrl,
        applicationName: 'test',
        poolSize: 2,
      });
      await dataSource.initialize();
      open.push(new Database(dataSource));
    }
  });
  afterAll(async () => {
    await Promise.all(open.map(({ dataSource }) => dataSource.destroy()));
    await test.drop();
  });

  it('keeps one active key when several instances start at once, and audits that one', async () => {
    const stores = open.map(
      (database) => new PostgresSigningKeyStore(database, { application: 'token-service', now: () => NOON }),
    );
    const offered = stores.map((_store, n) => sealedKey(`key-${n}`));
    expect(await stores[0]!.list('access_token')).toEqual([]);
    await Promise.all(stores.map((store, n) => store.addIfNone(offered[n]!)));
    const lists = await Promise.all(stores.map((store) => store.list('access_token')));
    const [winner] = lists[0]!;
    expect(lists.every((list) => list.length === 1 && list[0]?.kid === winner?.kid)).toBe(true);
    expect(offered.find(({ kid }) => kid === winner?.kid)).toEqual(winner);
    await stores[0]!.addIfNone(sealedKey('late'));
    expect(await stores[0]!.list('access_token')).toHaveLength(1);
    const events = await new AuditReader(open[0]!).list({ kind: 'signing_key.created' }, { limit: 10 });
    expect(events.map(({ event }) => event.detail)).toEqual([
      {
        kid: winner?.kid,
        alg: 'ES256',
        purpose: 'access_token',
        activatesAt: NOON.toISOString(),
        replaces: null,
      },
    ]);
  });

  it('gives a key one successor, of its own purpose', async () => {
    const store = new PostgresSigningKeyStore(open[0]!, { application: 'token-service', now: () => NOON });
    const [first] = await store.list('access_token');
    const offered = ['a', 'b', 'c'].map((kid) => sealedKey(kid, { replaces: first!.kid }));
    await Promise.all(offered.map((key) => store.addIfNone(key)));
    const all = await store.list('access_token');
    expect(all.map(({ replaces }) => replaces).sort()).toEqual([first!.kid, undefined]);
    const successor = all.find(({ replaces }) => replaces !== undefined)!.kid;
    await expect(
      store.addIfNone(sealedKey('foreign', { purpose: 'deny_feed', replaces: successor })),
    ).rejects.toThrow();
  });
});
