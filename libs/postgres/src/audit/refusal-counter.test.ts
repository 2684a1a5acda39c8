import { describe, expect, it } from '@jest/globals';
import type { UnprovenRefusal } from '@holdfast/audit-trail';
import { MANY_SOURCES, RefusalCounter } from './refusal-counter.js';

const refusal = (change: Partial<UnprovenRefusal> = {}): UnprovenRefusal => ({
  at: '2026-03-01T12:34:56.789Z',
  reason: 'client_unknown',
  source: '192.0.2.1',
  requestId: 'r-1',
  clientId: 'acme-orders',
  detail: {},
  ...change,
});

describe('RefusalCounter', () => {
  it('counts per minute, reason and source, with samples', () => {
    const counter = new RefusalCounter();
    counter.count(refusal());
    counter.count(refusal({ requestId: 'r-2' }));
    counter.count(refusal({ source: '192.0.2.2' }));
    counter.count(refusal({ at: '2026-03-01T12:35:00.000Z' }));
    counter.count(refusal({ reason: 'certificate_absent' }));
    const drained = counter.drain();
    expect(drained.map(({ count }) => count)).toEqual([2, 1, 1, 1]);
    expect(drained[0]).toMatchObject({
      minute: '2026-03-01T12:34:00Z',
      samples: [{ requestId: 'r-1' }, { requestId: 'r-2' }],
    });
    expect(counter.drain()).toEqual([]);
  });

  it('keeps 20 samples of a kind and counts the rest', () => {
    const counter = new RefusalCounter();
    for (let n = 0; n < 1_000; n += 1) counter.count(refusal({ requestId: `r-${n}` }));
    const [entry] = counter.drain();
    expect(entry?.count).toBe(1_000);
    expect(entry?.samples).toHaveLength(20);
  });

  it('counts sources together when a stranger comes from very many, and loses none', () => {
    const counter = new RefusalCounter();
    for (let n = 0; n < 50_000; n += 1) counter.count(refusal({ source: `2001:db8::${n.toString(16)}` }));
    const drained = counter.drain();
    expect(drained.length).toBeLessThanOrEqual(1_001);
    expect(drained.reduce((sum, { count }) => sum + count, 0)).toBe(50_000);
    expect(drained.find(({ source }) => source === MANY_SOURCES)?.count).toBe(49_000);
  });

  it('stays bounded through a long outage: what is given back does not pile up', () => {
    const counter = new RefusalCounter();
    let total = 0;
    for (let minute = 0; minute < 5_000; minute += 1) {
      const at = `2026-03-${String(1 + Math.floor(minute / 1_440)).padStart(2, '0')}T${String(
        Math.floor(minute / 60) % 24,
      ).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00.000Z`;
      for (let n = 0; n < 3; n += 1) {
        counter.count(refusal({ at, source: `192.0.2.${n}` }));
        total += 1;
      }
      if (minute % 100 === 0) counter.giveBack(counter.drain());
    }
    const drained = counter.drain();
    expect(drained.length).toBeLessThanOrEqual(2_001);
    expect(drained.reduce((sum, { count }) => sum + count, 0)).toBe(total);
  });

  it('cuts an oversized sample and cleans text that PostgreSQL cannot keep', () => {
    const counter = new RefusalCounter();
    counter.count(refusal({ detail: { subject: 'x'.repeat(10_000) } }));
    counter.count(refusal({ clientId: 'a\0b\uD800' }));
    const [entry] = counter.drain();
    expect(entry?.samples[0]).toMatchObject({ requestId: 'r-1', detail: { truncated: true } });
    expect(entry?.samples[1]).toMatchObject({ clientId: 'a\uFFFDb\uFFFD' });
  });
});
