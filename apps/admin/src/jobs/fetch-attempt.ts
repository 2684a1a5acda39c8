import { loggable } from '@holdfast/http-platform';
import {
  OUTBOUND_REFUSALS,
  type OutboundFetch,
  type OutboundRequest,
  type OutboundRule,
} from '@holdfast/outbound-fetch';
import type { SourceAttempt, SourceState } from '@holdfast/postgres';
import { retryAt } from './refresh-times.js';

/** What one attempt at a source led to; `Outcome` are the labels of its metric. */
export interface Attempt<Outcome extends string> {
  readonly outcome: Outcome | 'not_fetched' | 'fault';
  /** For the operator; `undefined` after a success. */
  readonly error: string | undefined;
  /** `undefined` after a failure: then the wait grows. */
  readonly nextDue?: Date;
}

export interface AttemptPorts {
  readonly now: () => Date;
  /** From [0, 1). */
  readonly random: () => number;
}

/** An attempt with its end: what is recorded, and reported. */
export type FinishedAttempt<Outcome extends string> = SourceAttempt & Pick<Attempt<Outcome>, 'outcome'>;

/**
 * Makes one attempt at a source in this state and records when it is due again, whatever happens: after a failure later
 * each time. An error of ours is recorded as one, and then thrown.
 */
export async function attemptAt<Outcome extends string>(
  state: SourceState,
  { now, random }: AttemptPorts,
  work: () => Promise<Attempt<Outcome>>,
  record: (finished: FinishedAttempt<Outcome>) => Promise<void>,
): Promise<void> {
  let fault: unknown;
  const attempt = await work().catch((thrown: unknown): Attempt<Outcome> => {
    fault = thrown;
    return { outcome: 'fault', error: 'an error of ours: see the log of the admin app' };
  });
  const at = now();
  const nextDue = attempt.nextDue ?? retryAt(lastWait(state), at, random());
  // What was fetched may stand in it.
  await record({ at, outcome: attempt.outcome, error: loggable(attempt.error), nextDue });
  if (fault !== undefined) throw fault;
}

/** What a source answered, or the attempt that has failed. */
export async function fetchFrom(
  outbound: Pick<OutboundFetch, 'fetch'>,
  url: string,
  rule: OutboundRule,
  request: OutboundRequest,
): Promise<
  | { readonly fetched: true; readonly body: Uint8Array }
  | { readonly fetched: false; readonly attempt: Attempt<never> }
> {
  const answer = await outbound.fetch(url, rule, request);
  if (answer.fetched) return { fetched: true, body: answer.body };
  const { refusal, detail } = answer;
  const error = `${refusal}: ${OUTBOUND_REFUSALS[refusal]}${detail && ` (${detail})`}`;
  return { fetched: false, attempt: { outcome: 'not_fetched', error } };
}

/** Milliseconds between the last failure and now, as they were planned; `undefined` if there was none. */
function lastWait({ lastError, lastAttempt, nextDue }: SourceState): number | undefined {
  if (lastError === undefined || lastAttempt === undefined) return undefined;
  return nextDue.getTime() - lastAttempt.getTime();
}
