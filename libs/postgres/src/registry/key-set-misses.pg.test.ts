import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ClientId } from '@holdfast/oauth-protocol';
import { createDataSource } from '../connection/data-source.js';
import { Database } from '../connection/database.js';
import { createTestDatabase, type TestDatabase } from '../testing/index.js';
import { KeySetMisses } from './key-set-misses.js';
import { PostgresRegistryAdministration } from './postgres-registry-administration.js';
import { RegistryWriter } from './registry-writer.js';

const ALICE = { id: 'alice', requestId: null };
const CLIENT = 'beta-sync' as ClientId;

/** Seconds from now, as the database counts them. */
interface Times {
  readonly due: number;
}

describe('KeySetMisses', () => {
  let test: TestDatabase;
  let admin: Database;
  let tokenService: Database;
  let credential: string;
  let notes: Promise<unknown>[];
  let errors: unknown[];
  let time: number;
  let misses: KeySetMisses;

  const open = async (url: string): Promise<Database> => {
    const dataSource = createDataSource({ url, applicationName: 'test', poolSize: 2 });
    await dataSource.initialize();
    return new Database(dataSource);
  };
  /** Of one replica of the token service, with its rights. */
  const replica = (within: Database['within'] = tokenService.within.bind(tokenService)): KeySetMisses => {
    const noting: Database['within'] = (...args) => {
      const note = within(...args);
      notes.push(note.catch(() => undefined));
      return note;
    };
    return new KeySetMisses(
      { within: noting },
      () => time,
      (error) => errors.push(error),
    );
  };
  const set = (times: string): Promise<unknown> =>
    admin.dataSource.query(`UPDATE key_set_source SET ${times}`);
  const dueIn = async (): Promise<number> => {
    await Promise.all(notes);
    const [row] = (await admin.dataSource.query(
      'SELECT extract(epoch FROM next_due - now())::float AS due FROM key_set_source',
    )) as Times[];
    return row!.due;
  };
  const FETCHED_LONG_AGO = `last_attempt = now() - interval '10 minutes', next_due = now() + interval '50 minutes'`;

  beforeAll(async () => {
    test = await createTestDatabase();
    [admin, tokenService] = await Promise.all([open(test.adminUrl), open(test.tokenServiceUrl)]);
    const registry = new PostgresRegistryAdministration(
      new RegistryWriter(admin, { application: 'admin', now: () => new Date(0) }),
    );
    await registry.createPartner(ALICE, { id: 'beta', name: 'Beta' });
    await registry.createClient(ALICE, {
      id: CLIENT,
      partnerId: 'beta',
      authMethod: 'self_signed_tls_client_auth',
      credentials: [{ kind: 'jwks_uri', url: 'https://keys.beta.example/' }],
    });
    const [source] = await registry.listKeySets({ limit: 1, after: undefined }, { clientId: CLIENT });
    credential = source!.credentialId;
  });
  beforeEach(async () => {
    [notes, errors, time] = [[], [], 0];
    misses = replica();
    await set(FETCHED_LONG_AGO);
  });
  afterEach(() => expect(errors).toEqual([]));
  afterAll(async () => {
    await Promise.all([admin, tokenService].map(({ dataSource }) => dataSource.destroy()));
    await test.drop();
  });

  it('makes the set due at once', async () => {
    misses.note(credential);
    expect(await dueIn()).toBeLessThanOrEqual(0);
  });

  it('waits until 30 s have passed since the last attempt, whoever made it', async () => {
    await set(`last_attempt = now() - interval '10 seconds', next_due = now() + interval '50 minutes'`);
    misses.note(credential);
    const due = await dueIn();
    expect([due > 15, due <= 20]).toEqual([true, true]);
  });

  it('does not put off what is due already', async () => {
    await set(`last_attempt = now(), next_due = now() - interval '1 minute'`);
    misses.note(credential);
    expect(await dueIn()).toBeLessThan(-50);
  });

  it('makes a set due that was never fetched', async () => {
    await set(`last_attempt = NULL, next_due = now() + interval '50 minutes'`);
    misses.note(credential);
    expect(await dueIn()).toBeLessThanOrEqual(0);
  });

  it('tells the database once in 2 s for each credential', async () => {
    for (const at of [0, 1_000, 1_999, 2_000, 3_999]) {
      time = at;
      misses.note(credential);
    }
    misses.note('cred_of-another');
    expect(notes).toHaveLength(3);
    await Promise.all(notes);
  });

  it('remembers no more than ten thousand', async () => {
    let asked = 0;
    const counted = replica((async () => void (asked += 1)) as Database['within']);
    for (let at = 0; at <= 10_000; at += 1) counted.note(`cred_${at}`);
    counted.note('cred_0');
    expect(asked).toBe(10_002);
  });

  it('asks again at once when it could not be noted', async () => {
    const away = replica(() => Promise.reject(new Error('away')));
    away.note(credential);
    await Promise.all(notes);
    await new Promise((resolve) => setImmediate(resolve));
    away.note(credential);
    await Promise.all(notes);
    await new Promise((resolve) => setImmediate(resolve));
    expect(notes).toHaveLength(2);
    expect(errors.splice(0)).toHaveLength(2);
  });

  it('has no right to change anything else of a source, nor to make one', async () => {
    const attempt = (sql: string): Promise<unknown> => tokenService.dataSource.query(sql);
    const refused = { code: '42501' };
    await expect(attempt('UPDATE key_set_source SET last_attempt = NULL')).rejects.toMatchObject(refused);
    await expect(attempt('UPDATE key_set_source SET last_error = NULL')).rejects.toMatchObject(refused);
    await expect(attempt('SELECT last_error FROM key_set_source')).rejects.toMatchObject(refused);
    await expect(attempt('DELETE FROM key_set_source')).rejects.toMatchObject(refused);
    await expect(attempt(`INSERT INTO key_set_source VALUES ('x')`)).rejects.toMatchObject(refused);
    await expect(attempt('UPDATE key_set SET fresh_until = now()')).rejects.toMatchObject(refused);
  });
});
