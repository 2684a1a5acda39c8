import { REASONS, ServiceUnavailable, type AccessRejection } from '@holdfast/oauth-protocol';
import { type AccessRefused } from './access-refused.js';

/** An answer to a refused call, complete (RFC 6750 §3). */
export interface Challenge {
  readonly status: 400 | 401 | 403;
  readonly wwwAuthenticate: string;
  readonly body: { readonly error: string; readonly error_description: string };
}

/** The answer to a call that does not get through, for any framework. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, string>>;
}

type BearerError = 'none' | 'invalid_request' | 'invalid_token' | 'insufficient_scope';

/** RFC 6750 §3.1; a missing certificate is an unusable token (RFC 8705 §3), not a malformed request. */
export const BEARER_ERROR = {
  token_absent: 'none',
  token_malformed: 'invalid_token',
  token_expired: 'invalid_token',
  token_untrusted: 'invalid_token',
  token_inactive: 'invalid_token',
  token_revoked: 'invalid_token',
  binding_missing: 'invalid_token',
  binding_mismatch: 'invalid_token',
  certificate_absent: 'invalid_token',
  certificate_unparsable: 'invalid_token',
  certificate_refused_by_proxy: 'invalid_token',
  certificate_blocked: 'invalid_token',
  client_suspended: 'invalid_token',
  partner_suspended: 'invalid_token',
  credentials_malformed: 'invalid_request',
  scope_insufficient: 'insufficient_scope',
  route_undeclared: 'invalid_token',
} as const satisfies Record<AccessRejection, BearerError>;

const STATUS = {
  none: 401,
  invalid_request: 400,
  invalid_token: 401,
  insufficient_scope: 403,
} as const satisfies Record<BearerError, Challenge['status']>;

/** What the caller is answered: the reason where it is told, one bland text where it is not. */
export function toChallenge(refused: AccessRefused): Challenge {
  const error = BEARER_ERROR[refused.rejection];
  const { told, meaning } = REASONS[refused.rejection];
  const text = told ? `${refused.rejection}: ${meaning}` : 'the access token is not accepted here';
  const parameters = {
    // RFC 6750 §3.1: no error code when the request carries no token at all.
    ...(error === 'none' ? {} : { error, error_description: text }),
    ...(error === 'insufficient_scope' ? { scope: refused.requiredScopes.join(' ') } : {}),
    ...(refused.resourceMetadata === undefined ? {} : { resource_metadata: refused.resourceMetadata }),
  };
  const list = Object.entries(parameters).map(([name, value]) => `${name}="${value}"`);
  return {
    status: STATUS[error],
    wwwAuthenticate: ['Bearer', ...(list.length === 0 ? [] : [list.join(', ')])].join(' '),
    body: { error: error === 'none' ? 'invalid_token' : error, error_description: text },
  };
}

/** The whole answer to what a guard throws: 400, 401 or 403 with a challenge, or 503 when the trouble is ours. */
export function toAnswer(error: AccessRefused | ServiceUnavailable): Answer {
  const always = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  if (error instanceof ServiceUnavailable) {
    const text = `${error.outage}: ${REASONS[error.outage].meaning}`;
    return {
      status: 503,
      headers: { ...always, 'retry-after': String(error.retryAfterSeconds) },
      body: { error: 'temporarily_unavailable', error_description: text },
    };
  }
  const { status, wwwAuthenticate, body } = toChallenge(error);
  return { status, headers: { ...always, 'www-authenticate': wwwAuthenticate }, body };
}
