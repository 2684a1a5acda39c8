import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  createTokenVerifier,
  DenyFeedStale,
  type DenyFeed,
  type DenyReason,
  type TokenVerifier,
  type VerifiedAccess,
} from './index.js';
import {
  after,
  makeIssuer,
  NOON,
  outside,
  OWN,
  policyOf,
  SECOND,
  STRANGER,
  type TestIssuer,
} from './testing/issuer.js';
import { VerdictCache } from './verdict-cache.js';

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await makeIssuer();
});

const world = (change: Record<string, unknown> = {}) => {
  const outer = outside(() => ({ keys: [issuer.jwk] }));
  return { outer, verifier: createTokenVerifier(policyOf(change), outer) };
};

describe('what a verifier remembers', () => {
  it('is an acceptance: the second call costs no signature check', async () => {
    const { verifier } = world();
    const token = await issuer.token();
    const first = await verifier.verify(token, OWN, NOON);
    expect(await verifier.verify(token, OWN, after(1))).toEqual(first);
    expect(verifier.counts()).toMatchObject({ accepted: 2, remembered: 1 });
  });

  it('is for one certificate: a stolen token is refused though its owner just used it (RFC 8705 §3; TV-16)', async () => {
    const { verifier } = world();
    const token = await issuer.token();
    await verifier.verify(token, OWN, NOON);
    expect(await verifier.verify(token, STRANGER, NOON)).toMatchObject({ reason: 'binding_mismatch' });
    expect(await verifier.verify(token, undefined, NOON)).toMatchObject({ reason: 'certificate_absent' });
    expect(verifier.counts()).toMatchObject({ remembered: 0 });
  });

  it('keeps token and certificate apart under any text', () => {
    expect(VerdictCache.keyOf('a', OWN)).not.toBe(VerdictCache.keyOf(`${OWN}\na`, undefined));
    expect(VerdictCache.keyOf('a', undefined)).not.toBe(VerdictCache.keyOf('a', OWN));
  });

  it('ends with the token (RFC 9068 §4; TV-10)', async () => {
    const { verifier } = world();
    const token = await issuer.token({ exp: SECOND + 5 });
    await verifier.verify(token, OWN, NOON);
    expect(await verifier.verify(token, OWN, after(16))).toMatchObject({ reason: 'token_expired' });
    expect(verifier.counts()).toMatchObject({ remembered: 0 });
  });

  it('ends when the issuer no longer publishes the key (TV-31)', async () => {
    const { outer, verifier } = world();
    const token = await issuer.token({ exp: SECOND + 3_600 });
    await verifier.verify(token, OWN, NOON);
    const successor = await makeIssuer('k2');
    outer.answer = () => ({ keys: [successor.jwk] });
    expect(await verifier.verify(token, OWN, after(301))).toMatchObject({ reason: 'token_untrusted' });
  });

  it('ends when another key is published under the same kid', async () => {
    const { outer, verifier } = world();
    const token = await issuer.token({ exp: SECOND + 3_600 });
    await verifier.verify(token, OWN, NOON);
    const impostor = await makeIssuer('k1');
    outer.answer = () => ({ keys: [impostor.jwk] });
    expect(await verifier.verify(token, OWN, after(301))).toMatchObject({ reason: 'token_untrusted' });
  });

  it('outlives a refresh that brings the same key', async () => {
    const { verifier } = world();
    const token = await issuer.token({ exp: SECOND + 3_600 });
    await verifier.verify(token, OWN, NOON);
    await verifier.verify(token, OWN, after(301));
    expect(verifier.counts()).toMatchObject({ remembered: 1 });
  });

  it('ends when the keys may no longer be used', async () => {
    const { outer, verifier } = world();
    const token = await issuer.token({ exp: SECOND + 86_400 });
    await verifier.verify(token, OWN, NOON);
    outer.answer = () => {
      throw new Error('connection refused');
    };
    expect(await verifier.verify(token, OWN, after(3_601))).toMatchObject({ reason: 'keys_unavailable' });
  });

  it('is no refusal: a key that is published a moment later counts', async () => {
    const { outer, verifier } = world();
    outer.answer = () => ({ keys: [] });
    const token = await issuer.token();
    expect(await verifier.verify(token, OWN, NOON)).toMatchObject({ reason: 'token_untrusted' });
    outer.answer = () => ({ keys: [issuer.jwk] });
    expect(await verifier.verify(token, OWN, after(10))).toMatchObject({ outcome: 'accepted' });
  });

  it('is bounded: what is used stays, what is not used goes', async () => {
    const { verifier } = world({ cache: { entries: 2 } });
    const used = await issuer.token({ jti: 'used' });
    const others = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((jti) => issuer.token({ jti })));
    for (const other of others) {
      await verifier.verify(used, OWN, NOON);
      await verifier.verify(other, OWN, NOON);
    }
    expect(verifier.counts().remembered).toBe(4);
    await verifier.verify(others[0]!, OWN, NOON);
    expect(verifier.counts().remembered).toBe(4);
  });

  it.each([1, 2, 3, 10])('is the %d entries used last, and at most twice as many', async (entries) => {
    const cache = new VerdictCache(entries);
    const entry = {
      access: {} as VerifiedAccess,
      until: Number.POSITIVE_INFINITY,
      stillHolds: () => true as const,
    };
    const keys = Array.from({ length: 40 }, (_, index) => String(index));
    for (const key of keys) cache.remember(key, entry);
    const found = await Promise.all(keys.toReversed().map((key) => cache.find(key, NOON)));
    const kept = found.filter((access) => access !== undefined).length;
    expect(found.slice(0, entries)).not.toContain(undefined);
    expect(kept).toBeLessThanOrEqual(2 * entries);
  });
});

