import { describe, expect, it } from '@jest/globals';
import { AccessRefused, BEARER_ERROR, toChallenge } from './index.js';

type Rejection = keyof typeof BEARER_ERROR;

describe('toChallenge', () => {
  it('gives a bare challenge when no token was sent (RFC 6750 §3.1)', () => {
    expect(toChallenge(new AccessRefused('token_absent'))).toMatchObject({
      status: 401,
      wwwAuthenticate: 'Bearer',
    });
  });

  it('names the scopes that are missing (RFC 6750 §3.1)', () => {
    const challenge = toChallenge(new AccessRefused('scope_insufficient', { requiredScopes: ['a', 'b'] }));
    expect(challenge.status).toBe(403);
    expect(challenge.wwwAuthenticate).toMatch(/^Bearer error="insufficient_scope", .*, scope="a b"$/);
  });

  it.each<[Rejection, number, string]>([
    ['certificate_absent', 401, 'invalid_token'],
    ['binding_mismatch', 401, 'invalid_token'],
    ['token_expired', 401, 'invalid_token'],
    ['credentials_malformed', 400, 'invalid_request'],
  ])('answers %s with %d %s (RFC 6750 §3.1, RFC 8705 §3)', (rejection, status, error) => {
    expect(toChallenge(new AccessRefused(rejection))).toMatchObject({ status, body: { error } });
  });

  it.each<Rejection>(['token_untrusted', 'binding_missing', 'route_undeclared'])(
    'does not tell about %s',
    (rejection) => {
      const { body, wwwAuthenticate } = toChallenge(new AccessRefused(rejection, { cause: 'the detail' }));
      expect(JSON.stringify([body, wwwAuthenticate])).not.toMatch(new RegExp(`${rejection}|the detail`));
    },
  );

  it.each(Object.keys(BEARER_ERROR) as Rejection[])(
    'gives a well-formed header for %s (RFC 9110 §11.6.1)',
    (rejection) => {
      expect(toChallenge(new AccessRefused(rejection)).wwwAuthenticate).toMatch(
        /^Bearer( [a-z_]+="[^"\\]*"(, [a-z_]+="[^"\\]*")*)?$/,
      );
    },
  );
});
