import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { scheduleOf } from '@holdfast/oauth-protocol';
import { AuditReader } from '../audit/audit-reader.js';
import { createDataSource } from '../connection/data-source.js';
import { Database } from '../connection/database.js';
import { PostgresDenyAdministration } from '../registry/postgres-deny-administration.js';
import { PostgresRegistryFeed } from '../registry/postgres-registry-feed.js';
import { RegistryWriter } from '../registry/registry-writer.js';
import { createTestDatabase, type TestDatabase } from '../testing/index.js';
import { PostgresSigningKeyAdministration } from './postgres-signing-key-administration.js';
import { PostgresSigningKeyStore } from './postgres-signing-key-store.js';

const NOON = new Date('2026-06-01T12:00:00Z');
const at = (minutes: number): Date => new Date(NOON.getTime() + minutes * 60_000);
const ALICE = { id: 'alice', requestId: 'r-1' };
const ALL = { limit: 200, after: undefined };

/** The admin app with its role, and beside it a token service with its own, which stores what was ordered. */
describe('orders about signing keys', () => {
  let test: TestDatabase;
  const open: Database[] = [];
  let keys: PostgresSigningKeyAdministration;
  let denials: PostgresDenyAdministration;
  let store: PostgresSigningKeyStore;
  let feed: PostgresRegistryFeed;
  let now = NOON;
  let made = 0;

  const connect = async (url: string): Promise<Database> => {
    const dataSource = createDataSource({ url, applicationName: 'test', poolSize: 2 });
    open.push(new Database(await dataSource.initialize()));
    return open.at(-1)!;
  };
  beforeAll(async () => {
    test = await createTestDatabase();
    const writer = new RegistryWriter(await connect(test.adminUrl), { application: 'admin', now: () => now });
    keys = new PostgresSigningKeyAdministration(writer);
    denials = new PostgresDenyAdministration(writer);
    const services = await connect(test.tokenServiceUrl);
    store = new PostgresSigningKeyStore(services, { application: 'token-service', now: () => now });
    feed = new PostgresRegistryFeed(services);
  });
  beforeEach(() => {
    now = NOON;
  });
  afterAll(async () => {
    await Promise.all(open.map(({ dataSource }) => dataSource.destroy()));
    await test.drop();
  });

  /** What a token service does when it hears of a change. */
  async function carryOut(): Promise<string | undefined> {
    const { wanted } = scheduleOf(await store.list('access_token'), now);
    if (wanted === undefined) return undefined;
    const kid = `key-${(made += 1)}`;
    const schedule = { ...wanted, createdAt: now, replaceAt: undefined, withdrawnAt: undefined };
    const publicJwk = { kty: 'EC' };
    const key = { kid, alg: 'ES256', purpose: 'access_token', publicJwk, sealed: Buffer.of(1) } as const;
    await store.addIfNone({ ...key, ...schedule });
    return kid;
  }
  const states = async () => [...scheduleOf(await keys.listSigningKeys(), now).states];
  const rotate = (activatesAt: Date) => keys.rotateSigningKey(ALICE, 'access_token', activatesAt);

  it('find nothing to replace before a token service has started', async () => {
    expect(await rotate(at(15))).toEqual({
      written: false,
      refused: 'not_found',
      what: 'a signing key for access_token',
    });
  });

  it('reach the token service as a new version, and lead to a key that waits for its time', async () => {
    expect(await carryOut()).toBe('key-1');
    const before = await feed.currentVersion();
    const ordered = { purpose: 'access_token', replaces: 'key-1', activatesAt: at(15) };
    expect(await rotate(at(15))).toEqual({ written: true, value: ordered });
    expect(await feed.currentVersion()).toBe(before + 1n);
    // Asked again before anybody made it: the same order, and no other.
    expect(await rotate(at(60))).toEqual({ written: true, value: ordered });
    expect(await feed.currentVersion()).toBe(before + 1n);
    expect(await carryOut()).toBe('key-2');
    expect(await states()).toEqual([
      ['key-1', 'active'],
      ['key-2', 'next'],
    ]);
    expect(await rotate(at(60))).toMatchObject({ refused: 'not_allowed' });
    now = at(15);
    expect(await states()).toEqual([
      ['key-1', 'retiring'],
      ['key-2', 'active'],
    ]);
  });

  it('withdraw a key for good: it is denied without an end, and a new one signs at once', async () => {
    now = at(20);
    expect(await keys.withdrawSigningKey(ALICE, 'key-2')).toMatchObject({ value: { withdrawnAt: at(20) } });
    expect(await carryOut()).toBe('key-3');
    expect(await states()).toEqual([
      ['key-1', 'retiring'],
      ['key-2', 'withdrawn'],
      ['key-3', 'active'],
    ]);
    const denied = await denials.listDenied(ALL);
    expect(denied.map(({ entry }) => entry)).toEqual([{ id: 'kid/key-2', kind: 'kid', kid: 'key-2' }]);
    const again = await keys.withdrawSigningKey(ALICE, 'key-2');
    expect(again).toMatchObject({ written: true, value: { withdrawnAt: at(20) } });
  });

  it('refuse to withdraw a key that nobody has', async () => {
    expect(await keys.withdrawSigningKey(ALICE, 'nobody')).toEqual({
      written: false,
      refused: 'not_found',
      what: 'signing key nobody',
    });
  });

  it('stand in the audit trail, each once', async () => {
    const events = (await new AuditReader(open[0]!).list({}, ALL)).map(({ event }) => event);
    const ordered = events.filter(({ actor }) => actor === 'alice').map(({ kind, detail }) => [kind, detail]);
    expect(ordered.reverse()).toEqual([
      [
        'signing_key.rotation_ordered',
        { purpose: 'access_token', replaces: 'key-1', activatesAt: at(15).toISOString() },
      ],
      ['signing_key.withdrawn', { kid: 'key-2', purpose: 'access_token' }],
    ]);
  });
});
