/** How fetching from a source went last, and when it is to be tried next. */
export interface SourceState {
  readonly nextDue: Date;
  readonly lastAttempt: Date | undefined;
  /** `undefined` if the last attempt succeeded, or if there was none. */
  readonly lastError: string | undefined;
}

/** How an attempt went. `error` is for the operator. */
export interface SourceAttempt {
  readonly at: Date;
  readonly error: string | undefined;
  readonly nextDue: Date;
}

/** The same as a row has it. */
interface StateColumns {
  readonly nextDue: Date;
  readonly lastAttempt: Date | null;
  readonly lastError: string | null;
}

export function toState({ nextDue, lastAttempt, lastError }: StateColumns): SourceState {
  return { nextDue, lastAttempt: lastAttempt ?? undefined, lastError: lastError ?? undefined };
}

export function toColumns({ at, error, nextDue }: SourceAttempt): StateColumns & { lastSuccess?: Date } {
  const facts = { lastAttempt: at, lastError: error ?? null, nextDue };
  return error === undefined ? { ...facts, lastSuccess: at } : facts;
}
