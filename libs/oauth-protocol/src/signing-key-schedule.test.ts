import { describe, expect, it } from '@jest/globals';
import { scheduleOf, type SigningKeyFacts, type SigningKeyState } from './index.js';

const NOON = new Date('2026-06-01T12:00:00Z');
const at = (minutes: number): Date => new Date(NOON.getTime() + minutes * 60_000);

const key = (kid: string, change: Partial<SigningKeyFacts> = {}): SigningKeyFacts => ({
  kid,
  purpose: 'access_token',
  createdAt: at(-600),
  activatesAt: at(-600),
  replaces: undefined,
  replaceAt: undefined,
  withdrawnAt: undefined,
  ...change,
});
/** The first key, replaced at `replaceAt`, and its successor. */
const rotated = (
  replaceAt: Date,
  first: Partial<SigningKeyFacts> = {},
  second: Partial<SigningKeyFacts> = {},
) => [
  key('second', { activatesAt: replaceAt, replaces: 'first', ...second }),
  key('first', { replaceAt, ...first }),
];

describe('the schedule of signing keys', () => {
  it.each<[when: string, keys: readonly SigningKeyFacts[], states: Record<string, SigningKeyState>]>([
    ['there is none', [], {}],
    ['there is one', [key('first')], { first: 'active' }],
    ['the next is published ahead', rotated(at(15)), { first: 'active', second: 'next' }],
    ['the next begins', rotated(NOON), { first: 'retiring', second: 'active' }],
    ['tokens of the old one may be alive', rotated(at(-10.9)), { first: 'retiring', second: 'active' }],
    ['no token of the old one is alive', rotated(at(-11)), { first: 'retired', second: 'active' }],
    [
      'the one that signs is withdrawn alone',
      [key('first', { withdrawnAt: at(-1) })],
      { first: 'withdrawn' },
    ],
    [
      'the one that signs is withdrawn while the next waits',
      rotated(at(15), { withdrawnAt: at(-1) }),
      { first: 'withdrawn', second: 'active' },
    ],
    [
      'the next is withdrawn before it signed, and its time has come',
      rotated(at(-1), {}, { withdrawnAt: at(-5) }),
      { first: 'active', second: 'withdrawn' },
    ],
    [
      'a key that has signed is withdrawn: it goes not back to the one before',
      rotated(at(-5), {}, { withdrawnAt: at(-1) }),
      { first: 'retiring', second: 'withdrawn' },
    ],
    [
      'the successor of one that was withdrawn unused is there',
      [
        ...rotated(at(-5), {}, { withdrawnAt: at(-6), replaceAt: at(-2) }),
        key('third', { activatesAt: at(-2), replaces: 'second' }),
      ],
      { first: 'retiring', second: 'withdrawn', third: 'active' },
    ],
  ])('knows who signs and who is published when %s', (_when, keys, states) => {
    const schedule = scheduleOf(keys, NOON);
    expect(Object.fromEntries(schedule.states)).toEqual(states);
    expect(schedule.signer).toBe(Object.keys(states).find((kid) => states[kid] === 'active'));
  });

  it.each<[when: string, keys: readonly SigningKeyFacts[], wanted: object | undefined]>([
    ['there is no key', [], { replaces: undefined, activatesAt: NOON }],
    ['all is well', [key('first')], undefined],
    [
      'a rotation was ordered',
      [key('first', { replaceAt: at(15) })],
      { replaces: 'first', activatesAt: at(15) },
    ],
    ['the ordered key is there', rotated(at(15)), undefined],
    ['nobody may sign', [key('first', { withdrawnAt: NOON })], { replaces: 'first', activatesAt: NOON }],
    [
      'nobody may sign, and a rotation was ordered for later: at once',
      [key('first', { withdrawnAt: NOON, replaceAt: at(15) })],
      { replaces: 'first', activatesAt: NOON },
    ],
    [
      'the next was withdrawn unused, which orders nothing',
      rotated(at(15), {}, { withdrawnAt: NOON }),
      undefined,
    ],
  ])('wants a key when %s', (_when, keys, wanted) => {
    expect(scheduleOf(keys, NOON).wanted).toEqual(wanted);
  });
});
