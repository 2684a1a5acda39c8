import { getBody, type Answer, type RequestBody } from './exchange.js';
import { FetchSlots, type SlotLimits } from './fetch-slots.js';
import { hostOf, readOutboundUrl, type OutboundRule, type OutboundUrl } from './outbound-url.js';
import { Refused, type NotFetched } from './refusal.js';
import { systemResolver, vettedAddresses, type Resolver } from './resolve-host.js';

export interface FetchLimits extends SlotLimits {
  /** Milliseconds until there is a connection, the look-up of the name and the TLS handshake included. */
  readonly connectMillis: number;
  /** Milliseconds until the body is complete, waiting for a slot excepted. */
  readonly totalMillis: number;
}

/** What a fetch may cost. */
export const FETCH_LIMITS: FetchLimits = {
  connectMillis: 3_000,
  totalMillis: 5_000,
  inTotal: 4,
  perHost: 1,
  waiting: 256,
};

/** What is fetched, when not with a plain GET. */
export interface OutboundRequest {
  /** The most that the body of the answer may have. */
  readonly maxBytes: number;
  /** Sent with POST. */
  readonly send?: RequestBody;
}

export interface OutboundFetchOptions {
  readonly limits?: FetchLimits;
  readonly resolve?: Resolver;
  /** PEM of the authorities that https servers may have, in place of Node's public ones. */
  readonly authorities?: string;
}

export type FetchOutcome = ({ readonly fetched: true } & Answer) | NotFetched;

/**
 * The one guard in front of every fetch of an address that somebody else named: in a certificate, by a partner.
 *
 * The host is resolved once, every address of it must be public, and only those are connected to. Redirects are not
 * followed, no proxy of the environment is used, nothing is decompressed, and time, size and concurrency are bounded.
 * Whatever goes wrong is an outcome; nothing is retried.
 *
 * Does NOT look at the body, nor at its type: whoever asked for it parses it strictly. Does NOT ask who wants to fetch:
 * only addresses from a validated certificate path, or given by an administrator, come here (RFC 8705 §7.5).
 */
export class OutboundFetch {
  private readonly limits: FetchLimits;
  private readonly slots: FetchSlots;
  private readonly resolve: Resolver;

  constructor(private readonly options: OutboundFetchOptions = {}) {
    this.limits = options.limits ?? FETCH_LIMITS;
    this.slots = new FetchSlots(this.limits);
    this.resolve = options.resolve ?? systemResolver;
  }

  async fetch(address: string, rule: OutboundRule, request: OutboundRequest): Promise<FetchOutcome> {
    try {
      const target = readOutboundUrl(address, rule);
      const host = hostOf(target.url);
      const answer = await this.slots.run(host, () => this.exchange(target, host, request));
      return { fetched: true, ...answer };
    } catch (error) {
      if (error instanceof Refused) return error.toOutcome();
      throw error;
    }
  }

  private async exchange(
    { url, isListed }: OutboundUrl,
    host: string,
    request: OutboundRequest,
  ): Promise<Answer> {
    const connect = deadline(this.limits.connectMillis, 'connecting');
    const total = deadline(this.limits.totalMillis, 'in total');
    try {
      const addresses = await Promise.race([
        vettedAddresses(host, isListed, this.resolve),
        connect.passed,
        total.passed,
      ]);
      return await getBody({
        url,
        addresses,
        maxBytes: request.maxBytes,
        send: request.send,
        authorities: this.options.authorities,
        connectLimit: connect.signal,
        totalLimit: total.signal,
      });
    } finally {
      connect.clear();
      total.clear();
    }
  }
}

/** A limit as a signal and as a promise: both carry a `Refused`. */
function deadline(milliseconds: number, what: string) {
  const controller = new AbortController();
  const { signal } = controller;
  const passed = new Promise<never>((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Refused)),
  );
  // Nobody may be waiting any more.
  passed.catch(() => undefined);
  const timer = setTimeout(
    () => controller.abort(new Refused('timed_out', `${milliseconds} ms ${what}`)),
    milliseconds,
  );
  return { signal, passed, clear: () => clearTimeout(timer) };
}
