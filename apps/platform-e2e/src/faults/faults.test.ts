import { describe, expect, it } from '@jest/globals';
import { sharedStack } from '../harness/stack-under-test.js';
import { failuresOf } from './fault-test.js';
import { FAULT_TESTS } from './index.js';

/** The short form of what `npm run fault` runs in full. */
describe('a fault', () => {
  it.each(FAULT_TESTS.map((test) => [`${test.id} ${test.title}: ${test.target}`, test] as const))(
    '%s',
    async (_name, test) => {
      expect(failuresOf(await test.run(sharedStack(), 'short'))).toEqual([]);
    },
    90_000,
  );

  it('that was not injected is a failure', () => {
    expect(failuresOf({ figure: '', injected: 0, violations: [] })).toEqual(['no fault was injected']);
  });
});
