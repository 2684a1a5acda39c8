import { Counter, type Registry } from 'prom-client';
import type { RevocationSchedule } from '@holdfast/postgres';
import type { RefreshOutcome } from './revocation-refresh.js';
import { scrapedGauges } from './scraped-gauges.js';

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
  const perAnchor = scrapedGauges(
    metrics,
    'anchor',
    () => schedule.freshness(),
    ({ anchorId }) => anchorId,
  );
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
