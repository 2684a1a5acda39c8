import { toTransportRefusal, TRANSPORT_STATUS, TransportRefusal } from '@holdfast/http-platform';
import { REASONS, ServiceUnavailable, type Reason, type UpstreamFailure } from '@holdfast/oauth-protocol';
import { AccessRefused, toAnswer } from '@holdfast/resource-guard';

/** The API behind the gateway gave no answer that could be passed on; `cause` is for the log. */
export class UpstreamFailed extends Error {
  override readonly name = 'UpstreamFailed';
  constructor(
    readonly failure: UpstreamFailure,
    cause: unknown,
  ) {
    super(failure, { cause });
  }
}

/** An answer of the gateway itself. */
export interface GatewayAnswer {
  readonly status: number;
  readonly reason: Reason;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, string>>;
}

/** RFC 9110 §15.6.3, §15.6.5. */
const UPSTREAM_STATUS = {
  upstream_unreachable: 502,
  upstream_broken: 502,
  upstream_timeout: 504,
} as const satisfies Record<UpstreamFailure, number>;

/** The whole answer to a request that is not forwarded, or whose upstream failed. The only status codes of this app. */
export function answerTo(error: unknown): GatewayAnswer {
  if (error instanceof AccessRefused) return { reason: error.rejection, ...toAnswer(error) };
  if (error instanceof ServiceUnavailable) return { reason: error.outage, ...toAnswer(error) };
  if (error instanceof UpstreamFailed) {
    const { failure } = error;
    return answer(failure, UPSTREAM_STATUS[failure], 'upstream_failed');
  }
  const refused = toTransportRefusal(error);
  if (refused === undefined) return answer('internal_error', 500, 'server_error');
  return {
    ...answer(refused.reason, TRANSPORT_STATUS[refused.reason], 'invalid_request'),
    headers: { ...ALWAYS, ...refused.headers },
  };
}

/** What the operator reads of a refusal's cause: its text, never the token. */
export function detailOf(error: unknown): string | undefined {
  const { cause } = (error ?? {}) as { cause?: unknown };
  if (typeof cause === 'string') return cause;
  const { message, code } = (cause ?? {}) as { message?: unknown; code?: unknown };
  return typeof message === 'string' ? [code, message].filter(Boolean).join(': ') : undefined;
}

/** A refusal of the request itself. */
export function refusal(
  reason: TransportRefusal['reason'],
  headers?: Readonly<Record<string, string>>,
): TransportRefusal {
  return new TransportRefusal(reason, headers);
}

const ALWAYS = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' } as const;

function answer(reason: Reason, status: number, error: string): GatewayAnswer {
  const body = { error, error_description: `${reason}: ${REASONS[reason].meaning}` };
  return { status, reason, headers: ALWAYS, body };
}
