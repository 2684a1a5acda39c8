import type { Account, OpenSession, SignInMethod } from '@holdfast/people';

/** What the screens know about the person who is signed in. */
export interface SessionView {
  readonly account: Account;
  readonly passkeys: number;
  readonly via: SignInMethod;
  readonly mode: 'development' | 'production';
}

export function showSession(
  { account, passkeys, session }: OpenSession,
  mode: SessionView['mode'],
): SessionView {
  return { account, passkeys, via: session.via, mode };
}
