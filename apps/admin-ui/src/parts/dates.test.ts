import { describe, expect, it } from '@jest/globals';
import { toAbsolute, toRelative, toUtc } from './dates.js';

const now = new Date('2026-11-03T12:00:00Z');

describe('a date', () => {
  it.each([
    ['2026-11-03T12:00:04Z', 'now'],
    ['2026-11-03T11:59:15Z', '45 seconds ago'],
    ['2026-11-03T11:58:00Z', '2 minutes ago'],
    ['2026-11-03T17:30:00Z', 'in 5 hours'],
    ['2026-11-02T11:00:00Z', 'yesterday'],
    ['2027-11-04T12:00:00Z', 'next year'],
  ])('%s is told as "%s"', (at, told) => {
    expect(toRelative(new Date(at), now)).toBe(told);
  });

  it('names its zone', () => {
    expect(toAbsolute(now, 'UTC')).toBe('3 Nov 2026, 12:00:00 UTC');
  });

  it('is exact in UTC', () => {
    expect(toUtc(now)).toBe('2026-11-03 12:00:00 UTC');
  });
});
