import { Registry } from 'prom-client';
import { describe, expect, it } from '@jest/globals';
import type { AnchorFreshness, RevocationSchedule } from '@holdfast/postgres';
import { meterRevocation } from './revocation-metrics.js';

const NOON = new Date('2026-06-01T12:00:00Z');
const at = (seconds: number): Date => new Date(NOON.getTime() + seconds * 1_000);

async function scrape(freshness: () => Promise<readonly AnchorFreshness[]>): Promise<string[]> {
  const metrics = new Registry();
  const count = meterRevocation(metrics, { freshness } as RevocationSchedule, () => NOON);
  count('stored');
  const page = await metrics.metrics();
  return page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('meterRevocation', () => {
  it('tells when the CRLs of each anchor end, and how many sources fail', async () => {
    const lines = await scrape(() =>
      Promise.resolve([
        { anchorId: 'fresh', nextUpdate: at(60), failingSources: 0 },
        { anchorId: 'stale', nextUpdate: at(-60), failingSources: 2 },
        { anchorId: 'empty', nextUpdate: undefined, failingSources: 1 },
      ]),
    );
    expect(lines.sort()).toEqual([
      'admin_revocation_failing_sources{anchor="empty"} 1',
      'admin_revocation_failing_sources{anchor="fresh"} 0',
      'admin_revocation_failing_sources{anchor="stale"} 2',
      'admin_revocation_fetches_total{outcome="stored"} 1',
      'admin_revocation_next_update_seconds{anchor="fresh"} 60',
      'admin_revocation_next_update_seconds{anchor="stale"} -60',
    ]);
  });

  it('asks once for one scrape, and again for the next', async () => {
    const metrics = new Registry();
    let asked = 0;
    const freshness = (): Promise<readonly AnchorFreshness[]> =>
      Promise.resolve([]).finally(() => (asked += 1));
    meterRevocation(metrics, { freshness } as unknown as RevocationSchedule, () => NOON);
    await metrics.metrics();
    expect(asked).toBe(1);
    await metrics.metrics();
    expect(asked).toBe(2);
  });

  it('tells nothing of anchors while the database is away', async () => {
    expect(await scrape(() => Promise.reject(new Error('away')))).toEqual([
      'admin_revocation_fetches_total{outcome="stored"} 1',
    ]);
  });
});
