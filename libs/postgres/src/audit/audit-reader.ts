import {
  emptyStream,
  verifyStream,
  type AuditEvent,
  type AuditKind,
  type ChainedEvent,
  type ChainHead,
} from '@holdfast/audit-trail';
import type { Database } from '../connection/database.js';
import type { SqlRunner } from './audit-rows.js';
import { listTokenRequests, type AnsweredTokenRequest, type TokenRequestFilter } from './token-requests.js';

/** An event as it stands in the trail. */
export interface RecordedEvent {
  readonly stream: string;
  readonly seq: number;
  readonly event: AuditEvent;
}

/** The place in the list, newest first, after which a page begins. */
export interface AuditCursor {
  readonly at: string;
  readonly stream: string;
  readonly seq: number;
}

export interface AuditFilter {
  readonly clientId?: string;
  readonly partnerId?: string;
  readonly kind?: AuditKind;
  readonly requestId?: string;
}

/** A sample of a refusal before the client was proven. */
export interface RefusalSample {
  readonly reason: string;
  readonly source: string;
  readonly at: string;
  readonly requestId: string;
  /** As claimed, unproven. */
  readonly clientId: string | null;
  readonly detail: AuditEvent['detail'];
}

export interface AuditVerdict {
  readonly intact: boolean;
  readonly streams: number;
  readonly events: number;
  /** The first bad place of each stream that is not intact. */
  readonly faults: readonly {
    readonly stream: string;
    readonly at: number;
    readonly fault: 'missing' | 'tampered' | 'reordered';
  }[];
}

const WITHIN_MS = 5_000;
const VERIFY_PAGE = 1_000;

/** Reads the audit trail. Every method throws `StorageUnavailable` when the database is away. */
export class AuditReader {
  constructor(private readonly database: Database) {}

  /** Newest first. `before` is the cursor of the last event of the page before. */
  async list(
    filter: AuditFilter,
    page: { readonly limit: number; readonly before?: AuditCursor },
  ): Promise<readonly RecordedEvent[]> {
    const { before } = page;
    const rows = await this.query<BodyRow>(
      `SELECT stream, seq, body FROM audit_event
        WHERE ($1::text IS NULL OR client_id = $1) AND ($2::text IS NULL OR partner_id = $2)
          AND ($3::text IS NULL OR kind = $3) AND ($4::text IS NULL OR request_id = $4)
          AND ($5::text IS NULL OR (at, stream, seq) < ($5, $6, $7::bigint))
        ORDER BY at DESC, stream DESC, seq DESC LIMIT $8`,
      [
        filter.clientId ?? null,
        filter.partnerId ?? null,
        filter.kind ?? null,
        filter.requestId ?? null,
        before?.at ?? null,
        before?.stream ?? null,
        before?.seq ?? null,
        page.limit,
      ],
    );
    return rows.map(toRecordedEvent);
  }

  /** All that is known about one request: its events, and whether it is a sample of the counted refusals. */
  async findByRequestId(
    requestId: string,
  ): Promise<{ readonly events: readonly RecordedEvent[]; readonly refusals: readonly RefusalSample[] }> {
    const events = await this.query<BodyRow>(
      'SELECT stream, seq, body FROM audit_event WHERE request_id = $1 ORDER BY at, stream, seq LIMIT 100',
      [requestId],
    );
    const refusals = await this.query<RefusalSample>(
      `SELECT reason, source, sample ->> 'at' AS at, sample ->> 'requestId' AS "requestId",
              sample ->> 'clientId' AS "clientId", sample -> 'detail' AS detail
         FROM unproven_refusal, jsonb_array_elements(samples) AS sample
        WHERE samples @> $1::jsonb AND sample ->> 'requestId' = $2 LIMIT 100`,
      [JSON.stringify([{ requestId }]), requestId],
    );
    return { events: events.map(toRecordedEvent), refusals };
  }

  /** Token requests, newest first; see `listTokenRequests`. */
  listTokenRequests(
    filter: TokenRequestFilter,
    page: { readonly limit: number; readonly before?: string },
  ): Promise<readonly AnsweredTokenRequest[]> {
    return listTokenRequests(this.database, filter, page);
  }

  /**
   * Recomputes every hash of every stream. Does NOT see that the *end* of a stream, or a whole stream, is missing:
   * that takes a checkpoint kept elsewhere.
   */
  async verify(): Promise<AuditVerdict> {
    const streams = await this.query<{ stream: string }>(ALL_STREAMS, []);
    const faults: AuditVerdict['faults'][number][] = [];
    let events = 0;
    for (const { stream } of streams) {
      const verdict = await this.verifyOne(stream);
      events += verdict.events;
      if (verdict.fault !== undefined) faults.push(verdict.fault);
    }
    return { intact: faults.length === 0, streams: streams.length, events, faults };
  }

  private async verifyOne(
    stream: string,
  ): Promise<{ events: number; fault: AuditVerdict['faults'][number] | undefined }> {
    let head: ChainHead = emptyStream(stream);
    let events = 0;
    for (;;) {
      const rows = await this.query<ChainRow>(
        `SELECT stream, seq, body, previous_hash AS "previousHash", hash FROM audit_event
          WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
        [stream, head.seq, VERIFY_PAGE],
      );
      const page: ChainedEvent[] = rows.map((row) => ({ ...row, seq: Number(row.seq) }));
      events += page.length;
      const verdict = verifyStream(head, page);
      if (!verdict.intact) return { events, fault: { stream, at: verdict.at, fault: verdict.fault } };
      if (page.length < VERIFY_PAGE) return { events, fault: undefined };
      head = verdict.head;
    }
  }

  private async query<R>(sql: string, parameters: unknown[]): Promise<R[]> {
    return this.database.within(
      WITHIN_MS,
      async (runner) => (await (runner as SqlRunner).query(sql, parameters)) as R[],
    );
  }
}

/** Jumps from stream to stream along the primary key; DISTINCT would read every event. */
const ALL_STREAMS = `
  WITH RECURSIVE found AS (
    (SELECT stream FROM audit_event ORDER BY stream LIMIT 1)
    UNION ALL
    SELECT (SELECT e.stream FROM audit_event e WHERE e.stream > found.stream ORDER BY e.stream LIMIT 1)
      FROM found WHERE found.stream IS NOT NULL
  )
  SELECT stream FROM found WHERE stream IS NOT NULL`;

interface BodyRow {
  readonly stream: string;
  readonly seq: string;
  readonly body: string;
}

interface ChainRow extends BodyRow {
  readonly previousHash: string;
  readonly hash: string;
}

function toRecordedEvent({ stream, seq, body }: BodyRow): RecordedEvent {
  return { stream, seq: Number(seq), event: JSON.parse(body) as AuditEvent };
}
