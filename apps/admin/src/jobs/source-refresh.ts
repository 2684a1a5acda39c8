import type { SourceAttempt, SourceState } from '@holdfast/postgres';
import { attemptAt, type Attempt, type AttemptPorts } from './fetch-attempt.js';
import type { JobKind } from './job-queue.js';

/** When which source is fetched. */
interface Schedule<Source, State> {
  findDue(now: Date, limit: number): Promise<readonly Source[]>;
  find(source: Source): Promise<State | undefined>;
  record(source: Source, attempt: SourceAttempt): Promise<void>;
}

/** How an attempt at a source went; `Outcome` are the labels of the metric. */
export type SourceReport<Source, Outcome extends string> = Source & {
  readonly outcome: Attempt<Outcome>['outcome'];
  /** For the operator; `undefined` after a success. Never a part of what was fetched. */
  readonly error: string | undefined;
  readonly nextDue: Date;
};

export interface SourceRefreshPorts<Source, State, Outcome extends string> extends AttemptPorts {
  readonly schedule: Schedule<Source, State>;
  readonly onReport: (report: SourceReport<Source, Outcome>) => void;
}

/** Tasks taken up by one look for what is due. */
const AT_ONCE = 100;

/** Fetches from sources that others publish, each when it is due, and notes how that went and when it is due again. */
export abstract class SourceRefresh<
  Source extends object,
  State extends SourceState,
  Outcome extends string,
> implements JobKind<Source> {
  abstract readonly name: string;
  readonly concurrency = 4;
  readonly expireInSeconds = 60;

  protected constructor(private readonly sources: SourceRefreshPorts<Source, State, Outcome>) {}

  findDue(): Promise<readonly Source[]> {
    return this.sources.schedule.findDue(this.sources.now(), AT_ONCE);
  }

  async perform(source: Source): Promise<void> {
    const { schedule, now } = this.sources;
    const state = await schedule.find(source);
    // Another replica was faster.
    if (state === undefined || state.nextDue > now()) return;
    await this.performDue(source, state);
  }

  protected performDue(source: Source, state: State): Promise<void> {
    const { schedule, onReport } = this.sources;
    return attemptAt(
      state,
      this.sources,
      () => this.attempt(source, state),
      async ({ outcome, ...attempt }) => {
        await schedule.record(source, attempt);
        onReport({ ...source, outcome, error: attempt.error, nextDue: attempt.nextDue });
      },
    );
  }

  /** One attempt. What it throws is an error of ours. */
  protected abstract attempt(source: Source, state: State): Promise<Attempt<Outcome>>;
}
