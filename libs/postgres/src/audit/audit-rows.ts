import {
  chainEvent,
  emptyStream,
  type AuditEvent,
  type AuditValue,
  type ChainedEvent,
  type ChainHead,
} from '@holdfast/audit-trail';

/** What both TypeORM's query runner and its entity manager can do. */
export interface SqlRunner {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

/** The name of a writer's stream: the app and what no other process run has. */
export function newStreamName(application: string, random: string): string {
  return `${application}-${random}`;
}

/**
 * Inserts chained events in one statement: all of them or none. An event that is there already stays as it is,
 * so a batch whose outcome is unknown can be sent again.
 */
export async function insertChained(runner: SqlRunner, events: readonly ChainedEvent[]): Promise<void> {
  await runner.query(
    `INSERT INTO audit_event (stream, seq, body, previous_hash, hash)
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[])
     ON CONFLICT (stream, seq) DO NOTHING`,
    [
      events.map((event) => event.stream),
      events.map((event) => event.seq),
      events.map((event) => event.body),
      events.map((event) => event.previousHash),
      events.map((event) => event.hash),
    ],
  );
}

/**
 * Appends an event to a stream inside the caller's transaction. The head is read in it, so an earlier transaction
 * whose outcome this process never learned is counted rightly. The caller serialises the writers of the stream.
 */
export async function appendInTransaction(
  runner: SqlRunner,
  stream: string,
  event: AuditEvent,
): Promise<void> {
  const rows = (await runner.query(
    'SELECT seq, hash FROM audit_event WHERE stream = $1 ORDER BY seq DESC LIMIT 1',
    [stream],
  )) as { seq: string; hash: string }[];
  const head: ChainHead =
    rows[0] === undefined ? emptyStream(stream) : { stream, seq: Number(rows[0].seq), hash: rows[0].hash };
  const chained = chainEvent(head, toStorable(event));
  await runner.query(
    'INSERT INTO audit_event (stream, seq, body, previous_hash, hash) VALUES ($1, $2, $3, $4, $5)',
    [chained.stream, chained.seq, chained.body, chained.previousHash, chained.hash],
  );
}

/**
 * The event without what PostgreSQL cannot keep in text or jsonb: NUL and lone surrogates become U+FFFD. Texts in an
 * event may come from a caller, and one of them must not make a whole batch impossible to store.
 */
export function toStorable(event: AuditEvent): AuditEvent {
  return storable(event as unknown as AuditValue) as unknown as AuditEvent;
}

/** The same for any value. */
export function storable(value: AuditValue): AuditValue {
  if (typeof value === 'string') return value.replaceAll('\0', '\uFFFD').toWellFormed();
  if (Array.isArray(value)) return (value as readonly AuditValue[]).map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [storable(key) as string, storable(member)]),
  );
}
