import { randomBytes } from 'node:crypto';
import type { Account, PeopleActor } from './entities.js';
import type { AccountSummary, PeopleStore } from './people-store.js';
import { newSecret } from './secret.js';

/** How long a one-time link can be used. */
export const LINK_LIFETIME_MS = 24 * 3_600_000;

const DEFAULT_NAME = 'Owner';

/** Why there is no link. */
export type LinkVerdict =
  | { readonly issued: true; readonly token: string; readonly account: Account }
  | { readonly issued: false; readonly because: 'has_passkey' | 'unknown' | 'ambiguous' | 'nobody' };

/**
 * A link with which a new owner signs in for the first time: of that name, or the default. Who was invited and has no
 * passkey yet gets another link for the same account; who has one needs `recoverOwner`.
 */
export async function inviteOwner(
  store: PeopleStore,
  by: PeopleActor,
  name: string | undefined,
  now: Date,
): Promise<LinkVerdict> {
  const wanted = name ?? DEFAULT_NAME;
  const known = (await store.listOwners()).find(({ account }) => account.name === wanted);
  if (known !== undefined && known.passkeys > 0) return { issued: false, because: 'has_passkey' };
  const account = known?.account ?? newOwner(wanted);
  const { text, digest } = newSecret();
  await store.invite(by, account, linkFor(account, digest, now), now);
  return { issued: true, token: text, account };
}

/** A link for an owner who lost the passkey: the one of that name, or the only one. Ends that owner's sessions. */
export async function recoverOwner(
  store: PeopleStore,
  by: PeopleActor,
  name: string | undefined,
  now: Date,
): Promise<LinkVerdict> {
  const owners = await store.listOwners();
  const named = name === undefined ? owners : owners.filter(({ account }) => account.name === name);
  if (named.length > 1) return { issued: false, because: 'ambiguous' };
  const [found] = named;
  if (found === undefined) return { issued: false, because: owners.length === 0 ? 'nobody' : 'unknown' };
  const { text, digest } = newSecret();
  await store.recover(by, found.account, linkFor(found.account, digest, now), now);
  return { issued: true, token: text, account: found.account };
}

/** Whether somebody can sign in without a link. */
export function hasOwnerWithPasskey(owners: readonly AccountSummary[]): boolean {
  return owners.some(({ passkeys }) => passkeys > 0);
}

function linkFor(account: Account, digest: string, now: Date) {
  return { digest, accountId: account.id, expiresAt: new Date(now.getTime() + LINK_LIFETIME_MS) };
}

function newOwner(name: string): Account {
  return { id: `acc_${randomBytes(12).toString('hex')}`, name, role: 'owner' };
}
