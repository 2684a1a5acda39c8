import type { Account, PeopleActor, SignInMethod } from './entities.js';
import type { NewSession, OpenSession, PeopleStore } from './people-store.js';
import { newSecret, parseSecret, type Secret } from './secret.js';
import { isStale, validateSession } from './session.js';
import { SignInRefused } from './sign-in-refused.js';

/** A session that was just opened; `id` goes into the cookie and nowhere else. */
export interface Opened {
  readonly id: string;
  readonly account: Account;
  readonly via: SignInMethod;
}

/** Sessions: opened by a link, found by the id in the cookie, closed. For passkeys see `Passkeys`. */
export class SignIn {
  constructor(
    private readonly store: PeopleStore,
    private readonly clock: () => Date,
  ) {}

  /** Opens a session for the holder of a one-time link. Throws `link_unusable`, whatever is wrong with it. */
  async byLink(token: unknown, requestId: string): Promise<Opened> {
    const digest = parseSecret(token);
    if (digest === undefined) throw new SignInRefused('link_unusable');
    const { secret, session } = newSession('link', this.clock());
    const account = await this.store.useLink(digest, session, requestId);
    if (account === undefined) throw new SignInRefused('link_unusable');
    return { id: secret.text, account, via: 'link' };
  }

  /**
   * The session of this id. Read anew at every request, so that one that was closed on another replica is closed here.
   * Throws `signed_out`, whether there is no id, no session, or one that is too old.
   */
  async requireSession(id: unknown): Promise<OpenSession> {
    const digest = parseSecret(id);
    const found = digest === undefined ? undefined : await this.store.findSession(digest);
    if (found === undefined) throw new SignInRefused('signed_out');
    const now = this.clock();
    const verdict = validateSession(found.session, now);
    if (!verdict.alive) throw new SignInRefused('signed_out', verdict.because);
    if (isStale(found.session, now)) await this.store.touchSession(found.session.digest, now);
    return found;
  }

  /** Closes the session that a browser had before it signed in anew, if it had one (ASVS 7.2.4). */
  async supersede(previousId: unknown, requestId: string): Promise<void> {
    const digest = parseSecret(previousId);
    const found = digest === undefined ? undefined : await this.store.findSession(digest);
    if (found !== undefined) await this.close({ id: found.account.id, requestId }, found);
  }

  /** Closes the session on all replicas. */
  async close(by: PeopleActor, { session }: OpenSession): Promise<void> {
    await this.store.closeSession(by, session.digest, this.clock());
  }
}

/** A session with an id that no browser has seen: every sign-in gets one (ASVS 7.2.4). */
export function newSession(via: SignInMethod, now: Date): { secret: Secret; session: NewSession } {
  const secret = newSecret();
  return { secret, session: { digest: secret.digest, via, openedAt: now } };
}
