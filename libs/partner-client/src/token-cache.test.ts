import { expect, it } from '@jest/globals';
import { TokenCache } from './token-cache.js';

const NOW = new Date('2027-06-01T12:00:00Z');
const END = new Date(NOW.getTime() + 300_000);

it('keeps the token that came meanwhile when an API refuses the one before it', async () => {
  let asked = 0;
  const cache = new TokenCache(
    async () => ({ accessToken: `t${++asked}`, askedAt: NOW, expiresAt: END, scope: undefined }),
    () => NOW,
  );
  const first = await cache.get({});
  cache.forget(first);
  const second = await cache.get({});
  // Another call that was under way with the first one hears its 401 only now.
  cache.forget(first);
  expect(await cache.get({})).toBe(second);
  expect(asked).toBe(2);
});
