import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SQL_TEXTS } from '../http/testing/hostile-texts.js';
import { PeopleWorld, type PeopleListener } from './testing/people-world.js';

const BROKEN = ['\u0000', 'AAAA\u0000', '\ud800', 'AAAA\udc00', 'A'.repeat(1_048_576)];

/** Every path below /auth that takes a body, with one that is well-formed but for what it names. */
const BODIES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  '/auth/link': { token: 'A'.repeat(43) },
  '/auth/passkey/registration': { name: 'Laptop', response: {} },
  '/auth/passkey/authentication': { response: {} },
  '/auth/passkeys/rename': { id: 'AAAA', name: 'Laptop' },
  '/auth/passkeys/remove': { id: 'AAAA' },
};
const FIELDS = Object.entries(BODIES).flatMap(([path, body]) =>
  Object.keys(body).map((field): [string, string] => [path, field]),
);

describe('hostile input at sign-in', () => {
  let world: PeopleWorld;
  let listener: PeopleListener;
  let cookie: string;
  beforeAll(async () => {
    world = await PeopleWorld.create();
    ({ cookie } = await world.signIn(await world.listen()));
  });
  afterAll(() => world.stop());

  /** A listener of its own for each field: one makes a source wait that tries too often. */
  const send = async (path: string, bodies: readonly unknown[]) => {
    listener = await world.listen();
    const statuses: number[] = [];
    for (const body of bodies) statuses.push((await listener.call(path, { cookie, body })).status);
    return statuses;
  };

  it.each(FIELDS)(
    'refuses SQL, NUL, half a surrogate pair and a megabyte at %s %s (SQ-01, SQ-08)',
    async (path, field) => {
      const before = await world.everyRow();
      const statuses = await send(
        path,
        [...SQL_TEXTS, ...BROKEN].map((text) => ({ ...BODIES[path], [field]: text })),
      );
      expect(statuses.filter((status) => ![401, 404, 413, 422].includes(status))).toEqual([]);
      expect(await world.everyRow()).toEqual(before);
    },
  );

  it.each(Object.keys(BODIES))(
    'refuses a member that is not asked for, and a prototype, at %s (AW-06, AW-08)',
    async (path) => {
      const before = await world.everyRow();
      const named = ['role', 'account', 'account_id', 'via', 'status', 'constructor', 'prototype'];
      const raw = JSON.stringify(BODIES[path]).slice(1);
      const bodies = [
        ...named.map((name) => ({ ...BODIES[path], [name]: 'owner' })),
        `{"__proto__":{"role":"owner"},${raw}`,
      ];
      expect((await send(path, bodies)).filter((status) => status !== 422)).toEqual([]);
      expect(({} as { role?: unknown }).role).toBeUndefined();
      expect(await world.everyRow()).toEqual(before);
    },
  );

  it('takes no cookie for a session that is none (SQ-01)', async () => {
    listener = await world.listen();
    for (const text of SQL_TEXTS.filter((text) => /^[\x20-\x7e]*$/.test(text))) {
      const answer = await listener.call('/auth/session', { cookie: `__Host-holdfast=${text}` });
      expect([text, answer.status]).toEqual([text, 401]);
    }
  });
});
