import { randomUUID } from 'node:crypto';
import type { AuditEvent } from '@holdfast/audit-trail';
import type {
  Account,
  AccountSummary,
  Challenge,
  NewSession,
  OpenSession,
  OwnedPasskey,
  Passkey,
  PeopleActor,
  PeopleStore,
  Removal,
  SetupLink,
} from '@holdfast/people';
import { IsNull, LessThan, Not, type EntityManager } from 'typeorm';
import { appendInTransaction, newStreamName } from '../audit/audit-rows.js';
import type { Database } from '../connection/database.js';
import { AccountRow, ChallengeRow, PasskeyRow, SessionRow, SetupLinkRow } from '../rows/index.js';

export interface PeopleStoreOptions {
  /** The app: begins the name of the audit stream. */
  readonly application: string;
  /** Milliseconds that anything may take. Default 3 000. */
  readonly withinMillis?: number;
}

type EventFacts = Pick<AuditEvent, 'kind' | 'detail'> & { readonly at: Date };

/** What people sign in with, on PostgreSQL. Every method throws `StorageUnavailable` when the database is away. */
export class PostgresPeopleStore implements PeopleStore {
  /** This process run's own stream; a lock of the transaction serialises its writers. */
  private readonly stream: string;
  private readonly within: number;

  constructor(
    private readonly database: Database,
    { application, withinMillis = 3_000 }: PeopleStoreOptions,
  ) {
    this.stream = newStreamName(`${application}-people`, randomUUID());
    this.within = withinMillis;
  }

  listOwners(): Promise<readonly AccountSummary[]> {
    return this.read(async (rows) => {
      const owners = await rows.find(AccountRow, { where: { role: 'owner' }, order: { createdAt: 'ASC' } });
      return Promise.all(
        owners.map(async (row) => ({ account: toAccount(row), passkeys: await countPasskeys(rows, row.id) })),
      );
    });
  }

  invite(by: PeopleActor, account: Account, link: SetupLink, now: Date): Promise<void> {
    return this.write(async (rows) => {
      await rows.query(
        'INSERT INTO account (id, name, role, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING',
        [account.id, account.name, account.role, now],
      );
      await replaceLinks(rows, link, now);
      await this.record(rows, by, { kind: 'owner.invited', at: now, detail: describe(account) });
    });
  }

  recover(by: PeopleActor, account: Account, link: SetupLink, now: Date): Promise<void> {
    return this.write(async (rows) => {
      await replaceLinks(rows, link, now);
      const open = { accountId: account.id, closedAt: IsNull() };
      const { affected = 0 } = await rows.update(SessionRow, open, { closedAt: now });
      const detail = { ...describe(account), sessionsClosed: affected };
      await this.record(rows, by, { kind: 'owner.recovered', at: now, detail });
    });
  }

  useLink(digest: string, session: NewSession, requestId: string): Promise<Account | undefined> {
    return this.write(async (rows) => {
      const now = session.openedAt;
      const [used] = (await rows.query(
        `UPDATE setup_link SET ended_at = $2 WHERE digest = $1 AND ended_at IS NULL AND expires_at > $2
         RETURNING account_id`,
        [digest, now],
      )) as [{ account_id: string }[], number];
      if (used[0] === undefined) return undefined;
      const account = await findAccount(rows, used[0].account_id);
      await insertSession(rows, account.id, session);
      const by = { id: account.id, requestId };
      await this.record(rows, by, { kind: 'link.used', at: now, detail: { name: account.name } });
      return account;
    });
  }

  findSession(digest: string): Promise<OpenSession | undefined> {
    return this.read(async (rows) => {
      const row = await rows.findOneBy(SessionRow, { digest, closedAt: IsNull() });
      if (row === null) return undefined;
      const { accountId, via, openedAt, lastSeenAt } = row;
      return {
        session: { digest, accountId, via, openedAt, lastSeenAt },
        account: await findAccount(rows, accountId),
        passkeys: await countPasskeys(rows, accountId),
      };
    });
  }

  async touchSession(digest: string, now: Date): Promise<void> {
    const earlier = { digest, closedAt: IsNull(), lastSeenAt: LessThan(now) };
    await this.read((rows) => rows.update(SessionRow, earlier, { lastSeenAt: now }));
  }

  closeSession(by: PeopleActor, digest: string, now: Date): Promise<void> {
    return this.write(async (rows) => {
      const { affected } = await rows.update(SessionRow, { digest, closedAt: IsNull() }, { closedAt: now });
      if (affected === 1) await this.record(rows, by, { kind: 'session.closed', at: now, detail: {} });
    });
  }

  async addChallenge({ digest, accountId, expiresAt }: Challenge, now: Date): Promise<void> {
    await this.read(async (rows) => {
      await rows.delete(ChallengeRow, { expiresAt: LessThan(now) });
      await rows.insert(ChallengeRow, { digest, accountId, expiresAt });
    });
  }

  takeChallenge(digest: string, accountId: string | null, now: Date): Promise<boolean> {
    return this.read(async (rows) => {
      const [taken] = (await rows.query(
        `DELETE FROM passkey_challenge
          WHERE digest = $1 AND account_id IS NOT DISTINCT FROM $2 AND expires_at > $3 RETURNING digest`,
        [digest, accountId, now],
      )) as [unknown[], number];
      return taken.length === 1;
    });
  }

  listPasskeys(accountId: string): Promise<readonly Passkey[]> {
    return this.read(async (rows) => {
      const found = await rows.find(PasskeyRow, { where: { accountId }, order: { createdAt: 'ASC' } });
      return found.map(toPasskey);
    });
  }

