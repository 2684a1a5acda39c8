import { describe, expect, it } from '@jest/globals';
import { EMPTY_IDENTITY, toCredentialFields, toIdentityOptions, type IdentityDraft } from './identity.js';

const byName: IdentityDraft = { ...EMPTY_IDENTITY, anchor: 'acme-ca', name: 'CN=orders,O=Acme' };
const pinned: IdentityDraft = { ...byName, mode: 'self_signed_tls_client_auth', pem: 'PEM' };

describe('what a client is recognised by', () => {
  it('is one name under an anchor in name mode (RFC 8705 §2.1.2)', () => {
    expect(toCredentialFields(byName)).toEqual({
      anchor: 'acme-ca',
      tls_client_auth_subject_dn: 'CN=orders,O=Acme',
    });
  });

  it('is the DNS name where that field was chosen', () => {
    const draft: IdentityDraft = { ...byName, field: 'san_dns', name: 'orders.acme.example' };
    expect(toCredentialFields(draft)).toEqual({
      anchor: 'acme-ca',
      tls_client_auth_san_dns: 'orders.acme.example',
    });
  });

  it('is the certificate alone when it is pinned, whatever was typed before (RFC 8705 §2.2)', () => {
    expect(toCredentialFields(pinned)).toEqual({ certificate: 'PEM' });
  });

  it('never puts the certificate of name mode into the request', () => {
    expect(toCredentialFields({ ...byName, pem: 'PEM' })).not.toHaveProperty('certificate');
  });

  it('has the options of the command line', () => {
    expect(toIdentityOptions(byName)).toEqual({ anchor: 'acme-ca', 'subject-dn': 'CN=orders,O=Acme' });
    expect(toIdentityOptions(pinned)).toEqual({ certificate: 'client.pem' });
  });
});
