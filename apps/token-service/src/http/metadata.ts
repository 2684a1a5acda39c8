import { AUTH_METHODS } from '@holdfast/client-registry';

/** RFC 8414 §2 with RFC 8705 §3.3 and §5. */
export interface AuthorizationServerMetadata {
  readonly issuer: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
  readonly grant_types_supported: readonly string[];
  readonly response_types_supported: readonly string[];
  readonly token_endpoint_auth_methods_supported: readonly string[];
  readonly introspection_endpoint: string;
  readonly introspection_endpoint_auth_methods_supported: readonly string[];
  readonly revocation_endpoint: string;
  readonly revocation_endpoint_auth_methods_supported: readonly string[];
  /** Ours: where what no longer counts is told, and the keys that sign it. */
  readonly deny_feed_endpoint: string;
  readonly deny_feed_jwks_uri: string;
  readonly tls_client_certificate_bound_access_tokens: true;
  readonly mtls_endpoint_aliases: MutualTlsEndpoints;
}

/** The endpoints that authenticate clients. */
interface MutualTlsEndpoints {
  readonly token_endpoint: string;
  readonly introspection_endpoint: string;
  readonly revocation_endpoint: string;
  readonly deny_feed_endpoint: string;
}

/** The metadata of an issuer whose endpoints are reachable over mutual TLS only, so both entries name the same address. */
export function toMetadata(issuer: string, mtlsUrl: string): AuthorizationServerMetadata {
  const endpoints: MutualTlsEndpoints = {
    token_endpoint: `${mtlsUrl}/token`,
    introspection_endpoint: `${mtlsUrl}/introspect`,
    revocation_endpoint: `${mtlsUrl}/revoke`,
    deny_feed_endpoint: `${mtlsUrl}/deny-feed`,
  };
  return {
    issuer,
    ...endpoints,
    jwks_uri: `${issuer}/jwks`,
    grant_types_supported: ['client_credentials'],
    // RFC 8414 §2 requires the member; there is no authorization endpoint.
    response_types_supported: [],
    token_endpoint_auth_methods_supported: AUTH_METHODS,
    introspection_endpoint_auth_methods_supported: AUTH_METHODS,
    revocation_endpoint_auth_methods_supported: AUTH_METHODS,
    deny_feed_jwks_uri: `${issuer}/.well-known/holdfast/deny-feed-jwks`,
    tls_client_certificate_bound_access_tokens: true,
    mtls_endpoint_aliases: endpoints,
  };
}
