import { freshUntil, PARTNER_REVOCATION } from '@holdfast/certificate-validation';
import type {
  Actor,
  NewOcspResponse,
  NewRevocationList,
  RegistryAdministration,
  Written,
} from '@holdfast/client-registry';
import {
  OUTBOUND_REFUSALS,
  type OutboundFetch,
  type OutboundRequest,
  type OutboundRule,
} from '@holdfast/outbound-fetch';
import { loggable } from '@holdfast/http-platform';
import type { OcspQuestion, RevocationSchedule, RevocationSource, SourceState } from '@holdfast/postgres';
import type { CertificateThumbprint } from '@holdfast/token-binding';
import { parseFetchedList } from './fetched-list.js';
import { parseFetchedResponse, toRequest } from './fetched-response.js';
import type { JobKind } from './job-queue.js';
import { refreshAt, retryAt, type Lifetime } from './refresh-times.js';

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
  readonly registry: Pick<
    RegistryAdministration,
    'findAnchor' | 'storeRevocationList' | 'storeOcspResponse' | 'removeOcspResponse'
  >;
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
const MAXIMUM_LIST_BYTES = 1024 * 1024;
const MAXIMUM_RESPONSE_BYTES = 64 * 1024;
/** Tasks taken up by one look for what is due. */
const AT_ONCE = 100;
const ACTOR: Actor = { id: 'job:revocation-refresh', requestId: null };

type Attempt = Pick<RefreshReport, 'outcome' | 'error'> & { readonly nextDue?: Date };

/**
 * Keeps the CRLs and OCSP responses of every anchor that asks for revocation young. The last good one stays until a younger
 * one is there; what that means for a certificate is decided where it is used.
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
    const { schedule, now } = this.ports;
    const state = await schedule.find(source);
    // Another replica was faster.
    if (state === undefined || state.nextDue > now()) return;
    if (state.question !== undefined && state.question.endsAt < now()) await this.forget(source);
    else await this.refresh(source, state);
  }

  /** Whether a certificate that has ended is revoked is nobody's question any more. */
  private async forget(source: RevocationSource): Promise<void> {
    const { anchorId, url, about } = source;
    const certificate = about as CertificateThumbprint;
    await this.ports.registry.removeOcspResponse(ACTOR, { anchorId, source: url, certificate });
    await this.ports.schedule.remove(source);
  }

  private async refresh(source: RevocationSource, state: SourceState): Promise<void> {
    const { schedule, now, random, onReport } = this.ports;
    let fault: unknown;
    const attempt = await this.attempt(source, state.question).catch((thrown: unknown): Attempt => {
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

  private attempt(source: RevocationSource, question: OcspQuestion | undefined): Promise<Attempt> {
    return question === undefined ? this.fetchList(source) : this.askResponder(source, question);
  }

  private async fetchList({ anchorId, url }: RevocationSource): Promise<Attempt> {
    const anchor = await this.ports.registry.findAnchor(anchorId);
    if (anchor === undefined) return { outcome: 'not_usable', error: 'the anchor was removed' };
    const answer = await this.fetch(url, { maxBytes: MAXIMUM_LIST_BYTES });
    if (!answer.fetched) return answer.attempt;
    const fetched = parseFetchedList(anchor, url, answer.body, this.ports.now());
    return fetched.usable ? this.storeList(fetched.list) : { outcome: 'not_usable', error: fetched.why };
  }

  private async askResponder(source: RevocationSource, question: OcspQuestion): Promise<Attempt> {
    const send = toRequest(question);
    const answer = await this.fetch(source.url, { maxBytes: MAXIMUM_RESPONSE_BYTES, send });
    if (!answer.fetched) return answer.attempt;
    const fetched = parseFetchedResponse(source, question, answer.body, this.ports.now());
    return fetched.usable
      ? this.storeResponse(fetched.response)
      : { outcome: 'not_usable', error: fetched.why };
  }

  private async fetch(
    url: string,
    request: OutboundRequest,
  ): Promise<
    | { readonly fetched: true; readonly body: Uint8Array }
    | { readonly fetched: false; readonly attempt: Attempt }
  > {
    const rule: OutboundRule = { schemes: SCHEMES, ports: PORTS, listedHosts: this.listedHosts };
    const answer = await this.ports.outbound.fetch(url, rule, request);
    if (answer.fetched) return { fetched: true, body: answer.body };
    const { refusal, detail } = answer;
    const error = `${refusal}: ${OUTBOUND_REFUSALS[refusal]}${detail && ` (${detail})`}`;
    return { fetched: false, attempt: { outcome: 'not_fetched', error } };
  }

  private async storeList(list: NewRevocationList): Promise<Attempt> {
    const { registry, now } = this.ports;
    const until = freshUntil(list, PARTNER_REVOCATION, now());
    const attempt = this.toAttempt(await registry.storeRevocationList(ACTOR, list), {
      from: list.thisUpdate,
      until: until ?? now(),
    });
    // Stored all the same: what stands on it is revoked. But the source is not what it should be.
    return attempt.outcome === 'stored' && until === undefined
      ? { outcome: 'stale', error: 'the CRL at the source is past its nextUpdate' }
      : attempt;
  }

  private async storeResponse(response: NewOcspResponse): Promise<Attempt> {
    const { registry, now } = this.ports;
    const stored = await registry.storeOcspResponse(ACTOR, response);
    // What is revoked may only have been on hold: it is asked about again now and then.
    const until = response.freshUntil ?? new Date(now().getTime() + ASK_AGAIN_ABOUT_REVOKED_MS);
    return this.toAttempt(stored, { from: response.producedAt, until });
  }

  private toAttempt(stored: Written<unknown>, lifetime: Lifetime): Attempt {
    if (!stored.written) return { outcome: 'not_usable', error: `${stored.refused}: ${stored.what}` };
    const nextDue = refreshAt(lifetime, this.ports.now(), this.ports.random());
    return { outcome: 'stored', error: undefined, nextDue };
  }
}

const ASK_AGAIN_ABOUT_REVOKED_MS = 12 * 3_600_000;

/** Milliseconds between the last failure and now, as they were planned; `undefined` if there was none. */
function lastWait({ lastError, lastAttempt, nextDue }: SourceState): number | undefined {
  if (lastError === undefined || lastAttempt === undefined) return undefined;
  return nextDue.getTime() - lastAttempt.getTime();
}
