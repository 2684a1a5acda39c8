import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { chainEvent, emptyStream, type AuditEvent, type UnprovenRefusal } from '@holdfast/audit-trail';
import type { QueryRunner } from 'typeorm';
import { createDataSource } from '../connection/data-source.js';
import { Database } from '../connection/database.js';
import { createTestDatabase, FaultProxy, type TestDatabase } from '../testing/index.js';
import { AuditReader } from './audit-reader.js';
import { AuditSpool } from './audit-spool.js';
import { PostgresAuditTrail, type AuditTrailOptions } from './postgres-audit-trail.js';

/** Counts what goes to the database. */
class CountedDatabase extends Database {
  uses = 0;
  override async within<T>(milliseconds: number, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    this.uses += 1;
    return super.within(milliseconds, work);
  }
}

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

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('PostgresAuditTrail', () => {
  let test: TestDatabase;
  let owner: Database;
  let proxy: FaultProxy;
  let database: CountedDatabase;
  let directory: string;
  let errors: unknown[];
  const trails: PostgresAuditTrail[] = [];

  beforeAll(async () => {
    test = await createTestDatabase();
    owner = await reach(test.ownerUrl);
  });
  beforeEach(async () => {
    proxy = await FaultProxy.before(test.tokenServiceUrl);
    database = await reach(proxy.through(test.tokenServiceUrl));
    directory = await mkdtemp(join(tmpdir(), 'holdfast-audit-'));
    errors = [];
  });
  afterEach(async () => {
    await proxy.restore();
    for (const trail of trails.splice(0)) await trail.stop();
    await database.dataSource.destroy();
    await proxy.close();
    await rm(directory, { recursive: true });
    await owner.dataSource.query('TRUNCATE audit_event, unproven_refusal');
  });
  afterAll(async () => {
    await owner.dataSource.destroy();
    await test.drop();
  });

  async function reach(url: string): Promise<CountedDatabase> {
    const dataSource = createDataSource({ url, applicationName: 'test', poolSize: 3 });
    await dataSource.initialize();
    return new CountedDatabase(dataSource);
  }

  async function openTrail(
    onOutage: 'spool' | 'refuse',
    options: Partial<AuditTrailOptions> = {},
  ): Promise<PostgresAuditTrail> {
    const trail = new PostgresAuditTrail(database, {
      application: 'token-service',
      outage: onOutage === 'spool' ? { onOutage, spoolDirectory: directory } : { onOutage },
      insertWithinMillis: 400,
      retryMillis: 50,
      onError: (error) => errors.push(error),
      ...options,
    });
    trails.push(trail);
    await trail.start();
    return trail;
  }

  const stored = async (stream: string): Promise<number[]> => {
    const rows = await owner.dataSource.query<{ n: number }[]>(
      `SELECT (body::jsonb #>> '{detail,n}')::int AS n FROM audit_event WHERE stream = $1 ORDER BY seq`,
      [stream],
    );
    return rows.map(({ n }) => n);
  };
  const verdict = () => new AuditReader(owner).verify();
  const recovered = async (trail: PostgresAuditTrail) => {
    for (let waited = 0; trail.degraded; waited += 20) {
      if (waited > 5_000) throw new Error('the trail did not go back to the database');
      await sleep(20);
    }
  };
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

  describe('with the database there', () => {
    it('stores many concurrent events durably in few inserts, as one intact chain', async () => {
      const trail = await openTrail('refuse');
      database.uses = 0;
      await Promise.all(range(0, 1_000).map((n) => trail.record(event(n))));
      expect(database.uses).toBeLessThanOrEqual(4);
      expect(await stored(trail.stream)).toEqual(range(0, 1_000));
      expect(await verdict()).toEqual({ intact: true, streams: 1, events: 1_000, faults: [] });
    });

    it('has stored an event when record resolves', async () => {
      const trail = await openTrail('refuse');
      for (const n of range(0, 20)) {
        await trail.record(event(n));
        expect((await stored(trail.stream)).at(-1)).toBe(n);
      }
    });

    it('gives every process run a stream of its own', async () => {
      const [one, two] = [await openTrail('refuse'), await openTrail('refuse')];
      await Promise.all([one.record(event(1)), two.record(event(2))]);
      expect(await verdict()).toMatchObject({ intact: true, streams: 2, events: 2 });
    });

    it('stores text that PostgreSQL cannot keep, with what it cannot keep replaced (SQ-08)', async () => {
      const trail = await openTrail('refuse');
      await trail.record(event(1, { detail: { n: 1, subject: 'CN=a\0b\uD800', 'k\0': [{ deep: '\0' }] } }));
      const { events } = await new AuditReader(owner).findByRequestId('r-1');
      expect(events[0]?.event.detail).toEqual({
        n: 1,
        subject: 'CN=a\uFFFDb\uFFFD',
        'k\uFFFD': [{ deep: '\uFFFD' }],
      });
      expect(await verdict()).toMatchObject({ intact: true });
    });

    it('refuses events after stop', async () => {
      const trail = await openTrail('refuse');
      const last = trail.record(event(1));
      await trail.stop();
      await last;
      await expect(trail.record(event(2))).rejects.toMatchObject({ name: 'AuditUnavailable' });
      expect(await stored(trail.stream)).toEqual([1]);
    });
  });

  describe('with the database away and a spool', () => {
    it('goes on recording, and replays in order when it is back (R-04)', async () => {
      const trail = await openTrail('spool');
      await trail.record(event(0));
      await proxy.refuse();
      for (const n of range(1, 50)) await trail.record(event(n));
      await Promise.all(range(50, 300).map((n) => trail.record(event(n))));
      expect(trail.degraded).toBe(true);
      expect(await readdir(directory)).toHaveLength(1);
      expect(await stored(trail.stream)).toEqual([0]);
      await proxy.restore();
      await recovered(trail);
      await trail.record(event(300));
      expect(await stored(trail.stream)).toEqual(range(0, 301));
      expect(await verdict()).toMatchObject({ intact: true, events: 301 });
      expect(await readdir(directory)).toEqual([]);
      expect(errors).toHaveLength(1);
    });

    it('loses nothing that is recorded while it goes back to the database', async () => {
      const trail = await openTrail('spool');
      await proxy.refuse();
      await Promise.all(range(0, 1_500).map((n) => trail.record(event(n))));
      await proxy.restore();
      let n = 1_500;
      while (trail.degraded) await trail.record(event(n++));
      await trail.record(event(n++));
      expect(n).toBeGreaterThan(1_510);
      expect(await stored(trail.stream)).toEqual(range(0, n));
      expect(await readdir(directory)).toEqual([]);
    });

    it('loses, doubles and reorders nothing while connections are reset under load', async () => {
      const trail = await openTrail('spool');
      const recorded: Promise<void>[] = [];
      for (const n of range(0, 600)) {
        recorded.push(trail.record(event(n)));
        if (n % 60 === 0) proxy.resetConnections();
        if (n % 7 === 0) await sleep(2);
      }
      await Promise.all(recorded);
      await recovered(trail);
      expect(await stored(trail.stream)).toEqual(range(0, 600));
      expect(await verdict()).toMatchObject({ intact: true });
    });

    it('spools within its time limit when packets are swallowed (R-06)', async () => {
      const trail = await openTrail('spool');
      await trail.record(event(0));
      proxy.swallow();
      const startedAt = performance.now();
      await trail.record(event(1));
      expect(performance.now() - startedAt).toBeLessThan(1_000);
      const again = performance.now();
      await trail.record(event(2));
      expect(performance.now() - again).toBeLessThan(200);
      await proxy.restore();
      await recovered(trail);
      expect(await stored(trail.stream)).toEqual([0, 1, 2]);
    });

    it('replays at the next start what a killed run left, and drops only a line that was torn', async () => {
      const killed = new AuditSpool({ directory, stream: 'token-service-killed', maxBytes: 1e6 });
      const first = chainEvent(emptyStream('token-service-killed'), event(1));
      await killed.append([first, chainEvent(first, event(2))]);
      await killed.close();
      const [file] = await readdir(directory);
      const { appendFile } = await import('node:fs/promises');
      await appendFile(join(directory, file!), '{"stream":"token-service-killed","seq":3,"bo');
      await openTrail('spool');
      for (let waited = 0; (await readdir(directory)).length > 0 && waited < 100; waited += 1)
        await sleep(20);
      expect(await stored('token-service-killed')).toEqual([1, 2]);
      expect(await verdict()).toMatchObject({ intact: true, events: 2 });
      expect(errors).toEqual([]);
    });

    it('keeps what a killed run left until the database is there', async () => {
      const killed = new AuditSpool({ directory, stream: 'token-service-killed', maxBytes: 1e6 });
      await killed.append([chainEvent(emptyStream('token-service-killed'), event(1))]);
      await killed.close();
      await proxy.refuse();
      await openTrail('spool');
      await sleep(300);
      expect(await readdir(directory)).toHaveLength(1);
      await proxy.restore();
      for (let waited = 0; (await readdir(directory)).length > 0 && waited < 100; waited += 1)
        await sleep(20);
      expect(await stored('token-service-killed')).toEqual([1]);
    });

    it('leaves its spool to the next run when it is stopped during an outage', async () => {
      const trail = await openTrail('spool');
      await proxy.refuse();
      await trail.record(event(1));
      await trail.stop();
      expect(await readdir(directory)).toHaveLength(1);
      await proxy.restore();
      await openTrail('spool');
      for (let waited = 0; (await readdir(directory)).length > 0 && waited < 100; waited += 1)
        await sleep(20);
      expect(await stored(trail.stream)).toEqual([1]);
    });

    it('refuses when the spool is full, without a gap (R-23)', async () => {
      const trail = await openTrail('spool', {
        outage: { onOutage: 'spool', spoolDirectory: directory, spoolMaxBytes: 2_000 },
      });
      await proxy.refuse();
      const outcomes: string[] = [];
      for (const n of range(0, 20)) {
        outcomes.push(
          await trail.record(event(n)).then(
            () => 'recorded',
            (error: Error) => error.name,
          ),
        );
      }
      const accepted = outcomes.filter((outcome) => outcome === 'recorded').length;
      expect(accepted).toBeGreaterThan(0);
      expect(outcomes.slice(accepted)).toEqual(Array(20 - accepted).fill('AuditUnavailable'));
      await proxy.restore();
      await recovered(trail);
      await trail.record(event(20));
      expect(await verdict()).toMatchObject({ intact: true });
      // The first refused event had its place in the chain already; the others never got one.
      expect(await stored(trail.stream)).toEqual([...range(0, accepted + 1), 20]);
    });
  });

  describe('with the database away and no spool', () => {
    it('refuses at once, leaves no gap, and goes on when it is back', async () => {
      const trail = await openTrail('refuse');
      await trail.record(event(0));
      await proxy.refuse();
      for (const n of range(1, 10)) {
        const startedAt = performance.now();
        await expect(trail.record(event(n))).rejects.toMatchObject({ name: 'AuditUnavailable' });
        expect(performance.now() - startedAt).toBeLessThan(1_000);
      }
      await proxy.restore();
      await recovered(trail);
      await trail.record(event(10));
      const numbers = await stored(trail.stream);
      expect([numbers[0], numbers.at(-1)]).toEqual([0, 10]);
      // At most the batch that was on its way when the connection was lost.
      expect(numbers.length).toBeLessThanOrEqual(3);
      expect(await verdict()).toMatchObject({ intact: true });
    });

    it('neither loses nor doubles an insert that was done but never answered', async () => {
      const trail = await openTrail('refuse');
      await trail.record(event(0));
      proxy.swallowAnswers();
      await expect(trail.record(event(1))).rejects.toMatchObject({ name: 'AuditUnavailable' });
      await expect(trail.record(event(2))).rejects.toMatchObject({ name: 'AuditUnavailable' });
      await proxy.restore();
      await recovered(trail);
      await trail.record(event(3));
      expect(await stored(trail.stream)).toEqual([0, 1, 3]);
      expect(await verdict()).toMatchObject({ intact: true, events: 3 });
    });

    it('stays intact when the server finishes an insert long after it was given up', async () => {
      const trail = await openTrail('refuse');
      await trail.record(event(0));
      await owner.dataSource.transaction(async (locked) => {
        await locked.query('LOCK TABLE audit_event IN ACCESS EXCLUSIVE MODE');
        await expect(trail.record(event(1))).rejects.toMatchObject({ name: 'AuditUnavailable' });
        await sleep(300);
        await expect(trail.record(event(2))).rejects.toMatchObject({ name: 'AuditUnavailable' });
      });
      await recovered(trail);
      await trail.record(event(3));
      expect(await stored(trail.stream)).toEqual([0, 1, 3]);
      expect(await verdict()).toMatchObject({ intact: true, events: 3 });
    });
  });

  describe('counts of unproven refusals', () => {
    const refusal = (change: Partial<UnprovenRefusal> = {}): UnprovenRefusal => ({
      at: '2026-03-01T12:34:56.789Z',
      reason: 'client_unknown',
      source: '192.0.2.1',
      requestId: 'q-1',
      clientId: 'who-knows',
      detail: { note: 'x' },
      ...change,
    });
    const counts = () =>
      owner.dataSource.query<{ count: string; samples: unknown[] }[]>(
        'SELECT count, samples FROM unproven_refusal ORDER BY minute, reason, source',
      );

    it('adds up over flushes and instances, with at most 20 samples', async () => {
      const [one, two] = [await openTrail('refuse'), await openTrail('refuse')];
      for (const n of range(0, 15)) one.count(refusal({ requestId: `q-${n}` }));
      await one.flush();
      for (const n of range(15, 40)) two.count(refusal({ requestId: `q-${n}` }));
      await two.flush();
      const [row] = await counts();
      expect(row?.count).toBe('40');
      expect(row?.samples).toHaveLength(20);
      expect(await new AuditReader(owner).findByRequestId('q-17')).toEqual({
        events: [],
        refusals: [
          {
            reason: 'client_unknown',
            source: '192.0.2.1',
            at: '2026-03-01T12:34:56.789Z',
            requestId: 'q-17',
            clientId: 'who-knows',
            detail: { note: 'x' },
          },
        ],
      });
      expect(await verdict()).toMatchObject({ events: 0 });
    });

    it('is flushed by itself, and kept while the database is away', async () => {
      const trail = await openTrail('spool', { flushCountsMillis: 30 });
      await proxy.refuse();
      trail.count(refusal());
      await sleep(150);
      expect(await counts()).toEqual([]);
      expect(await readdir(directory)).toEqual([]);
      await proxy.restore();
      trail.count(refusal());
      await sleep(300);
      expect(await counts()).toMatchObject([{ count: '2' }]);
    });
  });
});
