import { describe, expect, it } from '@jest/globals';
import { AttemptLimit } from './index.js';

const at = (seconds: number): Date => new Date(Date.parse('2026-03-01T12:00:00.000Z') + seconds * 1_000);

describe('AttemptLimit', () => {
  it('lets a source go on in the next minute, and others at once (AW-19)', () => {
    const limit = new AttemptLimit(2);
    expect([limit.count('a', at(0)), limit.count('a', at(1)), limit.count('a', at(40))]).toEqual([
      undefined,
      undefined,
      20,
    ]);
    expect(limit.count('b', at(41))).toBeUndefined();
    expect(limit.count('a', at(60))).toBeUndefined();
  });

  it('counts sources beyond its bound together', () => {
    const limit = new AttemptLimit(1, 2);
    expect(['a', 'b', 'c', 'd'].map((source) => limit.count(source, at(0)))).toEqual([
      undefined,
      undefined,
      undefined,
      60,
    ]);
  });
});
