import { randomUUID } from 'node:crypto';
import {
  AuditUnavailable,
  chainEvent,
  emptyStream,
  type AuditEvent,
  type AuditTrail,
  type ChainedEvent,
  type ChainHead,
  type UnprovenRefusal,
} from '@holdfast/audit-trail';
import type { QueryRunner } from 'typeorm';
import type { Database } from '../connection/database.js';
import { StorageUnavailable } from '../connection/storage-unavailable.js';
import { insertChained, newStreamName, toStorable } from './audit-rows.js';
import {
  AuditSpool,
  findLeftSpools,
  prepareSpoolDirectory,
  replayLeftSpool,
  type LeftSpool,
} from './audit-spool.js';
import { RefusalCounter, storeRefusalCounts } from './refusal-counter.js';

/** What happens to events while the database is away (decisions 17). */
export type OnOutage =
  | { readonly onOutage: 'refuse' }
  | {
      readonly onOutage: 'spool';
      /** Survives a restart of the process, and belongs to this machine or container alone. */
      readonly spoolDirectory: string;
      /** Default 256 MiB. */
      readonly spoolMaxBytes?: number;
    };

export interface AuditTrailOptions {
  /** The app: begins the name of the stream. */
  readonly application: string;
  readonly outage: OnOutage;
  /** Milliseconds after which a batch counts as not stored. Default 2 000. */
  readonly insertWithinMillis?: number;
  /** Milliseconds between attempts to reach the database again. Default 250. */
  readonly retryMillis?: number;
  /** Milliseconds between flushes of the counts of unproven refusals. Default 5 000. */
  readonly flushCountsMillis?: number;
  readonly onError: (error: unknown) => void;
}

interface Waiting {
  readonly event: AuditEvent;
  readonly resolve: () => void;
  readonly reject: (error: AuditUnavailable) => void;
}

const MAX_BATCH = 500;
const LOOK_FOR_LEFT_MS = 60_000;
const SPOOL_MAX_BYTES = 256 * 1024 * 1024;

/**
 * The audit trail of one process run: one stream, written in batches. While one batch is on its way the next collects.
 *
 * An event gets its place in the chain only when there is somewhere to write it. From then on it is either durable
 * or `undecided`: sent, but the outcome is unknown. Undecided events keep their place and are sent again, unchanged,
 * until they are stored, so the chain has neither gaps nor doubles. Their callers were told `AuditUnavailable`: the
 * trail may hold a decision that never took effect, never the other way round.
 */
