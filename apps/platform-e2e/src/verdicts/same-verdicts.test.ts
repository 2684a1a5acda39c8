import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { needsPrograms } from '../harness/programs.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { MOD_OAUTH2_MISSING } from '../peers/apache.js';
import { SYSTEMS, VERDICTS, type Answer, type Call, type SystemName } from './call.js';
import { CallKit, CLIENT } from './call-kit.js';
import { Systems } from './systems.js';
import { CALLS } from './table.js';

const MINUTE = 60_000;

/** Where a system is a program that may be missing. */
const TEST: Partial<Record<SystemName, ReturnType<typeof needsPrograms>>> = {
  nginx: needsPrograms(['nginx']),
  caddy: needsPrograms(['caddy']),
  mod_oauth2: needsPrograms(['apache2'], MOD_OAUTH2_MISSING),
};

/** What a system must say of a call: the verdict in its own way, or the difference that is listed. */
function expectedOf({ verdict, differs }: Call, name: SystemName): Answer {
  const listed = differs?.[name];
  if (listed === undefined) return SYSTEMS[name].says(VERDICTS[verdict]);
  const { because: _, ...answer } = listed;
  return answer;
}

describe('one table of calls', () => {
  let kit: CallKit;
  let systems: Systems;
  beforeAll(async () => {
    kit = await CallKit.make();
    systems = await Systems.start(sharedStack(), kit);
  }, MINUTE);
  afterAll(() => systems?.stop(), MINUTE);

  it('has each call once, and at least thirty', () => {
    expect(CALLS.length).toBeGreaterThanOrEqual(30);
    expect(new Set(CALLS.map(({ what }) => what)).size).toBe(CALLS.length);
  });

  it('lists no difference that is none', () => {
    for (const call of CALLS)
      for (const name of Object.keys(call.differs ?? {}) as SystemName[]) {
        const usual = SYSTEMS[name].says(VERDICTS[call.verdict]);
        expect({ what: call.what, name, ...expectedOf(call, name) }).not.toEqual({
          what: call.what,
          name,
          ...usual,
        });
      }
  });

  describe.each(Object.keys(SYSTEMS) as SystemName[])('%s', (name) => {
    const test = TEST[name] ?? ((title, work, timeout) => it(title, work, timeout));
    for (const call of CALLS)
      test(
        `says "${call.differs?.[name] === undefined ? call.verdict : 'as listed'}" of ${call.what} (${call.clause})`,
        async () => {
          const system = await systems.get(name);
          const { client, reached, ...answer } = await system.call(await call.make(kit));
          expect(answer).toEqual(expectedOf(call, name));
          if (answer.status >= 300) expect(reached).toBe(false);
          else if (name !== 'mod_oauth2') expect(client).toBe(CLIENT);
        },
        MINUTE,
      );
  });
});
