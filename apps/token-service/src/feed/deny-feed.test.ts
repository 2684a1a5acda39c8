import { beforeEach, describe, expect, it } from '@jest/globals';
import { DenyList, type DenyEvent } from '@holdfast/oauth-protocol';
import { DenyFeed, type DenySubscriber } from './deny-feed.js';

const NOON = 1_800_000_000;

/** A feed over a list that the test changes; signatures are the claims as text. */
class World {
  readonly denyList = new DenyList();
  version = 1n;
  age = 0;
  seconds = NOON;
  mute = false;
  readonly feed = new DenyFeed(
    Object.assign(this as { denyList: DenyList; version: bigint }, {
      ageMs: () => this.age,
      forgetEnded: (now: number) => this.denyList.prune(now),
    }),
    {
      signAs: (typ, claims) =>
        this.mute ? Promise.reject(new Error('no key')) : Promise.resolve(JSON.stringify({ typ, ...claims })),
    },
    'https://as.example',
    () => new Date(this.seconds * 1_000),
  );

  suspend(partner: string): void {
    this.version += 1n;
    this.denyList.set({ id: `partner/${partner}`, kind: 'partner', partner });
  }

  resume(partner: string): void {
    this.version += 1n;
    this.denyList.delete(`partner/${partner}`);
  }

  async listen(lastVersion?: string) {
    const heard: (DenyEvent & { typ: string })[] = [];
    const state = { may: true, ended: false, heard, leave: () => undefined as unknown };
    const subscriber: DenySubscriber = {
      mayListen: () => state.may,
      send: (_version, jwt) => void heard.push(JSON.parse(jwt) as DenyEvent & { typ: string }),
      end: () => (state.ended = true),
    };
    state.leave = await this.feed.subscribe(subscriber, lastVersion);
    return state;
  }
}

describe('DenyFeed', () => {
  let world: World;
  beforeEach(async () => {
    world = new World();
    world.suspend('acme');
    await world.feed.publish();
  });

  it('begins with everything that counts, as one signed event of its own type', async () => {
    const { heard } = await world.listen();
    expect(heard).toEqual([
      {
        typ: 'holdfast-deny+jwt',
        iss: 'https://as.example',
        iat: NOON,
        confirmed_at: NOON,
        version: '2',
        kind: 'snapshot',
        entries: [{ id: 'partner/acme', kind: 'partner', partner: 'acme' }],
      },
    ]);
    expect(JSON.parse(await world.feed.snapshot())).toEqual(heard[0]);
  });

  it('tells what it could not sign when it can again', async () => {
    const { heard } = await world.listen();
    world.mute = true;
    world.suspend('beta');
    await expect(world.feed.publish()).rejects.toThrow('no key');
    world.mute = false;
    await world.feed.publish();
    expect(heard.slice(1)).toMatchObject([{ kind: 'delta', since: '2', entries: [{ partner: 'beta' }] }]);
  });

  it('says nothing of an entry that has ended and was deleted', async () => {
    world.version += 1n;
    world.denyList.set({ id: 'jti/1', kind: 'jti', jti: '1', expires_at: NOON + 60 });
    await world.feed.publish();
    const { heard } = await world.listen();
    world.seconds = NOON + 61;
    await world.feed.beat();
    world.version += 1n;
    await world.feed.publish();
    expect(heard.map(({ kind }) => kind)).toEqual(['snapshot', 'heartbeat']);
    expect(world.denyList.size).toBe(1);
  });

  it('tells what comes and what goes, each from the version before', async () => {
    const { heard } = await world.listen();
    world.suspend('beta');
    await world.feed.publish();
    world.resume('acme');
    await world.feed.publish();
    expect(heard.slice(1)).toMatchObject([
      { kind: 'delta', since: '2', version: '3', entries: [{ partner: 'beta' }], removed: [] },
      { kind: 'delta', since: '3', version: '4', entries: [], removed: ['partner/acme'] },
    ]);
  });

  it('says nothing when something else of the registry has changed', async () => {
    const { heard } = await world.listen();
    world.version += 5n;
    await world.feed.publish();
    expect(heard).toHaveLength(1);
  });

  it('does not tell that an entry has ended, which everybody sees', async () => {
    const { heard } = await world.listen();
    world.version += 1n;
    world.denyList.set({ id: 'jti/1', kind: 'jti', jti: '1', expires_at: NOON + 60 });
    await world.feed.publish();
    world.seconds = NOON + 61;
    await world.feed.beat();
    await world.feed.publish();
    expect(heard.map(({ kind }) => kind)).toEqual(['snapshot', 'delta', 'heartbeat']);
  });

  it('sends what was missed to who comes back, and everything to who was away too long', async () => {
    world.suspend('beta');
    await world.feed.publish();
    world.suspend('gamma');
    await world.feed.publish();
    expect((await world.listen('3')).heard).toMatchObject([{ kind: 'delta', since: '3', version: '4' }]);
    expect((await world.listen('4')).heard).toEqual([]);
    expect((await world.listen('1')).heard).toMatchObject([{ kind: 'snapshot', version: '4' }]);
    expect((await world.listen('nonsense')).heard).toMatchObject([{ kind: 'snapshot' }]);
  });

  it('beats while the registry is confirmed, and is silent when it is not (missing means no)', async () => {
    const { heard } = await world.listen();
    world.age = 2_000;
    await world.feed.beat();
    expect(heard.at(-1)).toMatchObject({ kind: 'heartbeat', version: '2', confirmed_at: NOON - 2 });
    world.age = 11_000;
    await world.feed.beat();
    expect(heard).toHaveLength(2);
  });

  it('ends for who may listen no longer, before the next event', async () => {
    const listener = await world.listen();
    listener.may = false;
    world.suspend('beta');
    await world.feed.publish();
    expect(listener).toMatchObject({ ended: true, heard: [{ kind: 'snapshot' }] });
    expect(world.feed.size).toBe(0);
  });

  it('forgets who has left, and ends for all when it stops', async () => {
    const [one, two] = [await world.listen(), await world.listen()];
    one.leave();
    expect(world.feed.size).toBe(1);
    world.feed.stop();
    expect([one.ended, two.ended, world.feed.size]).toEqual([false, true, 0]);
  });
});
