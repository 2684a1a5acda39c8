import { parseFetchedKeySet, type Actor, type RegistryAdministration } from '@holdfast/client-registry';
import type { OutboundFetch, OutboundRule } from '@holdfast/outbound-fetch';
import type { KeySetSource, SourceState } from '@holdfast/postgres';
import { fetchFrom, type Attempt } from './fetch-attempt.js';
import { refreshAt } from './refresh-times.js';
import { SourceRefresh, type SourceRefreshPorts, type SourceReport } from './source-refresh.js';

type Outcome = 'stored' | 'not_usable' | 'key_exposed';

/** How an attempt went: the labels of the metric. */
export type KeySetOutcome = Attempt<Outcome>['outcome'];

export type KeySetReport = SourceReport<KeySetSource, Outcome>;

export interface KeySetRefreshPorts extends SourceRefreshPorts<KeySetSource, SourceState, Outcome> {
  readonly registry: Pick<RegistryAdministration, 'storeKeySet'>;
  readonly outbound: Pick<OutboundFetch, 'fetch'>;
}

/** 20 keys with a certificate and two issuers in each are some 60 KiB. */
const MAXIMUM_BYTES = 64 * 1024;
/** Half of this, more or less, passes between two fetches: so long a key counts that the partner has taken out. */
const REFRESH_MS = 2 * 3_600_000;
const ACTOR: Actor = { id: 'job:key-set-refresh', requestId: null };

/**
 * Fetches the key sets of clients that are registered with a `jwks_uri` (RFC 7591 §2), every hour or so, and at once when
 * the token service has met a certificate that a set lacks. The last good set stays until another good one is there; how
 * long it counts is decided where it is used.
 */
export class KeySetRefresh extends SourceRefresh<KeySetSource, SourceState, Outcome> {
  readonly name = 'key-set-refresh';

  constructor(
    private readonly ports: KeySetRefreshPorts,
    private readonly rule: OutboundRule,
  ) {
    super(ports);
  }

  protected async attempt({ credentialId: id, url }: KeySetSource): Promise<Attempt<Outcome>> {
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
