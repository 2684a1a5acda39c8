import type { Account, Challenge, Passkey, PeopleActor, Session, SetupLink } from '../entities.js';
import type {
  AccountSummary,
  NewSession,
  OpenSession,
  OwnedPasskey,
  PeopleStore,
  Removal,
} from '../people-store.js';

/** A `PeopleStore` in memory, for tests: the same verdicts, no transactions, and the audit as a list of kinds. */
export class MemoryPeopleStore implements PeopleStore {
  readonly audited: string[] = [];
  private readonly accounts = new Map<string, Account>();
  private readonly links = new Map<string, SetupLink>();
  private readonly sessions = new Map<string, Session>();
  private readonly passkeys = new Map<string, Passkey>();
  private readonly challenges = new Map<string, Challenge>();

  async listOwners(): Promise<readonly AccountSummary[]> {
    return [...this.accounts.values()].map((account) => ({ account, passkeys: this.count(account.id) }));
  }

  async invite(_by: PeopleActor, account: Account, link: SetupLink): Promise<void> {
    this.accounts.set(account.id, account);
    this.replaceLinks(link);
    this.audited.push('owner.invited');
  }

  async recover(_by: PeopleActor, account: Account, link: SetupLink): Promise<void> {
    this.replaceLinks(link);
    for (const [digest, { accountId }] of this.sessions)
      if (accountId === account.id) this.sessions.delete(digest);
    this.audited.push('owner.recovered');
  }

  async useLink(digest: string, session: NewSession): Promise<Account | undefined> {
    const link = this.links.get(digest);
    if (link === undefined || link.expiresAt <= session.openedAt) return undefined;
    this.links.delete(digest);
    this.open(link.accountId, session);
    this.audited.push('link.used');
    return this.accounts.get(link.accountId);
  }

  async findSession(digest: string): Promise<OpenSession | undefined> {
    const session = this.sessions.get(digest);
    if (session === undefined) return undefined;
    return {
      session,
      account: this.accounts.get(session.accountId)!,
      passkeys: this.count(session.accountId),
    };
  }

  async touchSession(digest: string, now: Date): Promise<void> {
    const session = this.sessions.get(digest);
    if (session !== undefined) this.sessions.set(digest, { ...session, lastSeenAt: now });
  }

  async closeSession(_by: PeopleActor, digest: string): Promise<void> {
    if (this.sessions.delete(digest)) this.audited.push('session.closed');
  }

  async addChallenge(challenge: Challenge): Promise<void> {
    this.challenges.set(challenge.digest, challenge);
  }

  async takeChallenge(digest: string, accountId: string | null, now: Date): Promise<boolean> {
    const challenge = this.challenges.get(digest);
    if (challenge === undefined || challenge.accountId !== accountId || challenge.expiresAt <= now)
      return false;
    return this.challenges.delete(digest);
  }

  async listPasskeys(accountId: string): Promise<readonly Passkey[]> {
    return [...this.passkeys.values()].filter((passkey) => passkey.accountId === accountId);
  }

  async findPasskey(id: string): Promise<{ passkey: Passkey; account: Account } | undefined> {
    const passkey = this.passkeys.get(id);
    return passkey && { passkey, account: this.accounts.get(passkey.accountId)! };
  }

  async addPasskey(
    _by: PeopleActor,
    passkey: Passkey,
    replaced: string,
    session: NewSession,
  ): Promise<boolean> {
    if (this.passkeys.has(passkey.id) || !this.sessions.delete(replaced)) return false;
    this.passkeys.set(passkey.id, passkey);
    this.open(passkey.accountId, session);
    this.audited.push('passkey.added');
    return true;
  }

  async renamePasskey(_by: PeopleActor, owned: OwnedPasskey, name: string): Promise<boolean> {
    const passkey = this.find(owned);
    if (passkey === undefined) return false;
    this.passkeys.set(passkey.id, { ...passkey, name });
    this.audited.push('passkey.renamed');
    return true;
  }

  async removePasskey(_by: PeopleActor, owned: OwnedPasskey, kept: string): Promise<Removal> {
    if (this.find(owned) === undefined) return 'unknown';
    if (this.count(owned.accountId) === 1) return 'last';
    this.passkeys.delete(owned.id);
    for (const [digest, { accountId }] of this.sessions)
      if (accountId === owned.accountId && digest !== kept) this.sessions.delete(digest);
    this.audited.push('passkey.removed');
    return 'removed';
  }

  async signIn(
    _by: PeopleActor,
    passkey: Passkey,
    newCounter: number,
    session: NewSession,
  ): Promise<boolean> {
    if (this.passkeys.get(passkey.id)?.counter !== passkey.counter) return false;
    this.passkeys.set(passkey.id, { ...passkey, counter: newCounter, usedAt: session.openedAt });
    this.open(passkey.accountId, session);
    this.audited.push('session.opened');
    return true;
  }

  private open(accountId: string, session: NewSession): void {
    this.sessions.set(session.digest, { ...session, accountId, lastSeenAt: session.openedAt });
  }

  private find({ id, accountId }: OwnedPasskey): Passkey | undefined {
    const passkey = this.passkeys.get(id);
    return passkey?.accountId === accountId ? passkey : undefined;
  }

  private count(accountId: string): number {
    return [...this.passkeys.values()].filter((passkey) => passkey.accountId === accountId).length;
  }

  private replaceLinks(link: SetupLink): void {
    for (const [digest, { accountId }] of this.links)
      if (accountId === link.accountId) this.links.delete(digest);
    this.links.set(link.digest, link);
  }
}
