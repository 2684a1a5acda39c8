import type { Reason } from './reasons.js';

/** Error codes of the token endpoint: RFC 6749 §5.2, RFC 8707 §2; `temporarily_unavailable` is our 503. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'temporarily_unavailable'
  | 'server_error';

/** What the operator reads and the caller never does. */
export interface RefusalDetail {
  readonly denial: Reason;
  /** The verdict or error behind the refusal; for the log. */
  readonly cause?: unknown;
}

/**
 * A refusal: the request ends here. `code` and `message` go to the caller, `denial` and `cause` to log and audit.
 * It names no status code: those stand in one table per app, in its filter.
 */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly denial: Reason;

  constructor(
    readonly code: OAuthErrorCode,
    publicText: string,
    detail: RefusalDetail,
  ) {
    super(publicText, { cause: detail.cause });
    this.denial = detail.denial;
  }
}
