import { beforeEach, describe, expect, it } from '@jest/globals';
import { inviteOwner, Passkeys, SignIn, SignInRefused, type OpenSession } from './index.js';
import { MemoryPeopleStore, SoftwareAuthenticator, type Flaws } from './testing/index.js';

const NOON = new Date('2026-03-01T12:00:00.000Z');
const ORIGIN = 'https://admin.example:7400';

/** An owner who is signed in by a link, and an authenticator. */
async function ownerWorld() {
  let now = NOON;
  const clock = (): Date => now;
  const store = new MemoryPeopleStore();
  const invited = await inviteOwner(store, { id: 'host', requestId: null }, undefined, NOON);
  if (!invited.issued) throw new Error(invited.because);
  const signIn = new SignIn(store, clock);
  const { id } = await signIn.byLink(invited.token, 'r-1');
  const open = await signIn.requireSession(id);
  const by = { id: open.account.id, requestId: 'r-2' };
  const passkeys = new Passkeys(store, ORIGIN, clock);
  const authenticator = new SoftwareAuthenticator(ORIGIN);
  const register = async (flaws?: Flaws) => {
    const response = authenticator.create(await passkeys.registrationOptions(open.account), flaws);
    return passkeys.register(by, open, 'Laptop', response);
  };
  const authenticate = async (flaws?: Flaws) =>
    passkeys.authenticate(authenticator.get(await passkeys.authenticationOptions(), flaws), 'r-3');
  const turnTo = (milliseconds: number): void => void (now = new Date(NOON.getTime() + milliseconds));
  return {
    store,
    signIn,
    open,
    by,
    linkSession: id,
    passkeys,
    authenticator,
    register,
    authenticate,
    turnTo,
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

const FLAWS: [string, Flaws][] = [
  ['made on another origin (WebAuthn §7.1 step 9, §7.2 step 13)', { origin: 'https://admin.example' }],
  ['made for another host (§7.1 step 14, §7.2 step 15)', { rpId: 'example' }],
  ['with a challenge that nobody gave (§7.1 step 8, §7.2 step 12)', { challenge: 'A'.repeat(43) }],
  ['with a challenge that cannot be one', { challenge: 'x' }],
  ['of the other ceremony (§7.1 step 7, §7.2 step 11)', { type: 'payment.get' }],
  ['made inside a foreign page (§7.1 step 10, §7.2 step 14)', { crossOrigin: true }],
  ['without user verification (§7.1 step 16, §7.2 step 17)', { flags: 0x01 }],
  ['without user presence (§7.1 step 15, §7.2 step 16)', { flags: 0x04 }],
];

describe('Passkeys', () => {
  let world: Awaited<ReturnType<typeof ownerWorld>>;
  beforeEach(async () => {
    world = await ownerWorld();
  });

  it('adds a passkey, and its session takes the place of the one by link (AW-11)', async () => {
    const { passkey, opened } = await world.register();
    expect(passkey).toMatchObject({ id: world.authenticator.id, name: 'Laptop' });
    expect(opened.id).not.toBe(world.linkSession);
    expect(await world.signIn.requireSession(opened.id)).toMatchObject({
      session: { via: 'passkey' },
      passkeys: 1,
    });
    expect(await refusalOf(world.signIn.requireSession(world.linkSession))).toBe('signed_out');
  });

  it.each(FLAWS)('refuses a new credential %s', async (_name, flaws) => {
    expect(await refusalOf(world.register(flaws))).toBe('passkey_refused');
    expect(await refusalOf(world.register())).toBe('accepted');
  });

  it('opens a new session at every sign-in (AW-11)', async () => {
    await world.register();
    const first = await world.authenticate();
    const second = await world.authenticate();
    expect(first.id).not.toBe(second.id);
    expect(await world.signIn.requireSession(second.id)).toMatchObject({ session: { via: 'passkey' } });
    expect(world.store.audited).toEqual([
      'owner.invited',
      'link.used',
      'passkey.added',
      'session.opened',
      'session.opened',
    ]);
  });

  it.each<[string, Flaws]>([
    ...FLAWS,
    ['with the counter of an earlier use (§7.2 step 22)', { counter: 1 }],
    ['of another account (§7.2 step 6)', { userHandle: 'YWNjX3g' }],
    ['that does not say whose it is (§7.2 step 6)', { userHandle: undefined }],
  ])('refuses a sign-in %s', async (_name, flaws) => {
    await world.register();
    await world.authenticate();
    expect(await refusalOf(world.authenticate(flaws))).toBe('passkey_refused');
    expect(await refusalOf(world.authenticate())).toBe('accepted');
  });

  it('refuses a signature by another key', async () => {
    await world.register();
    const options = await world.passkeys.authenticationOptions();
    const { signature } = new SoftwareAuthenticator(ORIGIN).get(options).response;
    const response = world.authenticator.get(options);
    const forged = { ...response, response: { ...response.response, signature } };
    expect(await refusalOf(world.passkeys.authenticate(forged, 'r-3'))).toBe('passkey_refused');
  });

  it('refuses a credential that nobody registered', async () => {
    expect(await refusalOf(world.authenticate())).toBe('passkey_refused');
  });

  it('takes a response once, also one that was refused', async () => {
    await world.register();
    const options = await world.passkeys.authenticationOptions();
    const bad = world.authenticator.get(options, { flags: 0x01 });
    const good = world.authenticator.get(options);
    expect(await refusalOf(world.passkeys.authenticate(bad, 'r-3'))).toBe('passkey_refused');
    expect(await refusalOf(world.passkeys.authenticate(good, 'r-3'))).toBe('passkey_refused');
  });

  it('takes no response five minutes after its challenge', async () => {
    await world.register();
    const options = await world.passkeys.authenticationOptions();
    world.turnTo(5 * 60_000);
    expect(await refusalOf(world.passkeys.authenticate(world.authenticator.get(options), 'r-3'))).toBe(
      'passkey_refused',
    );
  });

  it('takes no challenge of a sign-in for a registration', async () => {
    const { challenge } = await world.passkeys.authenticationOptions();
    expect(await refusalOf(world.register({ challenge }))).toBe('passkey_refused');
  });

  it('shows an owner the own passkeys, and when each was used', async () => {
    await world.register();
    world.turnTo(60_000);
    await world.authenticate();
    expect(await world.passkeys.list(world.open.account)).toMatchObject([
      { name: 'Laptop', createdAt: NOON, usedAt: new Date(NOON.getTime() + 60_000) },
    ]);
  });

  describe('of an owner with two', () => {
    let open: OpenSession;
    let elsewhere: string;
    beforeEach(async () => {
      const first = await world.register();
      elsewhere = (await world.authenticate()).id;
      const second = new SoftwareAuthenticator(ORIGIN);
      open = await world.signIn.requireSession(first.opened.id);
      const response = second.create(await world.passkeys.registrationOptions(open.account));
      const { opened } = await world.passkeys.register(world.by, open, 'Phone', response);
      open = await world.signIn.requireSession(opened.id);
    });
    const names = async () => (await world.passkeys.list(open.account)).map(({ name }) => name);

    it('can be renamed', async () => {
      await world.passkeys.rename(world.by, open, world.authenticator.id, 'Old laptop');
      expect(await names()).toEqual(['Old laptop', 'Phone']);
      expect(world.store.audited.at(-1)).toBe('passkey.renamed');
    });

    it('lose one, with every other session', async () => {
      await world.passkeys.remove(world.by, open, world.authenticator.id);
      expect(await names()).toEqual(['Phone']);
      expect(world.store.audited.at(-1)).toBe('passkey.removed');
      expect(await refusalOf(world.authenticate())).toBe('passkey_refused');
      expect(await refusalOf(world.signIn.requireSession(elsewhere))).toBe('signed_out');
    });

    it('keep the last one (AW-26)', async () => {
      await world.passkeys.remove(world.by, open, world.authenticator.id);
      const [last] = await world.passkeys.list(open.account);
      expect(await refusalOf(world.passkeys.remove(world.by, open, last!.id))).toBe('last_passkey');
      expect(await names()).toEqual(['Phone']);
    });

    it.each<[string, (of: OpenSession) => Promise<void>]>([
      ['renamed', (of) => world.passkeys.rename(world.by, of, world.authenticator.id, 'Mine')],
      ['removed', (of) => world.passkeys.remove(world.by, of, world.authenticator.id)],
    ])('cannot be %s by somebody else', async (_name, change) => {
      const stranger = { ...open, account: { ...open.account, id: 'acc_other' } };
      expect(await refusalOf(change(stranger))).toBe('passkey_unknown');
      expect(await names()).toEqual(['Laptop', 'Phone']);
    });
  });

  it('refuses to add a credential twice', async () => {
    const { opened } = await world.register();
    const open = await world.signIn.requireSession(opened.id);
    const response = world.authenticator.create(await world.passkeys.registrationOptions(open.account));
    expect(await refusalOf(world.passkeys.register(world.by, open, 'Again', response))).toBe(
      'passkey_refused',
    );
  });
});
