import { beforeEach, describe, expect, it } from '@jest/globals';
import { inviteOwner, recoverOwner, SignIn, SignInRefused } from './index.js';
import { MemoryPeopleStore } from './testing/index.js';

const NOON = new Date('2026-03-01T12:00:00.000Z');
const HOST = { id: 'host', requestId: null };
const HOUR = 3_600_000;
const MINUTE = 60_000;

/** An owner who was invited at noon, and a clock that a test may turn. */
async function invitedWorld() {
  let now = NOON;
  const store = new MemoryPeopleStore();
  const invited = await inviteOwner(store, HOST, undefined, NOON);
  if (!invited.issued) throw new Error(invited.because);
  return {
    store,
    token: invited.token,
    signIn: new SignIn(store, () => now),
    turnTo: (milliseconds: number) => (now = new Date(NOON.getTime() + milliseconds)),
    now: () => now,
  };
}

const refusalOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: unknown) => {
      if (error instanceof SignInRefused) return error.refusal;
      throw error;
    },
  );

describe('SignIn', () => {
  let world: Awaited<ReturnType<typeof invitedWorld>>;
  beforeEach(async () => {
    world = await invitedWorld();
  });

  it('opens a session for a link that is 24 hours old but a millisecond', async () => {
    world.turnTo(24 * HOUR - 1);
    const { id, via } = await world.signIn.byLink(world.token, 'r-1');
    expect(via).toBe('link');
    const open = await world.signIn.requireSession(id);
    expect(open).toMatchObject({ account: { name: 'Owner', role: 'owner' }, passkeys: 0 });
    expect(world.store.audited).toEqual(['owner.invited', 'link.used']);
  });

  it.each<[name: string, change: (w: typeof world) => unknown]>([
    ['that is 24 hours old', (w) => w.turnTo(24 * HOUR)],
    ['that was used', (w) => w.signIn.byLink(w.token, 'r-1')],
    ['that another one replaced', (w) => inviteOwner(w.store, HOST, undefined, NOON)],
    ['that a recovery replaced', (w) => recoverOwner(w.store, HOST, undefined, NOON)],
    ['that nobody issued', (w) => (w.token = 'A'.repeat(43))],
    ['that cannot be one', (w) => (w.token = '')],
  ])('refuses a link %s', async (_name, change) => {
    await change(world);
    expect(await refusalOf(world.signIn.byLink(world.token, 'r-2'))).toBe('link_unusable');
  });

  it('lets one of two that use a link at once in', async () => {
    const both = [world.signIn.byLink(world.token, 'r-1'), world.signIn.byLink(world.token, 'r-2')];
    expect((await Promise.all(both.map(refusalOf))).sort()).toEqual(['accepted', 'link_unusable']);
  });

  it('keeps a session that is used for seven days, and no longer (ASVS 7.3.2)', async () => {
    const { id } = await world.signIn.byLink(world.token, 'r-1');
    for (let hours = 11; hours < 7 * 24; hours += 11) {
      world.turnTo(hours * HOUR);
      expect(await refusalOf(world.signIn.requireSession(id))).toBe('accepted');
    }
    world.turnTo(7 * 24 * HOUR - 1);
    expect(await refusalOf(world.signIn.requireSession(id))).toBe('accepted');
    world.turnTo(7 * 24 * HOUR);
    expect(await refusalOf(world.signIn.requireSession(id))).toBe('signed_out');
  });

  it('ends a session that nobody used for twelve hours (ASVS 7.3.1)', async () => {
    const { id } = await world.signIn.byLink(world.token, 'r-1');
    world.turnTo(5 * MINUTE);
    await world.signIn.requireSession(id);
    world.turnTo(5 * MINUTE + 12 * HOUR - 1);
    const late = new SignIn(world.store, world.now);
    expect(await refusalOf(late.requireSession(id))).toBe('accepted');
    world.turnTo(5 * MINUTE + 24 * HOUR);
    expect(await refusalOf(late.requireSession(id))).toBe('signed_out');
  });

  it('knows no session once it was closed (AW-11)', async () => {
    const { id } = await world.signIn.byLink(world.token, 'r-1');
    const open = await world.signIn.requireSession(id);
    await world.signIn.close({ id: open.account.id, requestId: 'r-2' }, open);
    const elsewhere = new SignIn(world.store, world.now);
    expect(await refusalOf(elsewhere.requireSession(id))).toBe('signed_out');
    expect(world.store.audited.at(-1)).toBe('session.closed');
  });

  it('ends the sessions of an owner who is recovered', async () => {
    const { id } = await world.signIn.byLink(world.token, 'r-1');
    await recoverOwner(world.store, HOST, 'Owner', NOON);
    expect(await refusalOf(world.signIn.requireSession(id))).toBe('signed_out');
  });

  it.each([undefined, '', 'x', 'A'.repeat(43), ['A'.repeat(43)]])('takes %j as no session', async (id) => {
    expect(await refusalOf(world.signIn.requireSession(id))).toBe('signed_out');
  });
});

describe('inviteOwner and recoverOwner', () => {
  it('keep the account of an owner who was invited twice', async () => {
    const { store } = await invitedWorld();
    await inviteOwner(store, HOST, 'Owner', NOON);
    expect(await store.listOwners()).toHaveLength(1);
    await inviteOwner(store, HOST, 'Second', NOON);
    expect(await store.listOwners()).toHaveLength(2);
  });

  it.each<[string, string[], string | undefined, string]>([
    ['nobody', [], undefined, 'nobody'],
    ['somebody unknown', ['A'], 'B', 'unknown'],
    ['one of two, unnamed', ['A', 'B'], undefined, 'ambiguous'],
  ])('recover %s: no link', async (_name, owners, name, because) => {
    const store = new MemoryPeopleStore();
    for (const owner of owners) await inviteOwner(store, HOST, owner, NOON);
    expect(await recoverOwner(store, HOST, name, NOON)).toEqual({ issued: false, because });
  });
});
