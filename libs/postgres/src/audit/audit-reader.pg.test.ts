import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '@holdfast/audit-trail';
import { createDataSource } from '../connection/data-source.js';
import { Database } from '../connection/database.js';
import { createTestDatabase, type TestDatabase } from '../testing/index.js';
import { AuditReader } from './audit-reader.js';
import { PostgresAuditTrail } from './postgres-audit-trail.js';

const event = (n: number, change: Partial<AuditEvent> = {}): AuditEvent => ({
  kind: 'token.issued',
  at: new Date(Date.UTC(2026, 2, 1, 12, 0, 0, n)).toISOString(),
  actor: 'acme-orders',
  requestId: `r-${n}`,
  partnerId: 'acme',
  clientId: 'acme-orders',
  reason: null,
  detail: { n },
  ...change,
});

describe('AuditReader', () => {
  let test: TestDatabase;
  let database: Database;
  let reader: AuditReader;
  let trail: PostgresAuditTrail;

  beforeAll(async () => {
    test = await createTestDatabase();
    const dataSource = createDataSource({ url: test.adminUrl, applicationName: 'test', poolSize: 3 });
    await dataSource.initialize();
    database = new Database(dataSource);
    reader = new AuditReader(database);
    trail = new PostgresAuditTrail(database, {
      application: 'admin',
      outage: { onOutage: 'refuse' },
      onError: () => undefined,
    });
    for (const n of range(0, 9)) {
      const clientId = n % 3 === 0 ? 'beta-sync' : 'acme-orders';
      const partnerId = n % 3 === 0 ? 'beta' : 'acme';
      const kind = n === 4 ? 'token.refused' : 'token.issued';
      await trail.record(event(n, { clientId, partnerId, kind }));
    }
  });
  afterAll(async () => {
    await trail.stop();
    await database.dataSource.destroy();
    await test.drop();
  });
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
  const asOwner = async (sql: string) => {
    const owner = createDataSource({ url: test.ownerUrl, applicationName: 'test', poolSize: 1 });
    await owner.initialize();
    await owner.query(sql, [trail.stream]);
    await owner.destroy();
  };

  it('lists newest first, page by page', async () => {
    const first = await reader.list({}, { limit: 4 });
    const last = first.at(-1)!;
    const before = { at: last.event.at, stream: last.stream, seq: last.seq };
    const second = await reader.list({}, { limit: 100, before });
    expect([...first, ...second].map(({ seq }) => seq)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it.each<[string, Parameters<AuditReader['list']>[0], number[]]>([
    ['client', { clientId: 'beta-sync' }, [7, 4, 1]],
    ['partner', { partnerId: 'beta' }, [7, 4, 1]],
    ['kind', { kind: 'token.refused' }, [5]],
    ['request', { requestId: 'r-2' }, [3]],
    ['client and kind together', { clientId: 'beta-sync', kind: 'token.refused' }, []],
  ])('filters by %s', async (_name, filter, seqs) => {
    expect((await reader.list(filter, { limit: 100 })).map(({ seq }) => seq)).toEqual(seqs);
  });

  it.each<[string, string, string, { at: number; fault: string }]>([
    [
      'a row edited by a superuser (AW-27)',
      `UPDATE audit_event SET body = replace(body, 'acme', 'evil') WHERE stream = $1 AND seq = 3`,
      `UPDATE audit_event SET body = replace(body, 'evil', 'acme') WHERE stream = $1 AND seq = 3`,
      { at: 3, fault: 'tampered' },
    ],
    [
      'a row moved to another place',
      `UPDATE audit_event SET seq = 100 WHERE stream = $1 AND seq = 9`,
      `UPDATE audit_event SET seq = 9 WHERE stream = $1 AND seq = 100`,
      { at: 9, fault: 'missing' },
    ],
  ])('finds %s and names the first bad place', async (_name, tamper, mend, fault) => {
    expect(await reader.verify()).toEqual({ intact: true, streams: 1, events: 9, faults: [] });
    await asOwner(tamper);
    expect(await reader.verify()).toMatchObject({
      intact: false,
      faults: [{ stream: trail.stream, ...fault }],
    });
    await asOwner(mend);
    expect(await reader.verify()).toMatchObject({ intact: true });
  });
});
