import { REASONS, type AccessRejection } from '@holdfast/oauth-protocol';
import type { AccessRefused } from './access-refused.js';

/** An answer to a refused call, complete (RFC 6750 §3). */
export interface Challenge {
  readonly status: 400 | 401 | 403;
  readonly wwwAuthenticate: string;
  readonly body: { readonly error: string; readonly error_description: string };
}

type BearerError = 'none' | 'invalid_request' | 'invalid_token' | 'insufficient_scope';

/** RFC 6750 §3.1; a missing certificate is an unusable token (RFC 8705 §3), not a malformed request. */
export const BEARER_ERROR = {
  token_absent: 'none',
  token_malformed: 'invalid_token',
  token_expired: 'invalid_token',
  token_untrusted: 'invalid_token',
  binding_missing: 'invalid_token',
  binding_mismatch: 'invalid_token',
  certificate_absent: 'invalid_token',
  certificate_unparsable: 'invalid_token',
  certificate_refused_by_proxy: 'invalid_token',
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
  const scope = error === 'insufficient_scope' ? `, scope="${refused.requiredScopes.join(' ')}"` : '';
  return {
    status: STATUS[error],
    // RFC 6750 §3.1: no error code when the request carries no token at all.
    wwwAuthenticate:
      error === 'none' ? 'Bearer' : `Bearer error="${error}", error_description="${text}"${scope}`,
    body: { error: error === 'none' ? 'invalid_token' : error, error_description: text },
  };
}
