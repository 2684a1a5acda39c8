import { Counter, type Registry } from 'prom-client';
import type { KeySetSchedule } from '@holdfast/postgres';
import type { KeySetOutcome } from './key-set-refresh.js';
import { scrapedGauges } from './scraped-gauges.js';

/**
 * What an operator watches of key sets: attempts by outcome, and per partner when the first of them counts no longer and
 * how many fail. Returns what counts an attempt.
 */
export function meterKeySets(
  metrics: Registry,
  schedule: Pick<KeySetSchedule, 'freshness'>,
  now: () => Date,
): (outcome: KeySetOutcome) => void {
  const attempts = new Counter({
    name: 'admin_key_set_fetches_total',
    help: 'Attempts to fetch a key set (jwks_uri), by outcome',
    labelNames: ['outcome'],
    registers: [metrics],
  });
  const perPartner = scrapedGauges(
    metrics,
    'partner',
    () => schedule.freshness(),
    ({ partnerId }) => partnerId,
  );
  perPartner(
    'admin_key_set_failing_sources',
    'Key sets whose last attempt failed, by partner',
    ({ failing }) => failing,
  );
  perPartner(
    'admin_key_set_fresh_seconds',
    'Seconds until the first of the key sets at hand counts no longer, by partner; negative when it does not count',
    ({ freshUntil }) => freshUntil && (freshUntil.getTime() - now().getTime()) / 1_000,
  );
  return (outcome) => attempts.inc({ outcome });
}
