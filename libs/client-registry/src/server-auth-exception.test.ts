import { describe, expect, it } from '@jest/globals';
import { parseServerAuthUntil } from './server-auth-exception.js';

const NOON = new Date('2026-06-01T12:00:00Z');

describe('parseServerAuthUntil', () => {
  it('takes an instant ahead, in any zone', () => {
    expect(parseServerAuthUntil('2027-03-15T01:00:00+01:00', NOON)).toEqual({
      accepted: true,
      value: new Date('2027-03-15T00:00:00Z'),
    });
  });

  it('takes the last instant that it may be, 400 days ahead', () => {
    expect(parseServerAuthUntil('2027-07-06T12:00:00Z', NOON)).toMatchObject({ accepted: true });
  });

  it.each([
    ['no date', 'soon', 'malformed'],
    ['the past', '2026-06-01T11:59:59Z', 'ended'],
    ['this moment', '2026-06-01T12:00:00Z', 'ended'],
    ['more than 400 days ahead', '2027-07-06T12:00:01Z', 'too_long'],
  ])('refuses %s, and says how to mend it', (_name, text, code) => {
    expect(parseServerAuthUntil(text, NOON)).toMatchObject({
      accepted: false,
      problems: [{ field: 'server_auth_until', code, detail: expect.stringMatching(/must|end an/) }],
    });
  });
});
