import { hash } from 'node:crypto';
import type { AuditEvent, AuditValue } from './audit-event.js';

/** An event at its place in one writer's stream. `body` is the canonical JSON of the event, exactly as hashed. */
export interface ChainedEvent {
  /** The writer: one process run. */
  readonly stream: string;
  /** 1, 2, 3 … without gaps. */
  readonly seq: number;
  readonly body: string;
  /** Hex SHA-256 of the event before, or of nothing (64 zeros) for the first. */
  readonly previousHash: string;
  /** Hex SHA-256 of stream, seq, previousHash and body. */
  readonly hash: string;
}

/** The last link of a stream. */
export interface ChainHead {
  readonly stream: string;
  readonly seq: number;
  readonly hash: string;
}

const NOTHING = '0'.repeat(64);

/** The head of a stream that has no event yet. */
export function emptyStream(stream: string): ChainHead {
  return { stream, seq: 0, hash: NOTHING };
}

/** Puts `event` behind `head`. */
export function chainEvent(head: ChainHead, event: AuditEvent): ChainedEvent {
  const link = {
    stream: head.stream,
    seq: head.seq + 1,
    body: toCanonicalJson(event as unknown as AuditValue),
    previousHash: head.hash,
  };
  return { ...link, hash: hashOf(link) };
}

/** What is wrong with a stream, if anything; `at` is the first bad seq. */
export type StreamVerdict =
  | { readonly intact: true; readonly head: ChainHead }
  | { readonly intact: false; readonly at: number; readonly fault: 'missing' | 'tampered' | 'reordered' };

/**
 * Whether `events`, in order, follow `head` without a gap and unchanged.
 * Does NOT see that events are missing at the *end*: compare the head with a checkpoint for that.
 */
export function verifyStream(head: ChainHead, events: Iterable<ChainedEvent>): StreamVerdict {
  let last = head;
  for (const event of events) {
    const expected = last.seq + 1;
    if (event.stream !== last.stream || event.seq < expected)
      return { intact: false, at: event.seq, fault: 'reordered' };
    if (event.seq > expected) return { intact: false, at: expected, fault: 'missing' };
    if (event.hash !== hashOf(event) || event.previousHash !== last.hash) {
      return { intact: false, at: event.seq, fault: 'tampered' };
    }
    last = event;
  }
  return { intact: true, head: { stream: last.stream, seq: last.seq, hash: last.hash } };
}

function hashOf(link: Omit<ChainedEvent, 'hash'>): string {
  // Newlines cannot occur in the first three fields, so no two links have the same text.
  return hash('sha256', `${link.stream}\n${link.seq}\n${link.previousHash}\n${link.body}`, 'hex');
}

/** RFC 8785 for the values we allow: members sorted, no white space. */
function toCanonicalJson(value: AuditValue): string {
  if (Array.isArray(value)) return `[${value.map(toCanonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value as { readonly [key: string]: AuditValue })
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${toCanonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}
