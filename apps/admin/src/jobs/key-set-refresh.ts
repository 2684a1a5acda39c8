import { parseFetchedKeySet, type Actor, type RegistryAdministration } from '@holdfast/client-registry';
import type { OutboundFetch, OutboundRule } from '@holdfast/outbound-fetch';
import type { KeySetSchedule, KeySetSource } from '@holdfast/postgres';
import { attemptAt, fetchFrom, type Attempt, type AttemptPorts } from './fetch-attempt.js';
import type { JobKind } from './job-queue.js';
import { refreshAt } from './refresh-times.js';

type Outcome = 'stored' | 'not_usable' | 'key_exposed';

/** How an attempt went: the labels of the metric. */
export type KeySetOutcome = Attempt<Outcome>['outcome'];

export interface KeySetReport extends KeySetSource {
  readonly outcome: KeySetOutcome;
  /** For the operator; `undefined` after a success. Never a part of the set. */
  readonly error: string | undefined;
  readonly nextDue: Date;
}

export interface KeySetRefreshPorts extends AttemptPorts {
  readonly schedule: KeySetSchedule;
  readonly registry: Pick<RegistryAdministration, 'storeKeySet'>;
  readonly outbound: Pick<OutboundFetch, 'fetch'>;
  readonly onReport: (report: KeySetReport) => void;
}

/** 20 keys with a certificate and two issuers in each are some 60 KiB. */
const MAXIMUM_BYTES = 64 * 1024;
/** Half of this, more or less, passes between two fetches: so long a key counts that the partner has taken out. */
const REFRESH_MS = 2 * 3_600_000;
/** Tasks taken up by one look for what is due. */
const AT_ONCE = 100;
const ACTOR: Actor = { id: 'job:key-set-refresh', requestId: null };

/**
 * Fetches the key sets of clients that are registered with a `jwks_uri` (RFC 7591 §2), every hour or so, and at once when
 * the token service has met a certificate that a set lacks. The last good set stays until another good one is there; how
 * long it counts is decided where it is used.
 */
export class KeySetRefresh implements JobKind<KeySetSource> {
  readonly name = 'key-set-refresh';
  readonly concurrency = 4;
  readonly expireInSeconds = 60;

  constructor(
    private readonly ports: KeySetRefreshPorts,
    private readonly rule: OutboundRule,
  ) {}

  findDue(): Promise<readonly KeySetSource[]> {
    return this.ports.schedule.findDue(this.ports.now(), AT_ONCE);
  }

  async perform(source: KeySetSource): Promise<void> {
    const { schedule, now, onReport } = this.ports;
    const state = await schedule.find(source);
    // Another replica was faster.
    if (state === undefined || state.nextDue > now()) return;
    await attemptAt(
      state,
      this.ports,
      () => this.refresh(source),
      async ({ outcome, ...attempt }) => {
        await schedule.record(source, attempt);
        onReport({ ...source, outcome, error: attempt.error, nextDue: attempt.nextDue });
      },
    );
  }

  private async refresh({ credentialId: id, url }: KeySetSource): Promise<Attempt<Outcome>> {
    const { registry, outbound, now, random } = this.ports;
    // As it was at the latest when the answer was written.
    const fetchedAt = now();
    const answer = await fetchFrom(outbound, url, this.rule, { maxBytes: MAXIMUM_BYTES });
    if (!answer.fetched) return answer.attempt;
    const set = parseFetchedKeySet(answer.body, now());
    if (!set.usable) return { outcome: set.fault, error: set.why };
    const stored = await registry.storeKeySet(ACTOR, { id, certificates: set.certificates, fetchedAt });
    if (!stored.written) return { outcome: 'not_usable', error: `${stored.refused}: ${stored.what}` };
    const until = new Date(fetchedAt.getTime() + REFRESH_MS);
    return {
      outcome: 'stored',
      error: undefined,
      nextDue: refreshAt({ from: fetchedAt, until }, now(), random()),
    };
  }
}
