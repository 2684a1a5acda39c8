import type { TokenResponse } from '@holdfast/oauth-protocol';
import type { IssuedToken } from '@holdfast/token-issuance';

/** RFC 6749 §5.1. `scope` is always there: it may differ from what was asked (§3.3). `token_type` stays Bearer (RFC 8705 §3). */
export function toTokenResponse(token: IssuedToken): TokenResponse {
  return {
    access_token: token.accessToken,
    token_type: 'Bearer',
    expires_in: token.expiresIn,
    scope: token.scope,
  };
}
