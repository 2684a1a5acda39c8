import { beforeAll, describe, expect, it } from '@jest/globals';
import { createTokenVerifier, KeysUnavailable, type TokenVerifier } from './index.js';
import {
  after,
  makeIssuer,
  NOON,
  outside,
  OWN,
  policyOf,
  SECOND,
  type Outside,
  type TestIssuer,
} from './testing/issuer.js';

let old: TestIssuer;
let fresh: TestIssuer;
/** Nothing is remembered, so that every token asks for its key. */
const policy = policyOf({ cache: { entries: 0 } });
const LONG = { exp: SECOND + 86_400 };

beforeAll(async () => {
  [old, fresh] = [await makeIssuer('old'), await makeIssuer('new')];
});

function world(): { outer: Outside; verifier: TokenVerifier } {
  const outer = outside(() => ({ keys: [old.jwk] }));
  return { outer, verifier: createTokenVerifier(policy, outer) };
}

const down = (): never => {
  throw new Error('connection refused');
};

async function outcome(
  verifier: TokenVerifier,
  issuer: TestIssuer,
  now: Date,
  kid = issuer.kid,
): Promise<string> {
  const verdict = await verifier.verify(await issuer.token(LONG, { kid }), OWN, now);
  return verdict.outcome === 'accepted' ? 'accepted' : verdict.reason;
}

describe('the keys at a JWKS address', () => {
  it('are fetched on first use, then answered from memory for five minutes', async () => {
    const { outer, verifier } = world();
    for (const seconds of [0, 1, 300]) expect(await outcome(verifier, old, after(seconds))).toBe('accepted');
    expect(outer.asked.length).toBe(1);
    await outcome(verifier, old, after(301));
    expect(outer.asked.length).toBe(2);
  });

  it('are fetched once, however many tokens wait for them', async () => {
    const { outer, verifier } = world();
    await Promise.all(Array.from({ length: 20 }, () => outcome(verifier, old, NOON)));
    expect(outer.asked.length).toBe(1);
  });

  it('are fetched again for an unknown kid: a key that was just published is accepted', async () => {
    const { outer, verifier } = world();
    await outcome(verifier, old, NOON);
    outer.answer = () => ({ keys: [old.jwk, fresh.jwk] });
    expect(await outcome(verifier, fresh, after(10))).toBe('accepted');
  });

  it('are fetched once per cooldown, however many unknown kids a stranger sends', async () => {
    const { outer, verifier } = world();
    await outcome(verifier, old, NOON);
    for (let second = 0; second < 30; second += 1) {
      const kids = Array.from({ length: 20 }, (_, index) => `${second}-${index}`);
      await Promise.all(kids.map((kid) => outcome(verifier, old, after(second), kid)));
    }
    expect(outer.asked.length).toBe(3);
    expect(await outcome(verifier, old, after(30))).toBe('accepted');
  });

  it('may overlap: the retired key is accepted as long as it is published, and no longer (TV-31)', async () => {
    const { outer, verifier } = world();
    outer.answer = () => ({ keys: [old.jwk, fresh.jwk] });
    expect(await outcome(verifier, old, NOON)).toBe('accepted');
    outer.answer = () => ({ keys: [fresh.jwk] });
    expect(await outcome(verifier, fresh, after(301))).toBe('accepted');
    expect(await outcome(verifier, old, after(301))).toBe('token_untrusted');
  });

  it('serve for an hour when the issuer is away, and then nothing is accepted', async () => {
    const { outer, verifier } = world();
    await outcome(verifier, old, NOON);
    outer.answer = down;
    expect(await outcome(verifier, old, after(3_599))).toBe('accepted');
    expect(await outcome(verifier, old, after(3_601))).toBe('keys_unavailable');
    outer.answer = () => ({ keys: [old.jwk] });
    expect(await outcome(verifier, old, after(3_612))).toBe('accepted');
  });

  it('make nobody wait for an issuer that hangs, once it is known to be away', async () => {
    const { outer, verifier } = world();
    await outcome(verifier, old, NOON);
    outer.answer = down;
    await outcome(verifier, old, after(301));
    let letGo: (keys: unknown) => void = () => undefined;
    outer.answer = () => new Promise((resolve) => (letGo = resolve));
    expect(await outcome(verifier, old, after(320))).toBe('accepted');
    letGo({ keys: [old.jwk] });
  });

  it.each<[name: string, answer: () => unknown]>([
    ['no answer', down],
    ['an error', () => new Response('', { status: 500 })],
    ['a redirect', () => new Response('', { status: 302, headers: { location: 'http://evil.example' } })],
    ['no JSON', () => new Response('<html>')],
    ['no key set', () => ({ error: 'server_error' })],
    ['a set with a private key', () => ({ keys: [{ ...old.jwk, d: 'x' }] })],
  ])('are unavailable, and no token is refused, after %s (SS-07, SS-16)', async (_name, answer) => {
    const { outer, verifier } = world();
    outer.answer = answer;
    expect(await outcome(verifier, old, NOON)).toBe('keys_unavailable');
    await expect(verifier.requireReady(after(1))).rejects.toThrow(KeysUnavailable);
    expect(verifier.counts()).toMatchObject({ unavailable: 1, refused: 0 });
  });

  it('leave it open whether a kid is unknown while the issuer is away: unavailable, not refused', async () => {
    const { outer, verifier } = world();
    await outcome(verifier, old, NOON);
    outer.answer = down;
    expect(await outcome(verifier, fresh, after(20))).toBe('keys_unavailable');
  });

  it('are there after requireReady, without any token', async () => {
    const { outer, verifier } = world();
    await verifier.requireReady(NOON);
    await verifier.requireReady(after(60));
    expect(outer.asked.length).toBe(1);
  });
});
