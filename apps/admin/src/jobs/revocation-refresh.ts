import { freshUntil, PARTNER_REVOCATION } from '@holdfast/certificate-validation';
import type {
  Actor,
  NewOcspResponse,
  NewRevocationList,
  RegistryAdministration,
  Written,
} from '@holdfast/client-registry';
import type { OutboundFetch, OutboundRequest, OutboundRule } from '@holdfast/outbound-fetch';
import type {
  OcspQuestion,
  RevocationSchedule,
  RevocationSource,
  RevocationSourceState,
} from '@holdfast/postgres';
import type { CertificateThumbprint } from '@holdfast/token-binding';
import { fetchFrom, type Attempt as AnyAttempt } from './fetch-attempt.js';
import { parseFetchedList } from './fetched-list.js';
import { parseFetchedResponse, toRequest } from './fetched-response.js';
import { refreshAt, type Lifetime } from './refresh-times.js';
import { SourceRefresh, type SourceRefreshPorts, type SourceReport } from './source-refresh.js';

type Outcome = 'stored' | 'not_usable' | 'stale';
type Attempt = AnyAttempt<Outcome>;

/** How an attempt went: the labels of the metric. */
export type RefreshOutcome = Attempt['outcome'];

export type RefreshReport = SourceReport<RevocationSource, Outcome>;

export interface RevocationRefreshPorts extends SourceRefreshPorts<
  RevocationSource,
  RevocationSourceState,
  Outcome
> {
  readonly schedule: RevocationSchedule;
  readonly registry: Pick<
    RegistryAdministration,
    'findAnchor' | 'storeRevocationList' | 'storeOcspResponse' | 'removeOcspResponse'
  >;
  readonly outbound: Pick<OutboundFetch, 'fetch'>;
}

/** RFC 5280 §4.2.1.13: http, and https although §8 warns of it; LDAP is not fetched. */
const SCHEMES = ['http', 'https'] as const;
const PORTS = [80, 443];
/** Some 25,000 entries. Every token service reads the list between two requests: 10 MiB would stop it for seconds. */
const MAXIMUM_LIST_BYTES = 1024 * 1024;
const MAXIMUM_RESPONSE_BYTES = 64 * 1024;
const ACTOR: Actor = { id: 'job:revocation-refresh', requestId: null };

/**
 * Keeps the CRLs and OCSP responses of every anchor that asks for revocation young. The last good one stays until a younger
 * one is there; what that means for a certificate is decided where it is used.
 *
 * Fetches only what stands in `revocation_source`: URLs of validated paths, noted by the token service.
 */
export class RevocationRefresh extends SourceRefresh<RevocationSource, RevocationSourceState, Outcome> {
  readonly name = 'revocation-refresh';

  constructor(
    private readonly ports: RevocationRefreshPorts,
    /** Hosts of private networks that the operator listed. */
    private readonly listedHosts: ReadonlySet<string>,
  ) {
    super(ports);
  }

  protected override performDue(source: RevocationSource, state: RevocationSourceState): Promise<void> {
    const hasEnded = state.question !== undefined && state.question.endsAt < this.ports.now();
    return hasEnded ? this.forget(source) : super.performDue(source, state);
  }

  /** Whether a certificate that has ended is revoked is nobody's question any more. */
  private async forget(source: RevocationSource): Promise<void> {
    const { anchorId, url, about } = source;
    const certificate = about as CertificateThumbprint;
    await this.ports.registry.removeOcspResponse(ACTOR, { anchorId, source: url, certificate });
    await this.ports.schedule.remove(source);
  }

  protected attempt(source: RevocationSource, { question }: RevocationSourceState): Promise<Attempt> {
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

  private fetch(url: string, request: OutboundRequest): ReturnType<typeof fetchFrom> {
    const rule: OutboundRule = { schemes: SCHEMES, ports: PORTS, listedHosts: this.listedHosts };
    return fetchFrom(this.ports.outbound, url, rule, request);
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
