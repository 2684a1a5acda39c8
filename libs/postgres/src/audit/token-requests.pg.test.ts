import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../connection/data-source.js';
import { Database } from '../connection/database.js';
import { createTestDatabase, type TestDatabase } from '../testing/index.js';
import { PostgresAuditTrail } from './postgres-audit-trail.js';
import { listTokenRequests } from './token-requests.js';

let database: TestDatabase;
let source: DataSource;
let storage: Database;

const at = (minute: number): string => new Date(Date.now() - 3_600_000 + minute * 60_000).toISOString();
const FIRST = at(1);
const SECOND = at(2);
const THIRD = at(3);

beforeAll(async () => {
  database = await createTestDatabase();
  source = await createDataSource({ url: database.tokenServiceUrl, applicationName: 'test' }).initialize();
  storage = new Database(source);
  const trail = new PostgresAuditTrail(storage, {
    application: 'test',
    outage: { onOutage: 'refuse' },
    onError: () => undefined,
  });
  await trail.start();
  const common = {
    actor: 'acme-orders',
    partnerId: 'acme',
    clientId: 'acme-orders',
    requestId: 'req_1',
  } as const;
  await trail.record({
    ...common,
    kind: 'token.issued',
    at: FIRST,
    reason: null,
    detail: { source: '127.0.0.1' },
  });
  await trail.record({
    ...common,
    kind: 'token.refused',
    at: SECOND,
    reason: 'scope_not_granted',
    detail: { source: '127.0.0.1' },
  });
  await trail.record({ ...common, kind: 'client.suspended', at: SECOND, reason: null, detail: {} });
  trail.count({
    at: THIRD,
    reason: 'certificate_expired',
    source: '10.0.0.1',
    requestId: 'req_2',
    clientId: 'beta-sync',
    detail: {},
  });
  await trail.stop();
});

afterAll(async () => {
  await source.destroy();
  await database.drop();
});

describe('listTokenRequests', () => {
  it('gives issued, refused and unproven requests, newest first, and nothing else', async () => {
    const entries = await listTokenRequests(storage, {}, { limit: 10 });
    expect(entries.map(({ at: time, issued, reason, proven }) => ({ time, issued, reason, proven }))).toEqual(
      [
        { time: THIRD, issued: false, reason: 'certificate_expired', proven: false },
        { time: SECOND, issued: false, reason: 'scope_not_granted', proven: true },
        { time: FIRST, issued: true, reason: null, proven: true },
      ],
    );
  });

  it('gives those of one client, the claimed ones included', async () => {
    const entries = await listTokenRequests(storage, { clientId: 'beta-sync' }, { limit: 10 });
    expect(entries).toMatchObject([
      { clientId: 'beta-sync', requestId: 'req_2', source: '10.0.0.1', proven: false },
    ]);
  });

  it.each<['issued' | 'refused', readonly string[]]>([
    ['issued', [FIRST]],
    ['refused', [THIRD, SECOND]],
  ])('gives those that were %s only, page by page', async (outcome, times) => {
    const entries = await listTokenRequests(storage, { outcome }, { limit: 10 });
    expect(entries.map(({ at: time }) => time)).toEqual(times);
    const rest = await listTokenRequests(storage, { outcome }, { limit: 1, before: times[0]! });
    expect(rest.map(({ at: time }) => time)).toEqual(times.slice(1));
  });

  it('goes on after a page', async () => {
    const [first] = await listTokenRequests(storage, {}, { limit: 1 });
    const rest = await listTokenRequests(storage, {}, { limit: 10, before: first!.at });
    expect(rest.map(({ at: time }) => time)).toEqual([SECOND, FIRST]);
  });
});
