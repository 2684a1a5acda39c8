import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { originOf } from '@holdfast/certificate-source';
import { loggable, toTransportRefusal, TRANSPORT_STATUS } from '@holdfast/http-platform';
import {
  OAuthError,
  REASONS,
  ServiceUnavailable,
  type OAuthErrorCode,
  type Reason,
} from '@holdfast/oauth-protocol';
import type { DecisionRecorder, ProxyRefusal } from '@holdfast/token-issuance';

/** The only status codes of this app (RFC 6749 §5.2). 401 for invalid_client without a challenge: ADR 0006. */
const STATUS = {
  invalid_request: 400,
  invalid_client: 401,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  invalid_scope: 400,
  invalid_target: 400,
  temporarily_unavailable: 503,
  server_error: 500,
} as const satisfies Record<OAuthErrorCode, number>;

/** One answer, before it is written. */
interface Answer {
  readonly status: number;
  readonly code: OAuthErrorCode;
  readonly text: string;
  /** For the log; told to the caller as a link only where the list of reasons says so. */
  readonly reason: Reason;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Every error of this app leaves here: caller and operator get two different texts, joined by the request id. */
@Catch()
export class OAuthErrorFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly issuer: string,
    private readonly onAnswer: (reason: Reason) => void,
    /** Absent where no proxy calls. */
    private readonly recorder?: DecisionRecorder,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const answer = answerTo(error);
    this.log(error, answer, request);
    this.onAnswer(answer.reason);
    if (isProxyRefusal(answer.reason)) {
      const context = { requestId: request.id, ...originOf(request) };
      this.recorder?.countProxyRefusal(answer.reason, String((error as Error).cause), context);
    }
    void reply
      .code(answer.status)
      .headers({
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-store',
        ...answer.headers,
      })
      .send({
        error: answer.code,
        error_description: answer.text,
        ...(REASONS[answer.reason].told ? { error_uri: `${this.issuer}/errors/${answer.reason}` } : {}),
        request_id: request.id,
      });
  }

  private log(error: unknown, answer: Answer, request: FastifyRequest): void {
    const fields = {
      request_id: request.id,
      method: request.method,
      path: loggable(request.url.split('?')[0]),
      ...originOf(request),
      status: answer.status,
      error: answer.code,
      reason: answer.reason,
    };
    if (answer.status === 500) this.logger.error({ ...fields, err: error }, 'unexpected error');
    else if (answer.status === 503)
      this.logger.warn({ ...fields, err: (error as Error).cause }, 'unavailable');
    else this.logger.info({ ...fields, detail: (error as Error).cause }, 'refused');
  }
}

function isProxyRefusal(reason: Reason): reason is ProxyRefusal {
  return reason === 'proxy_not_authenticated' || reason === 'proxy_header_malformed';
}

function answerTo(error: unknown): Answer {
  if (error instanceof OAuthError) {
    return { status: STATUS[error.code], code: error.code, text: error.message, reason: error.denial };
  }
  if (error instanceof ServiceUnavailable) {
    const { outage, retryAfterSeconds } = error;
    const headers = { 'retry-after': String(retryAfterSeconds) };
    return {
      status: 503,
      code: 'temporarily_unavailable',
      text: `${outage}: ${REASONS[outage].meaning}`,
      reason: outage,
      headers,
    };
  }
  const refused = toTransportRefusal(error);
  if (refused !== undefined) {
    const { reason, headers } = refused;
    const text = `${reason}: ${REASONS[reason].meaning}`;
    return { status: TRANSPORT_STATUS[reason], code: 'invalid_request', text, reason, headers };
  }
  return {
    status: 500,
    code: 'server_error',
    text: 'an unexpected error happened',
    reason: 'internal_error',
  };
}
