import { freshUntil, PARTNER_REVOCATION } from '@holdfast/certificate-validation';
import type { Actor, NewRevocationList, RegistryAdministration } from '@holdfast/client-registry';
import { OUTBOUND_REFUSALS, type OutboundFetch, type OutboundRule } from '@holdfast/outbound-fetch';
import { loggable } from '@holdfast/http-platform';
import type { RevocationSchedule, RevocationSource, SourceState } from '@holdfast/postgres';
import { parseFetchedList } from './fetched-list.js';
import type { JobKind } from './job-queue.js';
import { refreshAt, retryAt } from './refresh-times.js';

/** How an attempt went: the labels of the metric. */
export type RefreshOutcome = 'stored' | 'not_fetched' | 'not_usable' | 'stale' | 'fault';

export interface RefreshReport extends RevocationSource {
  readonly outcome: RefreshOutcome;
  /** For the operator; `undefined` after a success. */
  readonly error: string | undefined;
  readonly nextDue: Date;
}

export interface RevocationRefreshPorts {
  readonly schedule: RevocationSchedule;
  readonly registry: Pick<RegistryAdministration, 'findAnchor' | 'storeRevocationList'>;
  readonly outbound: Pick<OutboundFetch, 'fetch'>;
  readonly now: () => Date;
  /** From [0, 1). */
  readonly random: () => number;
  readonly onReport: (report: RefreshReport) => void;
}

/** RFC 5280 §4.2.1.13: http, and https although §8 warns of it; LDAP is not fetched. */
const SCHEMES = ['http', 'https'] as const;
const PORTS = [80, 443];
/** Some 25,000 entries. Every token service reads the list between two requests: 10 MiB would stop it for seconds. */
const MAXIMUM_BYTES = 1024 * 1024;
/** Tasks taken up by one look for what is due. */
const AT_ONCE = 100;
const ACTOR: Actor = { id: 'job:revocation-refresh', requestId: null };

type Attempt = Pick<RefreshReport, 'outcome' | 'error'> & { readonly nextDue?: Date };

/**
 * Keeps the CRLs of every anchor that asks for revocation young. The last good one stays until a younger one is there;
 * what that means for a certificate is decided where it is used.
 *
 * Fetches only what stands in `revocation_source`: URLs of validated paths, noted by the token service.
 */
export class RevocationRefresh implements JobKind<RevocationSource> {
  readonly name = 'revocation-refresh';
  readonly concurrency = 4;
  readonly expireInSeconds = 60;

  constructor(
    private readonly ports: RevocationRefreshPorts,
    /** Hosts of private networks that the operator listed. */
    private readonly listedHosts: ReadonlySet<string>,
  ) {}

  findDue(): Promise<readonly RevocationSource[]> {
    return this.ports.schedule.findDue(this.ports.now(), AT_ONCE);
  }

  async perform(source: RevocationSource): Promise<void> {
    const { schedule, now, random, onReport } = this.ports;
    const state = await schedule.find(source);
    // Another replica was faster.
    if (state === undefined || state.nextDue > now()) return;
    let fault: unknown;
    const attempt = await this.attempt(source).catch((thrown: unknown): Attempt => {
      fault = thrown;
      return { outcome: 'fault', error: 'an error of ours: see the log of the admin app' };
    });
    const at = now();
    // Names from what was fetched stand in it.
    const error = loggable(attempt.error);
    const nextDue = attempt.nextDue ?? retryAt(lastWait(state), at, random());
    await schedule.record(source, { at, error, nextDue });
    onReport({ ...source, outcome: attempt.outcome, error, nextDue });
    if (fault !== undefined) throw fault;
  }

  private async attempt({ anchorId, url }: RevocationSource): Promise<Attempt> {
    const { registry, outbound, now } = this.ports;
    const anchor = await registry.findAnchor(anchorId);
    if (anchor === undefined) return { outcome: 'not_usable', error: 'the anchor was removed' };
    const rule: OutboundRule = { schemes: SCHEMES, ports: PORTS, listedHosts: this.listedHosts };
    const answer = await outbound.fetch(url, rule, MAXIMUM_BYTES);
    if (!answer.fetched) {
      const { refusal, detail } = answer;
      return {
        outcome: 'not_fetched',
        error: `${refusal}: ${OUTBOUND_REFUSALS[refusal]}${detail && ` (${detail})`}`,
      };
    }
    const fetched = parseFetchedList(anchor, url, answer.body, now());
    if (!fetched.usable) return { outcome: 'not_usable', error: fetched.why };
    return this.store(fetched.list);
  }

  private async store(list: NewRevocationList): Promise<Attempt> {
    const { registry, now, random } = this.ports;
    const stored = await registry.storeRevocationList(ACTOR, list);
    if (!stored.written) return { outcome: 'not_usable', error: `${stored.refused}: ${stored.what}` };
    const until = freshUntil(list, PARTNER_REVOCATION, now());
    // Stored all the same: what stands on it is revoked. But the source is not what it should be.
    if (until === undefined)
      return { outcome: 'stale', error: 'the CRL at the source is past its nextUpdate' };
    const nextDue = refreshAt({ from: list.thisUpdate, until }, now(), random());
    return { outcome: 'stored', error: undefined, nextDue };
  }
}

/** Milliseconds between the last failure and now, as they were planned; `undefined` if there was none. */
function lastWait({ lastError, lastAttempt, nextDue }: SourceState): number | undefined {
  if (lastError === undefined || lastAttempt === undefined) return undefined;
  return nextDue.getTime() - lastAttempt.getTime();
}
