import { describe, expect, it } from '@jest/globals';
import { toMetadata } from './metadata.js';

const metadata = toMetadata('https://as.example', 'https://mtls.as.example');

describe('toMetadata', () => {
  it('has the members that RFC 8414 §2 requires', () => {
    expect(metadata).toMatchObject({ issuer: 'https://as.example', response_types_supported: [] });
    expect(metadata.token_endpoint).toBe('https://mtls.as.example/token');
  });

  it('says that tokens are bound, always (RFC 8705 §3.3)', () => {
    expect(metadata.tls_client_certificate_bound_access_tokens).toBe(true);
  });

  it('lists every endpoint under the aliases (RFC 8705 §5)', () => {
    expect(metadata.mtls_endpoint_aliases).toEqual({
      token_endpoint: 'https://mtls.as.example/token',
      introspection_endpoint: 'https://mtls.as.example/introspect',
      revocation_endpoint: 'https://mtls.as.example/revoke',
      deny_feed_endpoint: 'https://mtls.as.example/deny-feed',
    });
  });

  it('offers both methods of RFC 8705 §2 and nothing else', () => {
    expect(metadata.token_endpoint_auth_methods_supported).toEqual([
      'tls_client_auth',
      'self_signed_tls_client_auth',
    ]);
  });
});
