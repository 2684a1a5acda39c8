import { describe, expect, it } from '@jest/globals';
import { createTokenVerifier, type TokenVerifier } from './index.js';
import {
  after,
  AUDIENCE,
  CLAIMS,
  ISSUER,
  makeIssuer,
  NOON,
  outside,
  OWN,
  policyOf,
  SECOND,
  STRANGER,
  type Outside,
} from './testing/issuer.js';

const ENDPOINT = 'https://as.example/introspect';
const TOKEN = 'opaque-token';

function world(answer: Record<string, unknown> = {}, introspection: object = {}) {
  const outer = outside(() => ({ ...CLAIMS, active: true, ...answer }));
  const policy = policyOf(
    {},
    { keys: undefined, introspection: { endpoint: ENDPOINT, clientId: 'orders-api', ...introspection } },
  );
  return { outer, verifier: createTokenVerifier(policy, outer) };
}

const reasonOf = async (verifier: TokenVerifier, now = NOON, thumbprint = OWN): Promise<string> => {
  const verdict = await verifier.verify(TOKEN, thumbprint, now);
  return verdict.outcome === 'accepted' ? 'accepted' : verdict.reason;
};

describe('an opaque token', () => {
  it('is accepted if its issuer calls it active and it is bound to this certificate (RFC 7662 §2.2, RFC 8705 §3.2)', async () => {
    const { outer, verifier } = world();
    expect(await verifier.verify(TOKEN, OWN, NOON)).toMatchObject({
      outcome: 'accepted',
      access: { issuer: ISSUER, audience: AUDIENCE, clientId: 'acme-orders', thumbprint: OWN },
    });
    expect(outer.asked).toEqual([
      { url: ENDPOINT, body: 'token=opaque-token&token_type_hint=access_token&client_id=orders-api' },
    ]);
  });

  it.each<[name: string, answer: Record<string, unknown>, reason: string]>([
    ['inactive', { active: false }, 'token_inactive'],
    ['bound to another certificate (TV-16)', { cnf: { 'x5t#S256': STRANGER } }, 'binding_mismatch'],
    ['not bound (Spring #14888; TV-18)', { cnf: undefined }, 'binding_missing'],
    ['bound by DPoP (RFC 9449 §7.2)', { cnf: { jkt: 'x' }, token_type: 'DPoP' }, 'token_untrusted'],
    ['for another API (TV-13)', { aud: 'https://other.example' }, 'token_untrusted'],
    ['for nobody (TV-13)', { aud: undefined }, 'token_untrusted'],
    ['of another issuer (TV-12)', { iss: `${ISSUER}/` }, 'token_untrusted'],
    ['active, but expired (TV-10)', { exp: SECOND - 11 }, 'token_expired'],
    ['without an end (TV-10)', { exp: undefined }, 'token_untrusted'],
    ['with an end that is text (TV-10)', { exp: '9999999999' }, 'token_untrusted'],
    ['not valid yet (TV-11)', { nbf: SECOND + 120 }, 'token_untrusted'],
    ['issued ahead (TV-11)', { iat: SECOND + 120 }, 'token_untrusted'],
    ['of no client', { client_id: undefined }, 'token_untrusted'],
  ])('is refused when it is %s', async (_name, answer, reason) => {
    expect(await reasonOf(world(answer).verifier)).toBe(reason);
  });

  it('may leave out what RFC 7662 leaves open: iss, jti, iat, scope, token_type', async () => {
    const answer = { iss: undefined, jti: undefined, iat: undefined, scope: undefined, sub: undefined };
    expect(await world(answer).verifier.verify(TOKEN, OWN, NOON)).toMatchObject({
      outcome: 'accepted',
      access: { scopes: [], tokenId: undefined, issuedAt: undefined },
    });
  });

  it.each<[name: string, answer: Outside['answer']]>([
    [
      'does not answer',
      () => {
        throw new Error('connection refused');
      },
    ],
    ['answers 500', () => new Response('{"active":false}', { status: 500 })],
    ['does not accept our certificate', () => new Response('{"error":"invalid_client"}', { status: 401 })],
    ['answers no JSON', () => new Response('<html>')],
    ['answers a list', () => []],
    ['answers nothing about active', () => ({})],
    ['says active in words', () => ({ ...CLAIMS, active: 'true' })],
  ])(
    'gets no verdict, and is never called inactive, when the issuer %s (ory/hydra#3811; TV-38)',
    async (_name, answer) => {
      const { outer, verifier } = world();
      outer.answer = answer;
      expect(await verifier.verify(TOKEN, OWN, NOON)).toMatchObject({
        outcome: 'unavailable',
        reason: 'introspection_unavailable',
      });
    },
  );

  it('is asked about again after ten seconds, and when it has expired', async () => {
    const { outer, verifier } = world();
    for (const seconds of [0, 1, 9]) expect(await reasonOf(verifier, after(seconds))).toBe('accepted');
    expect(outer.asked.length).toBe(1);
    outer.answer = () => ({ active: false });
    expect(await reasonOf(verifier, after(10))).toBe('token_inactive');
  });

  it('is not remembered past its end', async () => {
    const { outer, verifier } = world({ exp: SECOND + 2 });
    await reasonOf(verifier);
    outer.answer = () => ({ active: false });
    expect(await reasonOf(verifier, after(2))).toBe('token_inactive');
  });

  it('is remembered for its own certificate alone (TV-16)', async () => {
    const { verifier } = world();
    await reasonOf(verifier);
    expect(await reasonOf(verifier, NOON, STRANGER)).toBe('binding_mismatch');
  });

  it('is not remembered at all with cacheSeconds 0', async () => {
    const { outer, verifier } = world({}, { cacheSeconds: 0 });
    for (const seconds of [0, 1]) await reasonOf(verifier, after(seconds));
    expect(outer.asked.length).toBe(2);
  });

  it('is asked about once, however many requests carry it at the same time', async () => {
    const { outer, verifier } = world();
    await Promise.all(Array.from({ length: 20 }, () => reasonOf(verifier)));
    expect(outer.asked.length).toBe(1);
  });

  it('is not asked about while 256 questions are under way: unavailable', async () => {
    const { outer, verifier } = world();
    const answers: ((value: unknown) => void)[] = [];
    outer.answer = () => new Promise((resolve) => answers.push(resolve));
    const waiting = Array.from({ length: 256 }, (_, index) => verifier.verify(`t${index}`, OWN, NOON));
    expect(await verifier.verify('one-more', OWN, NOON)).toMatchObject({
      reason: 'introspection_unavailable',
    });
    for (const answer of answers) answer({ active: false });
    expect((await Promise.all(waiting)).length).toBe(256);
  });
});