describe('the deny feed', () => {
  const feed = (): DenyFeed & { denied: DenyReason | undefined; at: Date | undefined; asked: number } => ({
    denied: undefined,
    at: NOON,
    asked: 0,
    forbids() {
      this.asked += 1;
      return this.denied;
    },
    confirmedAt() {
      return this.at;
    },
  });
  const guarded = (denyFeed: DenyFeed, policy: object): TokenVerifier =>
    createTokenVerifier(policyOf({ denyFeed: policy }), {
      ...outside(() => ({ keys: [issuer.jwk] })),
      denyFeed,
    });

  it.each<DenyReason>(['partner_suspended', 'client_suspended', 'certificate_blocked', 'token_revoked'])(
    'is asked on every call, also about what is remembered: %s (TV-34)',
    async (reason) => {
      const denyFeed = feed();
      const verifier = guarded(denyFeed, { mode: 'strict' });
      const token = await issuer.token();
      expect(await verifier.verify(token, OWN, NOON)).toMatchObject({ outcome: 'accepted' });
      denyFeed.denied = reason;
      expect(await verifier.verify(token, OWN, after(1))).toMatchObject({ outcome: 'refused', reason });
      expect(denyFeed.asked).toBe(2);
    },
  );

  it.each<[mode: string, policy: object, seconds: number, expected: string]>([
    ['strict', { mode: 'strict' }, 25, 'accepted'],
    ['strict', { mode: 'strict' }, 26, 'deny_feed_stale'],
    ['bounded', { mode: 'bounded' }, 300, 'accepted'],
    ['bounded', { mode: 'bounded' }, 301, 'deny_feed_stale'],
  ])('counts under %s %j, %d s after it was confirmed: %s', async (_mode, policy, seconds, expected) => {
    const verdict = await guarded(feed(), policy).verify(
      await issuer.token({ exp: SECOND + 3_600 }),
      OWN,
      after(seconds),
    );
    expect(verdict.outcome === 'accepted' ? 'accepted' : verdict.reason).toBe(expected);
  });

  it.each(['strict', 'bounded'])('lets nothing pass under %s before it was confirmed once', async (mode) => {
    const verifier = guarded({ forbids: () => undefined, confirmedAt: () => undefined }, { mode });
    expect(await verifier.verify(await issuer.token(), OWN, NOON)).toMatchObject({
      outcome: 'unavailable',
      reason: 'deny_feed_stale',
    });
  });

  it.each<[when: string, at: Date | undefined, seconds: number, ready: boolean]>([
    ['before its first word', undefined, 0, false],
    ['while it is current', NOON, 25, true],
    ['when it has been silent', NOON, 26, false],
  ])('makes the verifier ready only while calls can be accepted: %s', async (_when, at, seconds, ready) => {
    const verifier = guarded({ forbids: () => undefined, confirmedAt: () => at }, { mode: 'strict' });
    const asked = verifier.requireReady(after(seconds)).then(
      () => true,
      (error: unknown) => !(error instanceof DenyFeedStale),
    );
    expect(await asked).toBe(ready);
  });

  it('refuses what it names however old it is', async () => {
    const denyFeed = { forbids: () => 'token_revoked' as const, confirmedAt: () => undefined };
    const verifier = guarded(denyFeed, { mode: 'strict' });
    expect(await verifier.verify(await issuer.token(), OWN, NOON)).toMatchObject({
      outcome: 'refused',
      reason: 'token_revoked',
    });
  });
});
