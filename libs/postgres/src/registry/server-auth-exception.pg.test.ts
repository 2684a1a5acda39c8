import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TrustAnchorEntry } from '@holdfast/client-registry';
import { AuditReader } from '../audit/audit-reader.js';
import { createDataSource } from '../connection/data-source.js';
import { Database } from '../connection/database.js';
import { createTestDatabase, type TestDatabase } from '../testing/index.js';
import { PostgresRegistryAdministration } from './postgres-registry-administration.js';
import { RegistryWriter } from './registry-writer.js';
import { PostgresRegistryFeed } from './postgres-registry-feed.js';

const NOON = new Date('2026-06-01T12:00:00Z');
const UNTIL = new Date('2026-09-01T00:00:00Z');
const LATER = new Date('2027-03-15T00:00:00Z');
const ALICE = { id: 'alice', requestId: 'r-1' };
const ALL = { limit: 200, after: undefined };
const ANY = (): boolean => true;

describe('the exception of an anchor for server certificates', () => {
  let test: TestDatabase;
  let database: Database;
  let registry: PostgresRegistryAdministration;
  let feed: PostgresRegistryFeed;

  beforeAll(async () => {
    test = await createTestDatabase();
    const dataSource = createDataSource({ url: test.adminUrl, applicationName: 'test', poolSize: 2 });
    database = new Database(await dataSource.initialize());
    registry = new PostgresRegistryAdministration(
      new RegistryWriter(database, { application: 'admin', now: () => NOON }),
    );
    feed = new PostgresRegistryFeed(database);
    await registry.createPartner(ALICE, { id: 'acme', name: 'Acme' });
  });
  afterAll(async () => {
    await database.dataSource.destroy();
    await test.drop();
  });

  const anchor = (id: string, serverAuthUntil?: Date): TrustAnchorEntry => ({
    id,
    partnerId: 'acme',
    certificate: Buffer.from(id),
    keyThumbprint: id,
    intermediates: [],
    revocation: 'off',
    serverAuthUntil,
    status: 'active',
  });
  const kept = async (id: string) => (await registry.findAnchor(id))?.serverAuthUntil;
  const replicated = async (id: string): Promise<Date | undefined> => {
    const { changes } = await feed.changesSince(-1n);
    return (changes.find((change) => change.id === id)?.value as TrustAnchorEntry).serverAuthUntil;
  };
  const events = async (id: string) =>
    (await new AuditReader(database).list({ partnerId: 'acme' }, ALL))
      .map(({ event }) => event)
      .filter(({ detail }) => detail['anchorId'] === id)
      .map(({ kind, actor, detail }) => ({ kind, actor, detail }));

  it('is kept with a new anchor, reaches replicas, and stands in the audit trail', async () => {
    await registry.addAnchor(ALICE, anchor('made-with', UNTIL));
    expect(await kept('made-with')).toEqual(UNTIL);
    expect(await replicated('made-with')).toEqual(UNTIL);
    expect(await events('made-with')).toMatchObject([
      { kind: 'anchor.added', detail: { serverAuthUntil: UNTIL.toISOString() } },
    ]);
  });

  it('is none where none was asked for (missing means no)', async () => {
    await registry.addAnchor(ALICE, anchor('made-without'));
    expect(await kept('made-without')).toBeUndefined();
    expect(await replicated('made-without')).toBeUndefined();
  });

  it('is set, moved and ended, each with who, before and after; a repetition is no event', async () => {
    await registry.addAnchor(ALICE, anchor('changing'));
    for (const until of [UNTIL, LATER, LATER, undefined, undefined]) {
      expect(await registry.setServerAuthUntil(ALICE, 'changing', until, ANY)).toMatchObject({
        written: true,
        value: { id: 'changing', serverAuthUntil: until },
      });
      expect(await kept('changing')).toEqual(until);
      expect(await replicated('changing')).toEqual(until);
    }
    const [first, second, third] = (await events('changing')).reverse().slice(1);
    const text = { until: UNTIL.toISOString(), later: LATER.toISOString() };
    expect([first, second, third]).toEqual([
      set({ before: null, after: text.until }),
      set({ before: text.until, after: text.later }),
      { ...set({ before: text.later, after: null }), kind: 'anchor.exception_ended' },
    ]);
    expect(await events('changing')).toHaveLength(4);
  });

  it('is not changed where the anchor is another than what was decided on, or is not there', async () => {
    await registry.addAnchor(ALICE, anchor('raced', UNTIL));
    const expected = (current: TrustAnchorEntry): boolean => current.serverAuthUntil === undefined;
    expect(await registry.setServerAuthUntil(ALICE, 'raced', LATER, expected)).toMatchObject({
      refused: 'stale',
    });
    expect(await kept('raced')).toEqual(UNTIL);
    expect(await registry.setServerAuthUntil(ALICE, 'nowhere', LATER, ANY)).toEqual({
      written: false,
      refused: 'not_found',
      what: 'anchor nowhere',
    });
  });
});

const set = (change: { before: string | null; after: string | null }) => ({
  kind: 'anchor.exception_set',
  actor: 'alice',
  detail: { anchorId: 'changing', ...change },
});
