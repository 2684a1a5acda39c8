import { createPublicKey } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lint } from './lint.js';
import { readPasted } from './read-pasted.js';
import { BY_SUBJECT, NOON, pastedWorld, pkcs7, type PastedWorld } from './testing/pasted-world.js';
import { makeRequest } from './testing/requests.js';

/** The same inputs in every run; `npm run fuzz` looks for others. */
const RUNS = { seed: 7, numRuns: 200 };

const change = fc.record({
  at: fc.nat(0xffff),
  removed: fc.integer({ min: 0, max: 3 }),
  added: fc.uint8Array({ maxLength: 3 }),
});

describe('changed octets', () => {
  let world: PastedWorld;
  let request: Uint8Array;
  beforeAll(async () => {
    world = await pastedWorld();
    request = await makeRequest();
  });

  const webKeys = (): Uint8Array => {
    const jwk = createPublicKey(world.leaf.pem).export({ format: 'jwk' });
    const keys = [{ ...jwk, kid: 'a', x5c: [Buffer.from(world.leaf.der).toString('base64')] }];
    return Uint8Array.from(Buffer.from(JSON.stringify({ keys })));
  };
  const KINDS: readonly (readonly [kind: string, input: () => Uint8Array])[] = [
    ['certificates', () => world.leaf.der],
    ['certificates', () => Uint8Array.from(Buffer.from(world.leaf.pem + world.intermediate.pem))],
    ['pkcs7', () => pkcs7([world.leaf.der, world.intermediate.der])],
    ['jwks', webKeys],
    ['request', () => request],
  ];

  it.each(KINDS)('of %s give a typed answer with sentences, whatever they are', async (kind, input) => {
    expect((await readPasted(input())).kind).toBe(kind);
    const kinds = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        let octets = input();
        for (const { at, removed, added } of changes) {
          const place = at % octets.length;
          octets = Uint8Array.from([
            ...octets.subarray(0, place),
            ...added,
            ...octets.subarray(place + removed),
          ]);
        }
        const pasted = await readPasted(octets);
        kinds.add(pasted.kind);
        const checks = lint(pasted, BY_SUBJECT, NOON);
        expect(checks.length).toBeGreaterThan(0);
        expect(checks.filter(({ text }) => text === '' || /undefined|\[object/.test(text))).toEqual([]);
      }),
      RUNS,
    );
    expect(kinds).toContain('refused');
  });
});
