import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { inviteOwner, newSecret, recoverOwner, SignIn, type OpenSession } from '@holdfast/people';
import { AuditReader } from '../audit/audit-reader.js';
import { createDataSource } from '../connection/data-source.js';
import { Database } from '../connection/database.js';
import { withClient } from '../connection/with-client.js';
import { createTestDatabase, type TestDatabase } from '../testing/index.js';
import { PostgresPeopleStore } from './postgres-people-store.js';

const NOON = new Date('2026-03-01T12:00:00.000Z');
const later = (milliseconds: number): Date => new Date(NOON.getTime() + milliseconds);
const HOUR = 3_600_000;
const HOST = { id: 'host', requestId: null };

describe('PostgresPeopleStore', () => {
  let test: TestDatabase;
  let databases: readonly [Database, Database];
  let store: PostgresPeopleStore;
  /** The same on another replica. */
  let other: PostgresPeopleStore;
  let names = 0;

  beforeAll(async () => {
    test = await createTestDatabase();
    databases = await Promise.all([open(test.adminUrl), open(test.adminUrl)]);
    store = new PostgresPeopleStore(databases[0], { application: 'admin' });
    other = new PostgresPeopleStore(databases[1], { application: 'admin' });
  });
  afterAll(async () => {
    await Promise.all(databases.map(({ dataSource }) => dataSource.destroy()));
    await test.drop();
  });

  const invite = async (name = `Owner ${(names += 1)}`) => {
    const invited = await inviteOwner(store, HOST, name, NOON);
    if (!invited.issued) throw new Error(invited.because);
    return invited;
  };
  const signedIn = async (): Promise<{ id: string; found: OpenSession }> => {
    const signIn = new SignIn(store, () => NOON);
    const { id } = await signIn.byLink((await invite()).token, 'r-1');
    return { id, found: await signIn.requireSession(id) };
  };
  const session = (now: Date, via: 'link' | 'passkey' = 'passkey') => ({
    digest: newSecret().digest,
    via,
    openedAt: now,
  });
  const eventsOf = async (actor: string) => {
    const events = await new AuditReader(databases[0]).list({}, { limit: 100 });
    return events.filter(({ event }) => event.actor === actor).map(({ event }) => event.kind);
  };

  describe('a link', () => {
    it('lets one of many in that use it at once on two replicas, and is audited once', async () => {
      const { token, account } = await invite();
      const attempts = Array.from({ length: 10 }, (_, n) =>
        new SignIn(n % 2 === 0 ? store : other, () => NOON).byLink(token, `r-${n}`),
      );
      const results = await Promise.allSettled(attempts);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await eventsOf(account.id)).toEqual(['link.used']);
    });

    it.each<[string, () => Promise<unknown>, number]>([
      ['after 24 hours', async () => undefined, 24 * HOUR],
      ['after another one was issued', () => inviteOwner(store, HOST, 'Late', NOON), 0],
      ['after a recovery', () => recoverOwner(store, HOST, 'Late', NOON), 0],
    ])('cannot be used %s', async (_name, change, age) => {
      const { token } = await invite('Late');
      await change();
      const used = new SignIn(store, () => later(age)).byLink(token, 'r-1');
      await expect(used).rejects.toMatchObject({ refusal: 'link_unusable' });
    });

    it('is kept as a digest only', async () => {
      const { token } = await invite();
      const { rows } = await withClient(test.ownerUrl, (client) =>
        client.query<{ all: string }>(
          'SELECT (SELECT json_agg(l)::text FROM setup_link l) || (SELECT json_agg(a)::text FROM audit_event a) AS all',
        ),
      );
      expect(rows[0]!.all).not.toContain(token);
    });
  });

  describe('a session', () => {
    it('that is closed on one replica is closed on the other at once (AW-11)', async () => {
      const { id, found } = await signedIn();
      const elsewhere = new SignIn(other, () => NOON);
      expect(await elsewhere.requireSession(id)).toEqual(found);
      const by = { id: found.account.id, requestId: 'r-2' };
      await new SignIn(store, () => NOON).close(by, found);
      await expect(elsewhere.requireSession(id)).rejects.toMatchObject({ refusal: 'signed_out' });
      await new SignIn(other, () => NOON).close(by, found);
      expect((await eventsOf(by.id)).filter((kind) => kind === 'session.closed')).toHaveLength(1);
    });

    it('ends when it was idle for twelve hours, whichever replica saw it last (ASVS 7.3.1)', async () => {
      const { id } = await signedIn();
      await new SignIn(other, () => later(HOUR)).requireSession(id);
      await new SignIn(store, () => later(13 * HOUR - 1)).requireSession(id);
      await expect(new SignIn(store, () => later(26 * HOUR)).requireSession(id)).rejects.toMatchObject({
        refusal: 'signed_out',
      });
    });

    it('is never seen earlier than it was', async () => {
      const { found } = await signedIn();
      const { digest } = found.session;
      await store.touchSession(digest, later(HOUR));
      await other.touchSession(digest, later(HOUR / 2));
      expect((await store.findSession(digest))?.session.lastSeenAt).toEqual(later(HOUR));
    });

    it('ends when its owner is recovered', async () => {
      const { id, found } = await signedIn();
      await recoverOwner(other, HOST, found.account.name, NOON);
      await expect(new SignIn(store, () => NOON).requireSession(id)).rejects.toMatchObject({
        refusal: 'signed_out',
      });
    });
  });

  describe('a challenge', () => {
    it.each<[string, (digest: string) => Promise<boolean>, boolean]>([
      ['for whom it was made', (digest) => store.takeChallenge(digest, null, NOON), true],
      ['of a sign-in, not for an account', (digest) => store.takeChallenge(digest, 'acc_1', NOON), false],
      ['not when it is too old', (digest) => store.takeChallenge(digest, null, later(300_000)), false],
    ])('is taken %s', async (_name, take, taken) => {
      const { digest } = newSecret();
      await store.addChallenge({ digest, accountId: null, expiresAt: later(300_000) }, NOON);
      expect(await take(digest)).toBe(taken);
    });

    it('is taken once by many at once', async () => {
      const { digest } = newSecret();
      await store.addChallenge({ digest, accountId: null, expiresAt: later(300_000) }, NOON);
      const taken = await Promise.all(
        Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? store : other).takeChallenge(digest, null, NOON)),
      );
      expect(taken.filter(Boolean)).toHaveLength(1);
    });

    it('that is too old goes away with the next one', async () => {
      const { digest } = newSecret();
      await store.addChallenge({ digest, accountId: null, expiresAt: NOON }, NOON);
      const next = { digest: newSecret().digest, accountId: null, expiresAt: later(300_000) };
      await store.addChallenge(next, later(1));
      const { rows } = await withClient(test.ownerUrl, (client) =>
        client.query('SELECT FROM passkey_challenge WHERE digest = $1', [digest]),
      );
      expect(rows).toEqual([]);
    });
  });

  describe('a passkey', () => {
    let found: OpenSession;
    const passkey = (id: string) => ({
      id,
      accountId: found.account.id,
      name: 'Laptop',
      publicKey: Uint8Array.of(1, 2, 3),
      counter: 0,
      transports: ['internal', 'hybrid'],
      createdAt: NOON,
      usedAt: null,
    });
    const by = () => ({ id: found.account.id, requestId: 'r-2' });
    beforeEach(async () => {
      ({ found } = await signedIn());
    });

    it('comes back as it was added, and its session replaces the one that added it', async () => {
      const id = newSecret().text;
      const next = session(NOON);
      expect(await store.addPasskey(by(), passkey(id), found.session.digest, next)).toBe(true);
      const stored = await other.findPasskey(id);
      expect(stored?.account).toEqual(found.account);
      expect({ ...stored?.passkey, publicKey: [...stored!.passkey.publicKey] }).toEqual({
        ...passkey(id),
        publicKey: [1, 2, 3],
      });
      expect(await store.findSession(found.session.digest)).toBeUndefined();
      expect(await store.findSession(next.digest)).toMatchObject({
        passkeys: 1,
        session: { via: 'passkey' },
      });
      expect(await eventsOf(found.account.id)).toEqual(['passkey.added', 'link.used']);
    });

    it('is not added twice, and the session that tried goes on', async () => {
      const id = newSecret().text;
      const next = session(NOON);
      await store.addPasskey(by(), passkey(id), found.session.digest, next);
      expect(await other.addPasskey(by(), passkey(id), next.digest, session(NOON))).toBe(false);
      expect(await store.findSession(next.digest)).toBeDefined();
    });

    it('is not added by a session that was closed', async () => {
      await store.closeSession(by(), found.session.digest, NOON);
      const id = newSecret().text;
      expect(await store.addPasskey(by(), passkey(id), found.session.digest, session(NOON))).toBe(false);
      expect(await store.findPasskey(id)).toBeUndefined();
    });

    it('gets another name, of its own account only', async () => {
      const id = newSecret().text;
      await store.addPasskey(by(), passkey(id), found.session.digest, session(NOON));
      const owned = { id, accountId: 'acc_other' };
      expect(await store.renamePasskey(by(), owned, 'Mine', NOON)).toBe(false);
      expect(await store.renamePasskey(by(), passkey(id), 'Old laptop', NOON)).toBe(true);
      expect((await store.findPasskey(id))?.passkey.name).toBe('Old laptop');
      expect((await eventsOf(found.account.id))[0]).toBe('passkey.renamed');
    });

    describe('of two', () => {
      const ids = { first: '', second: '' };
      let kept: string;
      beforeEach(async () => {
        [ids.first, ids.second] = [newSecret().text, newSecret().text];
        const [between, last] = [session(NOON), session(NOON)];
        await store.addPasskey(by(), passkey(ids.first), found.session.digest, between);
        await store.addPasskey(by(), passkey(ids.second), between.digest, last);
        kept = last.digest;
      });

      it('is removed with every session but the one that asked, and audited', async () => {
        const elsewhere = session(NOON);
        await store.signIn(by(), passkey(ids.first), 1, elsewhere);
        expect(await store.removePasskey(by(), passkey(ids.first), kept, NOON)).toBe('removed');
        expect(await store.findPasskey(ids.first)).toBeUndefined();
        expect(await store.findSession(elsewhere.digest)).toBeUndefined();
        expect(await store.findSession(kept)).toMatchObject({ passkeys: 1 });
        expect((await eventsOf(found.account.id))[0]).toBe('passkey.removed');
      });

      it('is not removed by another account', async () => {
        const owned = { id: ids.first, accountId: 'acc_other' };
        expect(await store.removePasskey(by(), owned, kept, NOON)).toBe('unknown');
        expect(await store.findPasskey(ids.first)).toBeDefined();
      });

      it('stays when both are removed at once on two replicas (AW-26)', async () => {
        const removals = await Promise.all([
          store.removePasskey(by(), passkey(ids.first), kept, NOON),
          other.removePasskey(by(), passkey(ids.second), kept, NOON),
        ]);
        expect(removals.sort()).toEqual(['last', 'removed']);
        expect(await store.listPasskeys(found.account.id)).toHaveLength(1);
      });
    });

    it('signs one of two in that come with the same counter', async () => {
      const id = newSecret().text;
      await store.addPasskey(by(), passkey(id), found.session.digest, session(NOON));
      const signedIn = await Promise.all(
        [store, other].map((replica) => replica.signIn(by(), passkey(id), 1, session(NOON))),
      );
      expect(signedIn.sort()).toEqual([false, true]);
    });
  });

  it.each(['account', 'setup_link', 'passkey', 'person_session', 'passkey_challenge'])(
    'keeps %s from the role of the token service (SQ-11)',
    async (table) => {
      const read = withClient(test.tokenServiceUrl, (client) => client.query(`SELECT * FROM ${table}`));
      await expect(read).rejects.toMatchObject({ code: '42501' });
    },
  );

  it.each([
    'DELETE FROM account',
    'DELETE FROM person_session',
    'UPDATE account SET role = role',
    'UPDATE person_session SET account_id = account_id',
    'UPDATE passkey SET public_key = public_key',
    'UPDATE setup_link SET expires_at = expires_at',
  ])('denies the role of the admin app: %s (SQ-11)', async (sql) => {
    const write = withClient(test.adminUrl, (client) => client.query(sql));
    await expect(write).rejects.toMatchObject({ code: '42501' });
  });
});

async function open(url: string): Promise<Database> {
  const dataSource = createDataSource({ url, applicationName: 'test', poolSize: 5 });
  await dataSource.initialize();
  return new Database(dataSource);
}
