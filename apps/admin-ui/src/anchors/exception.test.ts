import { describe, expect, it } from '@jest/globals';
import { exceptionState, toInstant } from './exception.js';

const now = new Date('2026-11-03T12:00:00Z');

describe('the exception of an anchor', () => {
  it.each([
    [null, 'none'],
    ['2027-03-15T00:00:00Z', 'in force'],
    ['2026-12-03T12:00:00Z', 'ends soon'],
    ['2026-11-03T12:00:00Z', 'ends soon'],
    ['2026-11-03T11:59:59Z', 'ended'],
    ['no date', 'ended'],
  ])('until %s is told as "%s"', (until, state) => {
    expect(exceptionState(until, now)).toBe(state);
  });

  it('ends at the first moment of the day that was chosen', () => {
    expect(toInstant('2027-03-15')).toBe('2027-03-15T00:00:00Z');
    expect(toInstant('')).toBeUndefined();
  });
});
