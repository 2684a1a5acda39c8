import { describe, expect, it } from '@jest/globals';
import {
  chainEvent,
  emptyStream,
  RefusalThrottle,
  verifyStream,
  type AuditEvent,
  type ChainedEvent,
} from './index.js';

const event = (detail: AuditEvent['detail']): AuditEvent => ({
  kind: 'token.issued',
  at: '2026-01-01T12:00:00.000Z',
  actor: 'acme-orders',
  requestId: 'r-1',
  partnerId: 'acme',
  clientId: 'acme-orders',
  reason: null,
  detail,
});

function stream(length: number): ChainedEvent[] {
  const events: ChainedEvent[] = [];
  for (let index = 0; index < length; index += 1) {
    events.push(chainEvent(events.at(-1) ?? emptyStream('s'), event({ index })));
  }
  return events;
}

describe('verifyStream', () => {
  it('finds an untouched stream intact', () => {
    const events = stream(5);
    expect(verifyStream(emptyStream('s'), events)).toEqual({
      intact: true,
      head: { stream: 's', seq: 5, hash: events[4]?.hash },
    });
  });

  it.each<[string, (events: ChainedEvent[]) => unknown, { at: number; fault: string }]>([
    [
      'a changed body',
      (e) => (e[2] = { ...e[2]!, body: e[2]!.body.replace('acme', 'beta') }),
      { at: 3, fault: 'tampered' },
    ],
    ['a missing event', (e) => e.splice(1, 1), { at: 2, fault: 'missing' }],
    ['two events swapped', (e) => e.splice(1, 2, e[2]!, e[1]!), { at: 2, fault: 'missing' }],
    ['an event twice', (e) => e.splice(1, 0, e[0]!), { at: 1, fault: 'reordered' }],
    [
      'an event replaced and hashed anew',
      (e) => (e[1] = chainEvent(e[0]!, event({ index: 99 }))),
      { at: 3, fault: 'tampered' },
    ],
  ])('finds %s', (_name, change, fault) => {
    const events = stream(5);
    change(events);
    expect(verifyStream(emptyStream('s'), events)).toEqual({ intact: false, ...fault });
  });
});

describe('chainEvent', () => {
  it('gives the same hash whatever the order of members', () => {
    const head = emptyStream('s');
    expect(chainEvent(head, event({ a: 1, b: [true, null, { c: 'x' }] })).hash).toBe(
      chainEvent(head, event({ b: [true, null, { c: 'x' }], a: 1 })).hash,
    );
  });
});

describe('RefusalThrottle', () => {
  it('records 20 refusals of a client and reason per minute, and counts the rest', () => {
    const throttle = new RefusalThrottle();
    const admitted = Array.from({ length: 50 }, () => throttle.admit('acme-orders', 'scope_not_granted', 0));
    expect(admitted.filter(Boolean)).toHaveLength(20);
    expect(throttle.admit('beta-sync', 'scope_not_granted', 0)).toBe(true);
    expect(throttle.drain(59_999)).toEqual([]);
    expect(throttle.drain(60_000)).toEqual([
      { clientId: 'acme-orders', reason: 'scope_not_granted', suppressed: 30 },
    ]);
    expect(throttle.admit('acme-orders', 'scope_not_granted', 60_000)).toBe(true);
  });
});
