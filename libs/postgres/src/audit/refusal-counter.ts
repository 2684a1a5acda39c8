import type { UnprovenRefusal } from '@holdfast/audit-trail';
import { storable, type SqlRunner } from './audit-rows.js';

/** Different (minute, reason, source) that are held at most; then sources of a reason are counted together. */
const MAX_KEYS = 1_000;
const SAMPLES_PER_KEY = 20;
const SAMPLE_MAX_CHARACTERS = 2_000;
/** Stands for the sources that found no place. */
export const MANY_SOURCES = '*';

interface RefusalCount {
  readonly minute: string;
  readonly reason: string;
  readonly source: string;
  count: number;
  readonly samples: unknown[];
}

/**
 * Counts refusals of strangers per minute, reason and source, with the first few of each as samples. Its memory is
 * bounded, whatever comes in. What a killed process had not yet flushed is lost: these are counts, not the trail.
 */
export class RefusalCounter {
  private counts = new Map<string, RefusalCount>();

  count(refusal: UnprovenRefusal): void {
    const { reason, at } = refusal;
    const minute = `${at.slice(0, 16)}:00Z`;
    const entry = this.entry(minute, reason, storable(refusal.source) as string);
    entry.count += 1;
    if (entry.samples.length < SAMPLES_PER_KEY) entry.samples.push(toSample(refusal));
  }

  /** Takes everything counted so far. */
  drain(): readonly RefusalCount[] {
    const drained = [...this.counts.values()];
    this.counts = new Map();
    return drained;
  }

  /** Puts back what could not be stored. */
  giveBack(drained: readonly RefusalCount[]): void {
    for (const { minute, reason, source, count, samples } of drained) {
      const entry = this.entry(minute, reason, source);
      entry.count += count;
      entry.samples.push(...samples.slice(0, SAMPLES_PER_KEY - entry.samples.length));
    }
  }

  private entry(minute: string, reason: string, source: string): RefusalCount {
    const known = this.counts.get(`${minute} ${reason} ${source}`);
    if (known !== undefined) return known;
    if (this.counts.size >= MAX_KEYS && source !== MANY_SOURCES)
      return this.entry(minute, reason, MANY_SOURCES);
    // Through a long outage the minutes add up as well: then the last resort is one entry per reason.
    const resort = this.counts.size >= 2 * MAX_KEYS ? this.anyMinuteOf(reason) : undefined;
    if (resort !== undefined) return resort;
    const made: RefusalCount = { minute, reason, source, count: 0, samples: [] };
    this.counts.set(`${minute} ${reason} ${source}`, made);
    return made;
  }

  private anyMinuteOf(reason: string): RefusalCount | undefined {
    return [...this.counts.values()].find(
      (entry) => entry.reason === reason && entry.source === MANY_SOURCES,
    );
  }
}

/** Adds drained counts to the table. */
export async function storeRefusalCounts(runner: SqlRunner, counts: readonly RefusalCount[]): Promise<void> {
  if (counts.length === 0) return;
  await runner.query(
    `INSERT INTO unproven_refusal AS stored (minute, reason, source, count, samples)
     SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::bigint[], $5::jsonb[])
     ON CONFLICT (minute, reason, source) DO UPDATE SET
       count = stored.count + excluded.count,
       samples = CASE WHEN jsonb_array_length(stored.samples) >= $6 THEN stored.samples
         ELSE jsonb_path_query_array(stored.samples || excluded.samples, '$[0 to $last]', jsonb_build_object('last', $6 - 1)) END`,
    [
      counts.map((entry) => entry.minute),
      counts.map((entry) => entry.reason),
      counts.map((entry) => entry.source),
      counts.map((entry) => entry.count),
      counts.map((entry) => JSON.stringify(entry.samples)),
      SAMPLES_PER_KEY,
    ],
  );
}

function toSample({ at, requestId, clientId, detail }: UnprovenRefusal): unknown {
  const sample = storable({ at, requestId, clientId, detail });
  return JSON.stringify(sample).length <= SAMPLE_MAX_CHARACTERS
    ? sample
    : storable({ at, requestId, clientId: clientId?.slice(0, 100) ?? null, detail: { truncated: true } });
}