  findPasskey(id: string): Promise<{ passkey: Passkey; account: Account } | undefined> {
    return this.read(async (rows) => {
      const row = await rows.findOneBy(PasskeyRow, { id });
      if (row === null) return undefined;
      return { passkey: toPasskey(row), account: await findAccount(rows, row.accountId) };
    });
  }

  addPasskey(by: PeopleActor, passkey: Passkey, replaced: string, session: NewSession): Promise<boolean> {
    const { id, accountId, name, counter, transports } = passkey;
    const now = session.openedAt;
    return this.write(async (rows) => {
      const open = { digest: replaced, accountId, closedAt: IsNull() };
      const { affected } = await rows.update(SessionRow, open, { closedAt: now });
      if (affected !== 1) return false;
      const inserted = (await rows.query(
        `INSERT INTO passkey (id, account_id, name, public_key, counter, transports, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING RETURNING id`,
        [id, accountId, name, Buffer.from(passkey.publicKey), counter, transports, now],
      )) as unknown[];
      // The session that asked goes on.
      if (inserted.length === 0) throw new NothingToCommit();
      await insertSession(rows, accountId, session);
      await this.record(rows, by, { kind: 'passkey.added', at: now, detail: { passkey: id, name } });
      return true;
    }).catch(nothingCommitted);
  }

  renamePasskey(by: PeopleActor, owned: OwnedPasskey, name: string, now: Date): Promise<boolean> {
    return this.write(async (rows) => {
      const { id, accountId } = owned;
      const { affected } = await rows.update(PasskeyRow, { id, accountId }, { name });
      if (affected !== 1) return false;
      await this.record(rows, by, { kind: 'passkey.renamed', at: now, detail: { passkey: id, name } });
      return true;
    });
  }

  removePasskey(by: PeopleActor, owned: OwnedPasskey, kept: string, now: Date): Promise<Removal> {
    return this.write(async (rows) => {
      const { id, accountId } = owned;
      // Locked, all of them: two that remove the last two at once would each see the other one left.
      const all = (await rows.query(
        'SELECT id, name FROM passkey WHERE account_id = $1 ORDER BY id FOR UPDATE',
        [accountId],
      )) as Pick<PasskeyRow, 'id' | 'name'>[];
      const found = all.find((passkey) => passkey.id === id);
      if (found === undefined) return 'unknown';
      if (all.length === 1) return 'last';
      await rows.delete(PasskeyRow, { id, accountId });
      const others = { accountId, closedAt: IsNull(), digest: Not(kept) };
      const { affected = 0 } = await rows.update(SessionRow, others, { closedAt: now });
      const detail = { passkey: id, name: found.name, sessionsClosed: affected };
      await this.record(rows, by, { kind: 'passkey.removed', at: now, detail });
      return 'removed';
    });
  }

  signIn(by: PeopleActor, passkey: Passkey, newCounter: number, session: NewSession): Promise<boolean> {
    const { id, accountId, counter, name } = passkey;
    const now = session.openedAt;
    return this.write(async (rows) => {
      const { affected } = await rows.update(
        PasskeyRow,
        { id, counter },
        { counter: newCounter, usedAt: now },
      );
      if (affected !== 1) return false;
      await insertSession(rows, accountId, session);
      const detail = { via: session.via, passkey: id, name };
      await this.record(rows, by, { kind: 'session.opened', at: now, detail });
      return true;
    });
  }

  private read<T>(work: (rows: EntityManager) => Promise<T>): Promise<T> {
    return this.database.within(this.within, ({ manager }) => work(manager));
  }

  private write<T>(work: (rows: EntityManager) => Promise<T>): Promise<T> {
    return this.database.transaction({ within: this.within }, work);
  }

  /** The last thing that a transaction does: it waits for the others of this stream from here on. */
  private async record(
    rows: EntityManager,
    by: PeopleActor,
    { kind, at, detail }: EventFacts,
  ): Promise<void> {
    await rows.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [this.stream]);
    await appendInTransaction(rows, this.stream, {
      kind,
      at: at.toISOString(),
      actor: by.id,
      requestId: by.requestId,
      partnerId: null,
      clientId: null,
      reason: null,
      detail,
    });
  }
}

/** Rolls a transaction back without a fault. */
class NothingToCommit extends Error {}

function nothingCommitted(error: unknown): false {
  if (error instanceof NothingToCommit) return false;
  throw error;
}

async function replaceLinks(rows: EntityManager, link: SetupLink, now: Date): Promise<void> {
  await rows.update(SetupLinkRow, { accountId: link.accountId, endedAt: IsNull() }, { endedAt: now });
  await rows.insert(SetupLinkRow, { ...link, endedAt: null });
}

async function insertSession(rows: EntityManager, accountId: string, session: NewSession): Promise<void> {
  const { digest, via, openedAt } = session;
  await rows.insert(SessionRow, { digest, accountId, via, openedAt, lastSeenAt: openedAt, closedAt: null });
}

async function findAccount(rows: EntityManager, id: string): Promise<Account> {
  return toAccount(await rows.findOneByOrFail(AccountRow, { id }));
}

function countPasskeys(rows: EntityManager, accountId: string): Promise<number> {
  return rows.countBy(PasskeyRow, { accountId });
}

function describe({ id, name }: Account) {
  return { account: id, name };
}

function toAccount({ id, name, role }: AccountRow): Account {
  return { id, name, role };
}

function toPasskey(row: PasskeyRow): Passkey {
  const { id, accountId, name, publicKey, counter, transports, createdAt, usedAt } = row;
  return { id, accountId, name, publicKey, counter, transports, createdAt, usedAt };
}
