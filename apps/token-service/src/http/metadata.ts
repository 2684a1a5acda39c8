import { AUTH_METHODS } from '@holdfast/client-registry';

/** RFC 8414 §2 with RFC 8705 §3.3 and §5. */
export interface AuthorizationServerMetadata {
  readonly issuer: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
  readonly grant_types_supported: readonly string[];
  readonly response_types_supported: readonly string[];
  readonly token_endpoint_auth_methods_supported: readonly string[];
  readonly tls_client_certificate_bound_access_tokens: true;
  readonly mtls_endpoint_aliases: { readonly token_endpoint: string };
}

/** The metadata of an issuer whose token endpoint is reachable over mutual TLS only, so both entries name it. */
export function toMetadata(issuer: string, mtlsUrl: string): AuthorizationServerMetadata {
  return {
    issuer,
    token_endpoint: `${mtlsUrl}/token`,
    jwks_uri: `${issuer}/jwks`,
    grant_types_supported: ['client_credentials'],
    // RFC 8414 §2 requires the member; there is no authorization endpoint.
    response_types_supported: [],
    token_endpoint_auth_methods_supported: AUTH_METHODS,
    tls_client_certificate_bound_access_tokens: true,
    mtls_endpoint_aliases: { token_endpoint: `${mtlsUrl}/token` },
  };
}
