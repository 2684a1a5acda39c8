import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { originOf } from '@holdfast/certificate-source';
import { loggable, toTransportRefusal, TRANSPORT_STATUS } from '@holdfast/http-platform';
import { REASONS, ServiceUnavailable, type Outage, type Reason } from '@holdfast/oauth-protocol';
import { AccessRefused, toChallenge } from '@holdfast/resource-guard';
import { OrderInvalid, OrderNotFound } from '../orders/order-refused.js';

interface Answer {
  readonly status: number;
  readonly reason: Reason | 'not_found' | 'invalid_order';
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Every error of this app leaves here, in the form of RFC 6750 §3 where a token is concerned. */
@Catch()
export class ResourceErrorFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly onAnswer: (reason: string) => void,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { status, reason, body, headers } = answerTo(error);
    this.onAnswer(reason);
    const fields = {
      request_id: request.id,
      method: request.method,
      path: loggable(request.url.split('?')[0]),
      ...originOf(request),
      status,
      reason,
    };
    if (status >= 500) this.logger.error({ ...fields, err: error }, 'failed');
    else this.logger.info({ ...fields, detail: toDetail(error) }, 'refused');
    void reply
      .code(status)
      .headers({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers })
      .send({ ...body, request_id: request.id });
  }
}

function answerTo(error: unknown): Answer {
  if (error instanceof AccessRefused) {
    const { status, body, wwwAuthenticate } = toChallenge(error);
    return {
      status,
      reason: error.rejection,
      body: { ...body },
      headers: { 'www-authenticate': wwwAuthenticate },
    };
  }
  if (error instanceof ServiceUnavailable) return unavailable(error.outage, error.retryAfterSeconds);
  if (error instanceof OrderNotFound) {
    return {
      status: 404,
      reason: 'not_found',
      body: { error: 'not_found', error_description: error.message },
    };
  }
  if (error instanceof OrderInvalid) {
    return {
      status: 400,
      reason: 'invalid_order',
      body: { error: 'invalid_request', problems: error.problems },
    };
  }
  const refused = toTransportRefusal(error);
  if (refused !== undefined) {
    const body = {
      error: 'invalid_request',
      error_description: `${refused.reason}: ${REASONS[refused.reason].meaning}`,
    };
    return {
      status: TRANSPORT_STATUS[refused.reason],
      reason: refused.reason,
      body,
      headers: refused.headers,
    };
  }
  return {
    status: 500,
    reason: 'internal_error',
    body: { error: 'server_error', error_description: 'an unexpected error happened' },
  };
}

function unavailable(outage: Outage, retryAfterSeconds: number): Answer {
  const body = {
    error: 'temporarily_unavailable',
    error_description: `${outage}: ${REASONS[outage].meaning}`,
  };
  return { status: 503, reason: outage, body, headers: { 'retry-after': String(retryAfterSeconds) } };
}

/** What the log says of a refusal's cause: its text, never the token. */
function toDetail(error: unknown): string | undefined {
  const { cause } = error as { cause?: unknown };
  return cause instanceof Error ? cause.message : typeof cause === 'string' ? cause : undefined;
}
