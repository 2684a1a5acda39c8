declare const brand: unique symbol;

/** A well-formed client identifier: 3 to 63 of `a-z`, `0-9`, `-`, beginning with a letter or digit. */
export type ClientId = string & { readonly [brand]: 'ClientId' };

const CLIENT_ID = /^[a-z0-9][a-z0-9-]{2,62}$/;

/** Whether `text` has the form of a client identifier. Does NOT say that such a client exists. */
export function isClientId(text: string): text is ClientId {
  return CLIENT_ID.test(text);
}

/** A token request as it came out of the form body, well-formed (RFC 6749 §4.4.2). */
export interface TokenRequest {
  readonly grantType: 'client_credentials';
  readonly clientId: ClientId;
  /** Requested scopes; `undefined` when the parameter was absent or empty (RFC 6749 §3.3). */
  readonly scopes: readonly string[] | undefined;
  /** Values of `resource`, the one repeatable parameter (RFC 8707 §2), unchecked. */
  readonly resources: readonly string[];
}

/** A request about a token (RFC 7662 §2.1, RFC 7009 §2.1), well-formed. Hints at its type are not used: there is one type. */
export interface TokenQuestion {
  readonly clientId: ClientId;
  readonly token: string;
}

/** RFC 6749 §5.1: what a granted request is answered with. */
export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds until `exp`. */
  readonly expires_in: number;
  /** Granted scopes, space-delimited. */
  readonly scope: string;
}
