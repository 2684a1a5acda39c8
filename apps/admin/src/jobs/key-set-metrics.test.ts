import { Registry } from 'prom-client';
import { describe, expect, it } from '@jest/globals';
import type { KeySetFreshness } from '@holdfast/postgres';
import { meterKeySets } from './key-set-metrics.js';

const NOON = new Date('2026-06-01T12:00:00Z');

async function scrape(freshness: () => Promise<readonly KeySetFreshness[]>): Promise<string[]> {
  const metrics = new Registry();
  meterKeySets(metrics, { freshness }, () => NOON)('key_exposed');
  const page = await metrics.metrics();
  return page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('meterKeySets', () => {
  it('tells when the first key set of each partner counts no longer, and how many fail', async () => {
    const lines = await scrape(() =>
      Promise.resolve([
        { partnerId: 'acme', freshUntil: new Date(NOON.getTime() - 60_000), failing: 2 },
        { partnerId: 'beta', freshUntil: undefined, failing: 1 },
      ]),
    );
    expect(lines.sort()).toEqual([
      'admin_key_set_failing_sources{partner="acme"} 2',
      'admin_key_set_failing_sources{partner="beta"} 1',
      'admin_key_set_fetches_total{outcome="key_exposed"} 1',
      'admin_key_set_fresh_seconds{partner="acme"} -60',
    ]);
  });

  it('tells nothing of partners while the database is away', async () => {
    expect(await scrape(() => Promise.reject(new Error('away')))).toEqual([
      'admin_key_set_fetches_total{outcome="key_exposed"} 1',
    ]);
  });
});
