import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { InputProblem, ProblemCode } from '@holdfast/admin-contract';
import type { WriteRefusal } from '@holdfast/client-registry';
import { loggable, toTransportRefusal } from '@holdfast/http-platform';
import { REASONS, ServiceUnavailable, type RequestRefusal } from '@holdfast/oauth-protocol';
import { SignInRefused, type SignInRefusal } from '@holdfast/people';
import { StorageUnavailable } from '@holdfast/postgres';
import { AccessRefused, toChallenge } from '@holdfast/resource-guard';
import { PreconditionRequired } from './entity-tag.js';
import { InputRefused, WriteRefused } from './refused-input.js';

/** The only status codes of this app. */
const STATUS = {
  invalid_input: 422,
  not_found: 404,
  already_exists: 409,
  identity_taken: 409,
  not_allowed: 422,
  precondition_failed: 412,
  precondition_required: 428,
  unauthenticated: 401,
  link_unusable: 401,
  last_passkey: 409,
  forbidden: 403,
  too_many_requests: 429,
  unavailable: 503,
  method_not_allowed: 405,
  body_too_large: 413,
  media_type_unsupported: 415,
  headers_too_large: 431,
  internal_error: 500,
} as const satisfies Record<ProblemCode, number>;

const TITLE = {
  invalid_input: 'The input cannot be used',
  not_found: 'There is no such thing here',
  already_exists: 'It exists already',
  identity_taken: 'This certificate or name belongs to a client already',
  not_allowed: 'These do not fit together',
  precondition_failed: 'It has changed meanwhile',
  precondition_required: 'If-Match is needed',
  unauthenticated: 'Sign-in, or a bound access token, is needed',
  link_unusable: 'This link cannot be used',
  last_passkey: 'The last passkey stays',
  forbidden: 'This is not allowed',
  too_many_requests: 'Too many attempts',
  unavailable: 'The service cannot answer at the moment',
  method_not_allowed: 'This method is not allowed here',
  body_too_large: 'The body is too large',
  media_type_unsupported: 'This media type is not supported here',
  headers_too_large: 'The header is too large',
  internal_error: 'An unexpected error happened',
} as const satisfies Record<ProblemCode, string>;

interface Answer {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly InputProblem[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Every error of this app leaves here, as problem+json (RFC 9457). */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly onAnswer: (code: string) => void,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { code, detail, errors = [], headers } = answerTo(error);
    const status = STATUS[code];
    this.onAnswer(code);
    const fields = {
      request_id: request.id,
      method: request.method,
      path: loggable(request.url.split('?')[0]),
      status,
      code,
    };
    if (status >= 500) this.logger.error({ ...fields, err: error }, 'failed');
    else this.logger.info({ ...fields, detail: loggable((error as Error).message) }, 'refused');
    void reply
      .code(status)
      .headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers })
      .send(
        JSON.stringify({
          type: `urn:holdfast:problem:${code}`,
          title: TITLE[code],
          status,
          code,
          detail,
          errors,
          request_id: request.id,
        }),
      );
  }
}

function answerTo(error: unknown): Answer {
  if (error instanceof InputRefused)
    return { code: 'invalid_input', detail: summary(error.problems), errors: error.problems };
  if (error instanceof WriteRefused)
    return { code: CODE[error.refusal.refused], detail: DETAIL[error.refusal.refused](error.refusal.what) };
  if (error instanceof PreconditionRequired) return { code: 'precondition_required', detail: error.message };
  if (error instanceof AccessRefused) {
    const { status, body, wwwAuthenticate } = toChallenge(error);
    const code = status === 403 ? 'forbidden' : 'unauthenticated';
    return { code, detail: body.error_description, headers: { 'www-authenticate': wwwAuthenticate } };
  }
  if (error instanceof SignInRefused) {
    const { refusal, retryAfter } = error;
    const answer = SIGN_IN[refusal];
    return retryAfter === undefined ? answer : { ...answer, headers: { 'retry-after': String(retryAfter) } };
  }
  if (error instanceof StorageUnavailable) return unavailable(OUTCOME[error.outcome]);
  if (error instanceof ServiceUnavailable)
    return unavailable(`${REASONS[error.outage].meaning}; nothing was changed`);
  const refused = toTransportRefusal(error);
  if (refused !== undefined) {
    return {
      code: TRANSPORT_CODE[refused.reason],
      detail: REASONS[refused.reason].meaning,
      headers: refused.headers,
    };
  }
  return { code: 'internal_error', detail: 'the log line of the request id says more' };
}

function unavailable(detail: string): Answer {
  return { code: 'unavailable', detail, headers: { 'retry-after': '5' } };
}

/** What a caller has to know before trying again. */
const OUTCOME = {
  unchanged: 'the database does not answer; nothing was changed',
  unknown: 'the database did not confirm; look whether the change was made before you repeat it',
} as const satisfies Record<StorageUnavailable['outcome'], string>;

const CODE = {
  already_exists: 'already_exists',
  not_found: 'not_found',
  identity_taken: 'identity_taken',
  not_allowed: 'not_allowed',
  stale: 'precondition_failed',
} as const satisfies Record<WriteRefusal['refused'], ProblemCode>;

const DETAIL = {
  already_exists: (what) => `${what} exists already`,
  not_found: (what) => `there is no such ${what}`,
  identity_taken: (what) =>
    `${what}: this certificate, or this name under this CA key, identifies a client already; it can identify only one`,
  not_allowed: (what) => `not allowed: ${what}`,
  stale: (what) => `${what} was changed by somebody else since you read it; read it again`,
} as const satisfies Record<WriteRefusal['refused'], (what: string) => string>;

const SIGN_IN = {
  signed_out: { code: 'unauthenticated', detail: 'sign in first' },
  link_unusable: {
    code: 'link_unusable',
    detail: 'this link is unknown, was used already, or is too old; ask for another one',
  },
  passkey_refused: { code: 'unauthenticated', detail: 'this passkey is not accepted here' },
  passkey_needed: { code: 'forbidden', detail: 'set up a passkey first' },
  passkey_unknown: { code: 'not_found', detail: 'you have no such passkey' },
  last_passkey: {
    code: 'last_passkey',
    detail: 'this is your only passkey, and without one you could not sign in; add another one first',
  },
  foreign_origin: { code: 'forbidden', detail: 'this request does not come from the pages of this service' },
  too_many_attempts: { code: 'too_many_requests', detail: 'too many attempts; wait a minute' },
} as const satisfies Record<SignInRefusal, Pick<Answer, 'code' | 'detail'>>;

const TRANSPORT_CODE = {
  request_malformed: 'invalid_input',
  grant_type_unsupported: 'invalid_input',
  path_unknown: 'not_found',
  method_not_allowed: 'method_not_allowed',
  media_type_unsupported: 'media_type_unsupported',
  body_too_large: 'body_too_large',
  headers_too_large: 'headers_too_large',
  // Nothing here answers so: those of the gateway do.
  request_timeout: 'invalid_input',
  rate_exceeded: 'too_many_requests',
  // No proxy listener leads here.
  proxy_not_authenticated: 'forbidden',
  proxy_header_malformed: 'invalid_input',
} as const satisfies Record<RequestRefusal, ProblemCode>;

function summary(problems: readonly InputProblem[]): string {
  return problems.length === 1 ? '1 problem' : `${problems.length} problems`;
}
