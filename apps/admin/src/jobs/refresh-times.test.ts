import { describe, expect, it } from '@jest/globals';
import { refreshAt, retryAt } from './refresh-times.js';

const NOON = new Date('2026-06-01T12:00:00Z');
const after = (minutes: number): Date => new Date(NOON.getTime() + minutes * 60_000);
const minutesUntil = (when: Date): number => Math.round((when.getTime() - NOON.getTime()) / 60_000);

describe('refreshAt', () => {
  it.each([
    ['earliest', 0, 48],
    ['in the middle', 0.5, 60],
    ['latest', 1, 72],
  ])('is half-way through the lifetime, give or take a tenth: %s', (_name, random, minutes) => {
    expect(minutesUntil(refreshAt({ from: NOON, until: after(120) }, NOON, random))).toBe(minutes);
  });

  it('counts from thisUpdate, not from the moment of fetching', () => {
    expect(minutesUntil(refreshAt({ from: after(-30), until: after(90) }, NOON, 0.5))).toBe(30);
  });

  it('comes again before nextUpdate when half of the lifetime is over', () => {
    expect(minutesUntil(refreshAt({ from: after(-100), until: after(20) }, NOON, 0.5))).toBe(10);
  });

  it.each([
    ['a minute', after(1), 1],
    ['a year', after(365 * 24 * 60), 6 * 60],
  ])('is between a minute and six hours, also for a CRL that holds %s', (_name, until, minutes) => {
    expect(minutesUntil(refreshAt({ from: NOON, until }, NOON, 0.5))).toBe(minutes);
  });
});

describe('retryAt', () => {
  it('waits 30 s, then twice as long each time, up to an hour', () => {
    const waits: number[] = [];
    let previous: number | undefined;
    for (let attempt = 0; attempt < 9; attempt += 1) {
      previous = retryAt(previous, NOON, 0.5).getTime() - NOON.getTime();
      waits.push(previous / 1_000);
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
  });

  it('differs by a tenth at most', () => {
    expect([0, 1].map((random) => retryAt(undefined, NOON, random).getTime() - NOON.getTime())).toEqual([
      27_000, 33_000,
    ]);
  });
});
