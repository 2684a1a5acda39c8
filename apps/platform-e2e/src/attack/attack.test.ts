import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sharedStack } from '../harness/stack-under-test.js';
import { AttackWorld } from './attack-world.js';
import { ATTACK_CASES } from './cases/index.js';
import { runCase, stillServes } from './oracle.js';

const TIMEOUT_MS = 60_000;

describe('an attacker', () => {
  let world: AttackWorld;
  beforeAll(async () => {
    world = await AttackWorld.create(sharedStack(), { measuresTime: false });
  }, TIMEOUT_MS);
  afterAll(() => world?.close(), TIMEOUT_MS);

  it('sees a valid partner served: without that, refusals prove nothing', async () => {
    expect(await stillServes(world)).toEqual([]);
  });

  it.each(ATTACK_CASES.map((one) => [`${one.id} ${one.title} (${one.source})`, one] as const))(
    '%s',
    async (_name, one) => {
      expect(await runCase(one, world)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it('meets every case once', () => {
    const ids = ATTACK_CASES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
