import { describe, expect, it } from '@jest/globals';
import { createTokenVerifier, PolicyInvalid } from './index.js';
import { outside, policyOf } from './testing/issuer.js';

const { fetch } = outside(() => ({ keys: [] }));
const INTROSPECTION = { endpoint: 'https://as.example/introspect', clientId: 'api' };

function problemsOf(policy: unknown, ports: object = { fetch }): string {
  try {
    createTokenVerifier(policy as never, ports as never);
    return 'none';
  } catch (error) {
    if (error instanceof PolicyInvalid) return error.problems.join('\n');
    throw error;
  }
}

describe('the policy of a verifier', () => {
  it('has defaults for all but issuer, audience and where keys come from', () => {
    expect(problemsOf(policyOf())).toBe('none');
  });

  it.each<[name: string, policy: unknown, problem: RegExp]>([
    [
      'a key set over plain http (ASVS 12.3.1; TV-33)',
      policyOf({}, { keys: { jwksUri: 'http://as.example/jwks' } }),
      /^issuers\.0\.keys\.jwksUri: must be an https: URL$/,
    ],
    [
      'introspection over plain http (ASVS 12.3.1; TV-33)',
      policyOf({}, { keys: undefined, introspection: { ...INTROSPECTION, endpoint: 'http://as.example/i' } }),
      /https/,
    ],
    [
      'a user in an address',
      policyOf(
        {},
        { keys: undefined, introspection: { ...INTROSPECTION, endpoint: 'https://u@as.example/' } },
      ),
      /user/,
    ],
    ['no issuer', policyOf({ issuers: [] }), /^issuers: /],
    ['no policy', undefined, /^policy: /],
    ['an issuer named twice', { issuers: [...policyOf().issuers, ...policyOf().issuers] }, /named once/],
    ['neither keys nor introspection', policyOf({}, { keys: undefined }), /either keys/],
    ['keys and introspection', policyOf({}, { introspection: INTROSPECTION }), /either keys/],
    [
      'two sources of keys',
      policyOf({}, { keys: { jwksUri: 'https://as.example/jwks', file: 'x' } }),
      /exactly one of/,
    ],
    ['a symmetric algorithm (RFC 8725 §2.1)', policyOf({}, { algorithms: ['HS256'] }), /algorithms\.0/],
    ['no algorithm at all', policyOf({}, { algorithms: [] }), /algorithms/],
    ['a misspelt member', policyOf({ bindings: 'required' }), /bindings/],
    ['an unknown kind of binding', policyOf({ binding: 'off' }), /binding/],
    ['a tolerance of an hour', policyOf({ clockToleranceSeconds: 3_600 }), /clockTolerance/],
    ['a last good set for a day', policyOf({ keySets: { lastGoodSeconds: 86_400 } }), /lastGood/],
    ['keys from a file without the port for it', policyOf({}, { keys: { file: 'x' } }), /readFile/],
    ['a deny feed without the port for it', policyOf({ denyFeed: { mode: 'strict' } }), /denyFeed/],
  ])('is refused for %s', (_name, policy, problem) => {
    expect(problemsOf(policy)).toMatch(problem);
  });

  it.each([
    ['SS-09', 'https://good.example@evil.example/jwks'],
    ['SS-09', 'https://good.example\\@evil.example/jwks'],
    ['SS-09', 'https://good.example\\jwks'],
    ['SS-09', 'https://good.example/jwks#@evil.example'],
    ['SS-09', 'https://good.example/jw\r\nks'],
    ['SS-09', 'https:///jwks'],
    ['SS-09', 'https:good.example/jwks'],
    ['SS-11', 'file:///etc/passwd'],
    ['SS-11', 'data:application/json,{"keys":[]}'],
    ['SS-11', 'unix:/run/issuer.sock'],
    ['SS-11', 'ftp://good.example/jwks'],
  ])(
    'is refused for an address of keys or introspection that is not a plain https URL (%s: %j)',
    (_id, url) => {
      expect(problemsOf(policyOf({}, { keys: { jwksUri: url } }))).toMatch(/keys\.jwksUri: must be/);
      const introspection = { ...INTROSPECTION, endpoint: url };
      expect(problemsOf(policyOf({}, { keys: undefined, introspection }))).toMatch(/endpoint: must be/);
    },
  );

  it.each(['https://10.0.0.7/jwks', 'https://issuer.internal:5432/jwks?a=b', 'https://[::1]:8443/jwks'])(
    'may name an issuer of an internal network: the operator chooses it (SS-04, SS-12: %s)',
    (jwksUri) => expect(problemsOf(policyOf({}, { keys: { jwksUri } }))).toBe('none'),
  );

  it('is refused when it does not speak of a deny feed that is there', () => {
    const denyFeed = { forbids: () => undefined, confirmedAt: () => undefined };
    expect(problemsOf(policyOf(), { fetch, denyFeed })).toMatch(/denyFeed/);
  });

  it('is refused for two issuers that are asked about opaque tokens: a token does not say whose it is', () => {
    const issuers = ['https://a.example', 'https://b.example'].map((issuer) => ({
      issuer,
      audience: 'urn:api',
      introspection: INTROSPECTION,
    }));
    expect(problemsOf({ issuers })).toMatch(/at most one/);
  });
});