export class PostgresAuditTrail implements AuditTrail {
  private head: ChainHead;
  private waiting: Waiting[] = [];
  private undecided: readonly ChainedEvent[] = [];
  private away = false;
  private stopped = false;
  private pumping: Promise<void> | undefined;
  private recovering: Promise<void> | undefined;
  /** Whatever appends to the stream or changes where it goes happens in turn. */
  private turn: Promise<unknown> = Promise.resolve();
  private readonly spool: AuditSpool | undefined;
  private readonly refusals = new RefusalCounter();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly database: Database,
    private readonly options: AuditTrailOptions,
  ) {
    const stream = newStreamName(options.application, randomUUID());
    this.head = emptyStream(stream);
    const { outage } = options;
    if (outage.onOutage === 'spool') {
      const { spoolDirectory: directory, spoolMaxBytes: maxBytes = SPOOL_MAX_BYTES } = outage;
      this.spool = new AuditSpool({ directory, stream, maxBytes });
    }
  }

  /** The name of this run's stream. */
  get stream(): string {
    return this.head.stream;
  }

  /** Whether the database is away at the moment: events go to the spool, or are refused. */
  get degraded(): boolean {
    return this.away;
  }

  /** Throws if the spool directory cannot be used. Begins to replay, in the background, what earlier runs left there. */
  async start(): Promise<void> {
    const { outage, application } = this.options;
    this.flushCountsLater();
    if (outage.onOutage !== 'spool') return;
    await prepareSpoolDirectory(outage.spoolDirectory);
    await this.storeLeft(outage.spoolDirectory, application);
  }

  async record(event: AuditEvent): Promise<void> {
    if (this.stopped) throw new AuditUnavailable('the audit trail is closed');
    return new Promise((resolve, reject) => {
      this.waiting.push({ event: toStorable(event), resolve, reject });
      this.pumping ??= this.pump();
    });
  }

  count(refusal: UnprovenRefusal): void {
    this.refusals.count(refusal);
  }

  /** Resolves when everything recorded so far is durable or refused, and the counts are stored if they can be. */
  async flush(): Promise<void> {
    await this.pumping;
    await this.flushCounts();
  }

  /** Flushes and closes; what is still in the spool is left to the next start. */
  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    await this.flush();
    if (this.away) await this.recover().catch(() => undefined);
    await this.inTurn(async () => this.spool?.close());
  }

  private async pump(): Promise<void> {
    // The rest of this tick may bring more for the same batch.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, MAX_BATCH);
      try {
        await this.inTurn(() => this.makeDurable(batch.map(({ event }) => event)));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        const refused = new AuditUnavailable('the audit event could not be made durable', { cause: error });
        for (const { reject } of batch) reject(refused);
      }
    }
    // In the same tick as the last look at the queue: who records after it starts another pump.
    this.pumping = undefined;
  }

  private async makeDurable(events: readonly AuditEvent[]): Promise<void> {
    const sent = this.away ? 'not_sent' : await this.insertNew(events);
    if (sent === 'stored') return;
    if (this.spool === undefined) throw new Error('the database is away, and there is no spool');
    if (sent === 'not_sent') {
      // What an earlier attempt could not spool comes first.
      await this.spoolUndecided(this.spool);
      this.undecided = this.chain(events);
    }
    await this.spoolUndecided(this.spool);
  }

  /** Chains only once there is a connection: what surely was not stored leaves no trace in the chain. */
  private async insertNew(events: readonly AuditEvent[]): Promise<'stored' | 'not_sent' | 'undecided'> {
    try {
      await this.within((runner) => {
        this.undecided = this.chain(events);
        return insertChained(runner, this.undecided);
      });
      this.undecided = [];
      return 'stored';
    } catch (error) {
      this.leaveDatabase(error);
      return this.undecided.length === 0 ? 'not_sent' : 'undecided';
    }
  }

  private async spoolUndecided(spool: AuditSpool): Promise<void> {
    if (this.undecided.length === 0) return;
    await spool.append(this.undecided);
    this.undecided = [];
  }

  private chain(events: readonly AuditEvent[]): readonly ChainedEvent[] {
    return events.map((event) => {
      const chained = chainEvent(this.head, event);
      this.head = { stream: chained.stream, seq: chained.seq, hash: chained.hash };
      return chained;
    });
  }

  private leaveDatabase(error: unknown): void {
    this.away = true;
    this.options.onError(error);
    this.recoverLater();
  }

  private recoverLater(): void {
    this.after(this.options.retryMillis ?? 250, async () => {
      // A failure says what is known: it is still away.
      await this.recover().catch(() => undefined);
      if (this.away) this.recoverLater();
    });
  }

  /** Stores what the database lacks, in order, and goes back to it. One at a time. */
  private async recover(): Promise<void> {
    this.recovering ??= this.catchUp().finally(() => (this.recovering = undefined));
    return this.recovering;
  }

  private async catchUp(): Promise<void> {
    await this.within((runner) => runner.query('SELECT 1'));
    // The long part, beside which new events go on to the spool.
    await this.spool?.replay((events) => this.insertAgain(events));
    await this.inTurn(async () => {
      await this.spool?.replay((events) => this.insertAgain(events));
      if (this.undecided.length > 0) await this.insertAgain(this.undecided);
      this.undecided = [];
      await this.spool?.remove();
      this.away = false;
    });
  }

  private async insertAgain(events: readonly ChainedEvent[]): Promise<void> {
    await this.within((runner) => insertChained(runner, events));
  }

  /** Begins to store what others left in the directory, and looks again every minute. */
  private async storeLeft(directory: string, application: string): Promise<void> {
    void this.replayLeft(await findLeftSpools(directory, application));
    this.after(LOOK_FOR_LEFT_MS, () => this.storeLeft(directory, application).catch(this.options.onError));
  }

  private async replayLeft(files: readonly LeftSpool[]): Promise<void> {
    const remaining: LeftSpool[] = [];
    for (const file of files) {
      try {
        await replayLeftSpool(file, (events) => this.insertAgain(events));
      } catch (error) {
        // A damaged file stays for a person to look at; an outage passes; another instance may have removed the file.
        if (error instanceof StorageUnavailable) remaining.push(file);
        else if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.options.onError(error);
      }
    }
    if (remaining.length > 0) this.after(this.options.retryMillis ?? 250, () => this.replayLeft(remaining));
  }

  private async flushCounts(): Promise<void> {
    const drained = this.refusals.drain();
    try {
      if (drained.length > 0) await this.within((runner) => storeRefusalCounts(runner, drained));
    } catch (error) {
      this.refusals.giveBack(drained);
      if (!(error instanceof StorageUnavailable)) this.options.onError(error);
    }
  }

  private within<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    return this.database.within(this.options.insertWithinMillis ?? 2_000, work);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private after(milliseconds: number, work: () => Promise<void>): void {
    if (this.stopped) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void work();
    }, milliseconds).unref();
    this.timers.add(timer);
  }

  private flushCountsLater(): void {
    this.after(this.options.flushCountsMillis ?? 5_000, async () => {
      await this.flushCounts();
      this.flushCountsLater();
    });
  }
}
