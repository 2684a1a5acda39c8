import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createEmptyDatabase,
  createTestDatabase,
  eventually,
  FaultProxy,
  type TestDatabase,
} from '@holdfast/postgres/testing';
import { JobQueue, type JobKind } from './job-queue.js';

interface Parcel {
  readonly to: string;
}

/** Work that is due until it was done. */
class Parcels implements JobKind<Parcel> {
  readonly concurrency = 2;
  readonly expireInSeconds = 60;
  readonly delivered: string[] = [];
  running = 0;
  mostRunning = 0;

  constructor(
    readonly name: string,
    readonly due: Set<string>,
    private readonly deliver: (to: string) => Promise<void> = () => Promise.resolve(),
  ) {}

  findDue(): Promise<Parcel[]> {
    return Promise.resolve([...this.due].map((to) => ({ to })));
  }

  async perform({ to }: Parcel): Promise<void> {
    // Found due by one replica while another did it.
    if (!this.due.has(to)) return;
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    try {
      await this.deliver(to);
    } finally {
      this.running -= 1;
    }
    this.delivered.push(to);
    this.due.delete(to);
  }
}

describe('JobQueue', () => {
  let database: TestDatabase;
  const queues: JobQueue[] = [];
  const errors: string[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    for (const queue of queues.splice(0)) await queue.stop();
    errors.splice(0);
  });
  afterAll(() => database.drop());

  /** Another replica, with the role of the app. */
  const replica = (kind: JobKind<Parcel>, url = database.adminUrl): JobQueue => {
    const onError = (error: unknown, what: string | undefined): void =>
      void errors.push(`${what}: ${(error as Error).message}`);
    const queue = new JobQueue({ url, pollMillis: 100, onError }).add(kind);
    queues.push(queue);
    queue.start();
    return queue;
  };

  it('does what is due within two seconds, with the rights of the app alone', async () => {
    const parcels = new Parcels('parcels', new Set(['Ada', 'Bob']));
    replica(parcels);
    await eventually(() => parcels.delivered.length === 2, 5_000);
    parcels.due.add('Cid');
    expect(await eventually(() => parcels.delivered.length === 3, 5_000)).toBeLessThan(2_000);
    expect([parcels.delivered.sort(), errors]).toEqual([['Ada', 'Bob', 'Cid'], []]);
  });

  it('gives each task to one of several replicas, however often it is found due', async () => {
    const due = new Set(Array.from({ length: 20 }, (_, at) => `to ${at}`));
    const slowly = () => new Promise<void>((resolve) => setTimeout(resolve, 300));
    const kinds = [1, 2, 3].map(() => new Parcels('shared', due, slowly));
    for (const kind of kinds) replica(kind);
    await eventually(() => due.size === 0, 20_000);
    const delivered = kinds.flatMap((kind) => kind.delivered);
    expect([delivered.length, new Set(delivered).size]).toEqual([20, 20]);
    expect(Math.max(...kinds.map((kind) => kind.mostRunning))).toBe(2);
    expect(kinds.filter((kind) => kind.delivered.length > 0).length).toBeGreaterThan(1);
  });

  it('says what failed, goes on, and does it again while it is due', async () => {
    let attempts = 0;
    const parcels = new Parcels('moody', new Set(['Ada']), () => {
      attempts += 1;
      return attempts < 3 ? Promise.reject(new Error('not at home')) : Promise.resolve();
    });
    replica(parcels);
    await eventually(() => parcels.delivered.length === 1, 10_000);
    expect(errors).toEqual(['moody: not at home', 'moody: not at home']);
  });

  it('says that what is due cannot be known, and goes on', async () => {
    const parcels = new Parcels('blind', new Set(['Ada']));
    let asked = 0;
    const kind: JobKind<Parcel> = {
      ...parcels,
      perform: (parcel) => parcels.perform(parcel),
      findDue: () => ((asked += 1) === 1 ? Promise.reject(new Error('no answer')) : parcels.findDue()),
    };
    replica(kind);
    await eventually(() => parcels.delivered.length === 1, 5_000);
    expect(errors).toEqual(['blind: no answer']);
  });

  it('finishes the task under way before it stops', async () => {
    const parcels = new Parcels('slow', new Set(['Ada']), () => new Promise((done) => setTimeout(done, 700)));
    const queue = replica(parcels);
    await eventually(() => parcels.running === 1, 5_000);
    await queue.stop();
    expect(parcels.delivered).toEqual(['Ada']);
  });

  it.each<[name: string, break_: (proxy: FaultProxy) => Promise<void> | void]>([
    ['refuses connections', (proxy) => proxy.refuse()],
    ['swallows everything', (proxy) => proxy.swallow()],
  ])(
    'goes on after a database that %s',
    async (_name, breakIt) => {
      const proxy = await FaultProxy.before(database.adminUrl);
      const parcels = new Parcels('patient', new Set(['Ada']));
      const queue = replica(parcels, proxy.through(database.adminUrl));
      await eventually(() => parcels.delivered.length === 1, 5_000);
      await breakIt(proxy);
      parcels.due.add('Bob');
      await eventually(() => errors.length > 0, 20_000);
      await proxy.restore();
      await eventually(() => parcels.delivered.length === 2, 30_000);
      await queue.stop();
      await proxy.close();
    },
    60_000,
  );

  it('does not start, and says so, where its tables are missing', async () => {
    const empty = await createEmptyDatabase();
    const parcels = new Parcels('early', new Set(['Ada']));
    const queue = replica(parcels, empty.ownerUrl);
    await eventually(() => errors.length > 1, 5_000);
    await queue.stop();
    await empty.drop();
    expect([errors[0], parcels.delivered]).toEqual(['undefined: pg-boss is not installed', []]);
  });
});
