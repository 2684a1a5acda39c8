import { describe, expect, it } from '@jest/globals';
import { REASONS, isClientId, isResourceIndicator, isScopeToken, parseScope } from './index.js';

describe('REASONS', () => {
  it.each(Object.entries(REASONS))(
    '%s has texts a caller may read (RFC 6749 §5.2 characters)',
    (name, entry) => {
      expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(entry.meaning).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]{10,160}$/);
      expect(entry.remedy).toMatch(/[.]$/);
    },
  );
});

describe('parseScope', () => {
  it('keeps order and drops repeats (RFC 6749 §3.3)', () => {
    expect(parseScope('orders:read orders:write orders:read')).toEqual(['orders:read', 'orders:write']);
  });
  it.each(['', ' ', 'a  b', ' a', 'a ', 'a\tb', 'a"b', 'a\\b', 'ä'])('refuses %j (RFC 6749 §3.3)', (text) =>
    expect(parseScope(text)).toBeUndefined(),
  );
  it('refuses a token over 128 characters', () => {
    expect(isScopeToken('a'.repeat(128))).toBe(true);
    expect(isScopeToken('a'.repeat(129))).toBe(false);
  });
});

describe('isClientId', () => {
  it('accepts a plain name', () => expect(isClientId('acme-orders')).toBe(true));
  it.each(['', 'ab', 'Acme', '-acme', 'a b c', 'acme\n', 'a'.repeat(64), 'acmé'])('refuses %j', (text) =>
    expect(isClientId(text)).toBe(false),
  );
});

describe('isResourceIndicator', () => {
  it.each(['https://api.acme.example', 'https://localhost:7420', 'urn:holdfast:orders'])(
    'accepts %s',
    (text) => expect(isResourceIndicator(text)).toBe(true),
  );
  it.each([
    '/orders',
    'https://api.example/#x',
    'api.example',
    'https://api example',
    'https://',
    'https://a/\n',
    '',
  ])('refuses %j (RFC 8707 §2)', (text) => expect(isResourceIndicator(text)).toBe(false));
});
