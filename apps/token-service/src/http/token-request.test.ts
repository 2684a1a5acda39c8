import { describe, expect, it } from '@jest/globals';
import { OAuthError } from '@holdfast/oauth-protocol';
import { parseTokenRequest } from './token-request.js';

const FORM = { grant_type: 'client_credentials', client_id: 'acme-orders' };

function refusalOf(body: unknown): OAuthError {
  try {
    parseTokenRequest(body);
  } catch (error) {
    if (error instanceof OAuthError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('parseTokenRequest', () => {
  it('accepts the valid form (RFC 6749 §4.4.2)', () => {
    expect(parseTokenRequest(FORM)).toEqual({
      grantType: 'client_credentials',
      clientId: 'acme-orders',
      scopes: undefined,
      resources: [],
    });
  });

  it('takes scope and resource', () => {
    const request = parseTokenRequest({
      ...FORM,
      scope: 'b a',
      resource: ['https://a.example', 'https://b.example'],
    });
    expect(request.scopes).toEqual(['b', 'a']);
    expect(request.resources).toEqual(['https://a.example', 'https://b.example']);
  });

  it.each<[name: string, change: Record<string, unknown>]>([
    ['an empty parameter counts as absent (RFC 6749 §3.2)', { scope: '', resource: '' }],
    ['unknown parameters are ignored (RFC 6749 §3.2)', { foo: 'bar', __x: '1' }],
  ])('%s', (_name, change) => {
    expect(parseTokenRequest({ ...FORM, ...change })).toEqual(parseTokenRequest(FORM));
  });

  it.each<[name: string, body: unknown, code: string, text: RegExp]>([
    ['refuses a missing body', undefined, 'invalid_request', /body/],
    [
      'refuses a missing client_id (RFC 8705 §2)',
      { ...FORM, client_id: undefined },
      'invalid_request',
      /client_id is missing/,
    ],
    [
      'refuses an empty client_id (RFC 6749 §3.2)',
      { ...FORM, client_id: '' },
      'invalid_request',
      /client_id is missing/,
    ],
    [
      'refuses a malformed client_id',
      { ...FORM, client_id: "x'--" },
      'invalid_request',
      /client_id is malformed/,
    ],
    [
      'refuses client_id sent twice (RFC 6749 §3.2; CA-05)',
      { ...FORM, client_id: ['a', 'a'] },
      'invalid_request',
      /client_id is repeated/,
    ],
    [
      'refuses an unknown parameter sent twice (RFC 6749 §3.2)',
      { ...FORM, foo: ['a', 'b'] },
      'invalid_request',
      /foo is repeated/,
    ],
    [
      'refuses a missing grant_type (RFC 6749 §5.2)',
      { client_id: 'acme-orders' },
      'invalid_request',
      /grant_type is missing/,
    ],
    [
      'refuses another grant type (RFC 6749 §5.2; CA-23)',
      { ...FORM, grant_type: 'password' },
      'unsupported_grant_type',
      /client_credentials/,
    ],
    [
      'refuses client_secret beside a certificate (RFC 6749 §2.3; CA-11)',
      { ...FORM, client_secret: 'x' },
      'invalid_request',
      /client_secret/,
    ],
    [
      'refuses client_assertion beside a certificate (RFC 6749 §2.3; CA-13)',
      { ...FORM, client_assertion: 'x' },
      'invalid_request',
      /client_assertion/,
    ],
    ['refuses a malformed scope (RFC 6749 §3.3)', { ...FORM, scope: 'a  b' }, 'invalid_scope', /scope/],
  ])('%s', (_name, body, code, text) => {
    const refusal = refusalOf(body);
    expect(refusal.code).toBe(code);
    expect(refusal.message).toMatch(text);
  });

  it('shows names of parameters with the characters of RFC 6749 §5.2 only', () => {
    expect(refusalOf({ ...FORM, ['a"\n\u001b\\']: ['1', '2'] }).message).toBe('parameter a???? is repeated');
  });
});
