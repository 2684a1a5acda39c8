/** Why nothing was fetched: every refusal of the guard, with its sentence for the operator. */
export const OUTBOUND_REFUSALS = {
  url_malformed: 'the address is not an absolute URL that every parser reads alike',
  scheme_not_allowed: 'the scheme of the address is not one that may be fetched',
  credentials_in_url: 'the address holds credentials',
  fragment_in_url: 'the address holds a fragment',
  port_not_allowed: 'the port of the address is not one that may be connected to',
  host_not_allowed: 'the host is not a fully qualified name, and not one that the operator listed',
  host_unresolved: 'the host has no address',
  address_not_public: 'the host has an address that is not public, and the operator did not list it',
  too_busy: 'too many fetches wait already',
  connection_failed: 'the server could not be reached, could not prove its name, or hung up',
  timed_out: 'the answer did not come in time',
  answer_malformed: 'the answer is not HTTP, or its header is too large',
  redirected: 'the server leads elsewhere; redirects are not followed',
  status_not_ok: 'the server answered with a status other than 200',
  content_encoded: 'the answer is compressed although that was not asked for',
  body_too_large: 'the answer is larger than allowed',
} as const satisfies Record<string, string>;

export type OutboundRefusal = keyof typeof OUTBOUND_REFUSALS;

/** The outcome of an attempt that led to nothing. */
export interface NotFetched {
  readonly fetched: false;
  readonly refusal: OutboundRefusal;
  /** What was met, for the operator: a status, an address, an error code. Never a part of the body. */
  readonly detail: string;
}

/** Carries a refusal out of the depth of a fetch; never leaves this library. */
export class Refused extends Error {
  constructor(
    readonly refusal: OutboundRefusal,
    readonly detail = '',
  ) {
    super(refusal);
  }

  toOutcome(): NotFetched {
    return { fetched: false, refusal: this.refusal, detail: this.detail };
  }
}
