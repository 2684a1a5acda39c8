import type { ClientId } from '@holdfast/oauth-protocol';
import type { CertificateConfirmation } from '@holdfast/token-binding';

/** The claims of an access token: RFC 9068 §2.2 with `cnf` of RFC 8705 §3.1, `partner` and `env`. Times in seconds. */
export interface AccessTokenClaims {
  readonly iss: string;
  /** Equal to `client_id`: with client credentials there is no other subject (RFC 9068 §2.2). */
  readonly sub: ClientId;
  readonly aud: string;
  readonly client_id: ClientId;
  /** The partner that the client belongs to. */
  readonly partner: string;
  /** The environment that the token is for, e.g. `sandbox`. */
  readonly env: string;
  /** Space-delimited. */
  readonly scope: string;
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
  readonly cnf: CertificateConfirmation;
}

/** Signs claims as a JWT of type `at+jwt` (RFC 9068 §2.1). A failure is a fault, never a refusal. */
export interface AccessTokenSigner {
  sign(claims: AccessTokenClaims): Promise<string>;
}

/** A token that may leave: signed, and its event durable. */
export interface IssuedToken {
  readonly accessToken: string;
  readonly expiresIn: number;
  readonly scope: string;
}
