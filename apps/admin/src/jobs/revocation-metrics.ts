import { Counter, Gauge, type Registry } from 'prom-client';
import type { AnchorFreshness, RevocationSchedule } from '@holdfast/postgres';
import type { RefreshOutcome } from './revocation-refresh.js';

/**
 * What an operator watches of CRLs and OCSP responses: attempts by outcome, and per anchor when the earliest of them ends
 * and how many of its sources fail. Returns what counts an attempt.
 *
 * The figures of anchors are read when they are scraped; while the database is away they are absent, not zero.
 */
export function meterRevocation(
  metrics: Registry,
  schedule: RevocationSchedule,
  now: () => Date,
): (outcome: RefreshOutcome) => void {
  const attempts = new Counter({
    name: 'admin_revocation_fetches_total',
    help: 'Attempts to fetch a CRL or an OCSP response, by outcome',
    labelNames: ['outcome'],
    registers: [metrics],
  });
  // The gauges of one scrape are collected at the same time: they share one query.
  let reading: Promise<readonly AnchorFreshness[]> | undefined;
  const freshness = (): Promise<readonly AnchorFreshness[]> =>
    (reading ??= schedule
      .freshness()
      .catch(() => [])
      .finally(() => (reading = undefined)));
  const perAnchor = (
    name: string,
    help: string,
    of: (anchor: AnchorFreshness) => number | undefined,
  ): void => {
    new Gauge({
      name,
      help,
      labelNames: ['anchor'],
      registers: [metrics],
      async collect() {
        this.reset();
        for (const anchor of await freshness()) {
          const figure = of(anchor);
          if (figure !== undefined) this.set({ anchor: anchor.anchorId }, figure);
        }
      },
    });
  };
  perAnchor(
    'admin_revocation_failing_sources',
    'Sources of CRLs and OCSP responses whose last attempt failed, by anchor',
    ({ failingSources }) => failingSources,
  );
  perAnchor(
    'admin_revocation_next_update_seconds',
    'Seconds until the earliest end of the CRLs and OCSP responses at hand, by anchor; negative when it has passed',
    ({ nextUpdate }) => nextUpdate && (nextUpdate.getTime() - now().getTime()) / 1_000,
  );
  return (outcome) => attempts.inc({ outcome });
}
