import { createHash } from 'node:crypto';
import { PgBoss } from 'pg-boss';
import { JOB_QUEUE_SCHEMA } from '@holdfast/postgres';

/** One kind of background work. What is due is known from the domain's own rows; the queue decides who does it. */
export interface JobKind<Task extends object> {
  /** Lower case and hyphens. */
  readonly name: string;
  /** How many of it this process works at a time. */
  readonly concurrency: number;
  /** Seconds after which a worker that fell silent has lost its task, so that another takes it. */
  readonly expireInSeconds: number;
  /** What is due now. Asked every two seconds by every replica; tasks that wait or run already are not added again. */
  findDue(): Promise<readonly Task[]>;
  /** Does one task. Must bear being called twice for it, and leave behind when it is due again, whatever happens. */
  perform(task: Task): Promise<void>;
}

export interface JobQueueOptions {
  /** postgres:// URL of the app's own role. */
  readonly url: string;
  /** Milliseconds between looks for what is due. Default 2 000. */
  readonly pollMillis?: number;
  /** Hears of what went wrong, and in which kind of work; the queue goes on. */
  readonly onError: (error: unknown, kind: string | undefined) => void;
}

/**
 * The background jobs of all replicas of this app, shared through PostgreSQL: a task waits or runs once, whoever found it
 * due, and survives the process that works it. Nothing is lost with the queue's tables: the domain knows what is due.
 *
 * Does NOT change the schema: `migrate` does (see ADR 0012).
 */
export class JobQueue {
  private readonly boss: PgBoss;
  private readonly kinds: JobKind<object>[] = [];
  /** Kinds that have their workers: starting may have to be tried again half-way. */
  private readonly working = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private started = false;
  private stopped = false;

  constructor(private readonly options: JobQueueOptions) {
    this.boss = new PgBoss({
      connectionString: options.url,
      application_name: 'admin jobs',
      schema: JOB_QUEUE_SCHEMA,
      max: 2,
      connectionTimeoutMillis: 2_000,
      options: '-c statement_timeout=10000',
      // The role of this app may not change the schema, and schedules are the domain's.
      migrate: false,
      createSchema: false,
      schedule: false,
      reindex: false,
      superviseIntervalSeconds: 30,
      monitorIntervalSeconds: 30,
    });
    this.boss.on('error', (error) => options.onError(error, undefined));
  }

  /** Before `start`. */
  add<Task extends object>(kind: JobKind<Task>): this {
    this.kinds.push(kind as unknown as JobKind<object>);
    return this;
  }

  /** Returns at once: the app serves without its jobs while the queue cannot be reached. */
  start(): void {
    this.lookLater(0);
  }

  /** Waits for the tasks under way, for at most five seconds. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.looking;
    if (this.started) await this.boss.stop({ graceful: true, timeout: 5_000 });
  }

  private lookLater(milliseconds: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.looking = this.look().finally(() => this.lookLater(this.options.pollMillis ?? 2_000));
    }, milliseconds);
    this.timer.unref();
  }

  private async look(): Promise<void> {
    try {
      if (!this.started) await this.startWorkers();
    } catch (error) {
      this.options.onError(error, undefined);
      return;
    }
    for (const kind of this.kinds) {
      try {
        for (const task of await kind.findDue()) await this.queue(kind, task);
      } catch (error) {
        this.options.onError(error, kind.name);
      }
    }
  }

  private async startWorkers(): Promise<void> {
    await this.boss.start();
    for (const kind of this.kinds.filter(({ name }) => !this.working.has(name))) {
      const { name, concurrency, expireInSeconds } = kind;
      // At most one task for each key waits or runs; what failed is due again when the domain says so.
      await this.boss.createQueue(name, { policy: 'exclusive' });
      await this.boss.updateQueue(name, { expireInSeconds, retryLimit: 0, deleteAfterSeconds: 3_600 });
      await this.boss.work<object>(
        name,
        { pollingIntervalSeconds: 0.5, localConcurrency: concurrency },
        async ([job]) => {
          if (job !== undefined) await this.perform(name, () => kind.perform(job.data));
        },
      );
      this.working.add(name);
    }
    this.started = true;
  }

  private async perform(kind: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.options.onError(error, kind);
      throw error;
    }
  }

  private async queue({ name }: JobKind<object>, task: object): Promise<void> {
    // A digest, because keys are indexed and tasks hold texts of any length.
    const singletonKey = createHash('sha256').update(JSON.stringify(task)).digest('base64url');
    await this.boss.send(name, task, { singletonKey });
  }
}
