import type { Account, Challenge, Passkey, PeopleActor, Session, SetupLink } from './entities.js';

/** A session that is open, with whose it is. */
export interface OpenSession {
  readonly session: Session;
  readonly account: Account;
  /** How many passkeys the account has. */
  readonly passkeys: number;
}

/** An account with the number of its passkeys. */
export interface AccountSummary {
  readonly account: Account;
  readonly passkeys: number;
}

/** What the holder of a usable link gets: the account, and the session that was opened. */
export type NewSession = Pick<Session, 'digest' | 'via' | 'openedAt'>;

/** Which passkey of which account. */
export type OwnedPasskey = Pick<Passkey, 'id' | 'accountId'>;

/** What became of a passkey that was to be removed. */
export type Removal = 'removed' | 'unknown' | 'last';

/**
 * Accounts, links, sessions, passkeys and challenges. Every change that says so is one transaction with its audit event;
 * a race is decided by the condition of the change, never by an earlier look.
 */
export interface PeopleStore {
  /** All owners, oldest first. */
  listOwners(): Promise<readonly AccountSummary[]>;
  /** Makes the account if it is new, and the link; older links of the account end. Audited as `owner.invited`. */
  invite(by: PeopleActor, account: Account, link: SetupLink, now: Date): Promise<void>;
  /** Makes a link; older links and all sessions of the account end. Audited as `owner.recovered`. */
  recover(by: PeopleActor, account: Account, link: SetupLink, now: Date): Promise<void>;
  /**
   * Uses up the link and opens the session. Undefined, and nothing changed, when the link is unknown, used, ended or
   * expired. Of two calls at once one succeeds. Audited as `link.used`.
   */
  useLink(digest: string, session: NewSession, requestId: string): Promise<Account | undefined>;

  /** The session if it is not closed. Does NOT judge its age. */
  findSession(digest: string): Promise<OpenSession | undefined>;
  /** Records that the session was used. */
  touchSession(digest: string, now: Date): Promise<void>;
  /** Closes a session for all replicas; nothing happens if it is closed. Audited as `session.closed`. */
  closeSession(by: PeopleActor, digest: string, now: Date): Promise<void>;

  addChallenge(challenge: Challenge, now: Date): Promise<void>;
  /** Uses up a challenge: true once, for this account (null: of a sign-in), before it expires. */
  takeChallenge(digest: string, accountId: string | null, now: Date): Promise<boolean>;

  /** The passkeys of an account. */
  listPasskeys(accountId: string): Promise<readonly Passkey[]>;
  findPasskey(id: string): Promise<{ readonly passkey: Passkey; readonly account: Account } | undefined>;
  /**
   * Adds a passkey and puts `session` into the place of the one that added it. False when the credential is there
   * already, or the session is closed. Audited as `passkey.added`.
   */
  addPasskey(by: PeopleActor, passkey: Passkey, replaced: string, session: NewSession): Promise<boolean>;
  /** Gives a passkey of this account another name; false when there is none. Audited as `passkey.renamed`. */
  renamePasskey(by: PeopleActor, owned: OwnedPasskey, name: string, now: Date): Promise<boolean>;
  /**
   * Removes a passkey of this account, unless it is the only one, and closes every session of the account but `kept`,
   * since nothing tells which of them the passkey opened. Of two calls at once for the last two, one succeeds.
   * Audited as `passkey.removed`.
   */
  removePasskey(by: PeopleActor, owned: OwnedPasskey, kept: string, now: Date): Promise<Removal>;
  /**
   * Records the use of a passkey and opens the session. False when its counter is no longer `counter`, as after a use
   * of the same credential elsewhere. Audited as `session.opened`.
   */
  signIn(by: PeopleActor, passkey: Passkey, newCounter: number, session: NewSession): Promise<boolean>;
}