describe('opaque tokens beside JWTs', () => {
  it('go to the issuer that is asked; a JWT of nobody we know goes to no one', async () => {
    const issuer = await makeIssuer();
    const outer = outside((url) =>
      url === ENDPOINT ? { ...CLAIMS, iss: undefined, active: true } : { keys: [issuer.jwk] },
    );
    const jwt = policyOf().issuers[0]!;
    const opaque = {
      issuer: 'https://opaque.example',
      audience: AUDIENCE,
      introspection: { endpoint: ENDPOINT, clientId: 'orders-api' },
    };
    const verifier = createTokenVerifier({ issuers: [jwt, opaque] }, outer);
    const verify = (token: string) => verifier.verify(token, OWN, NOON);
    expect(await verify(await issuer.token())).toMatchObject({ outcome: 'accepted' });
    expect(outer.asked.filter(({ url }) => url === ENDPOINT)).toEqual([]);
    expect(await verify(TOKEN)).toMatchObject({ access: { issuer: 'https://opaque.example' } });
    expect(await verify('three.part.text')).toMatchObject({ access: { issuer: 'https://opaque.example' } });
    expect(await verify(await issuer.token({ iss: 'https://third.example' }))).toMatchObject({
      reason: 'token_untrusted',
    });
    expect(outer.asked.filter(({ url }) => url === ENDPOINT).length).toBe(2);
  });
});
