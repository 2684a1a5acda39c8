import { describe, expect, it } from '@jest/globals';
import {
  EMPTY_IDENTITY,
  toCredentialFields,
  toIdentityOptions,
  toSingleFields,
  type IdentityDraft,
  type NameField,
} from './identity.js';

const byName: IdentityDraft = { ...EMPTY_IDENTITY, anchor: 'acme-ca', name: 'CN=orders,O=Acme' };
const pinned: IdentityDraft = {
  ...byName,
  mode: 'self_signed_tls_client_auth',
  pins: [{ pem: 'PEM', webKey: undefined }],
};

describe('what a client is recognised by', () => {
  it('is one name under an anchor in name mode (RFC 8705 §2.1.2)', () => {
    expect(toCredentialFields(byName)).toEqual({
      anchor: 'acme-ca',
      tls_client_auth_subject_dn: 'CN=orders,O=Acme',
    });
  });

  it.each<[field: NameField, option: string, name: string]>([
    ['san_dns', 'san-dns', 'orders.acme.example'],
    ['san_uri', 'san-uri', 'spiffe://acme.example/orders'],
    ['san_ip', 'san-ip', '2001:db8::7'],
    ['san_email', 'san-email', 'orders@acme.example'],
  ])('is the %s where that field was chosen (RFC 8705 §2.1.2)', (field, option, name) => {
    const draft: IdentityDraft = { ...byName, field, name };
    expect(toCredentialFields(draft)).toEqual({ anchor: 'acme-ca', [`tls_client_auth_${field}`]: name });
    expect(toIdentityOptions(draft)).toEqual({ anchor: 'acme-ca', [option]: name });
  });

  it('is the certificate alone when it is pinned, whatever was typed before (RFC 8705 §2.2)', () => {
    expect(toCredentialFields(pinned)).toEqual({ certificate: 'PEM', match: 'certificate' });
  });

  it('is a JWK Set of those that were picked, or each by itself for an application that is there (RFC 8705 §2.2)', () => {
    const pins = ['ONE', 'TWO'].map((pem) => ({ pem, webKey: { kty: 'EC', x5c: [pem] } }));
    const draft: IdentityDraft = { ...pinned, pins };
    const keys = pins.map(({ webKey }) => webKey);
    expect(toCredentialFields(draft)).toEqual({ jwks: { keys }, match: 'certificate' });
    expect(toIdentityOptions(draft)).toEqual({ jwks: 'client.jwks.json', match: 'certificate' });
    expect(toSingleFields(draft)).toEqual([
      { certificate: 'ONE', match: 'certificate' },
      { certificate: 'TWO', match: 'certificate' },
    ]);
  });

  it('is its key too where that was chosen', () => {
    const draft: IdentityDraft = { ...pinned, match: 'public-key' };
    expect(toCredentialFields(draft)).toEqual({ certificate: 'PEM', match: 'public-key' });
    expect(toIdentityOptions(draft)).toEqual({ certificate: 'client.pem', match: 'public-key' });
  });

  it('is the address of the key set alone where that was chosen (RFC 7591 §2)', () => {
    const draft: IdentityDraft = { ...pinned, source: 'jwks_uri', jwksUri: 'https://keys.example/jwks.json' };
    expect(toCredentialFields(draft)).toEqual({ jwks_uri: 'https://keys.example/jwks.json' });
    expect(toIdentityOptions(draft)).toEqual({ 'jwks-uri': 'https://keys.example/jwks.json' });
    expect(toCredentialFields({ ...draft, mode: 'tls_client_auth' })).not.toHaveProperty('jwks_uri');
  });

  it('never puts the certificate of name mode into the request', () => {
    expect(toCredentialFields({ ...byName, pins: [{ pem: 'PEM', webKey: undefined }] })).not.toHaveProperty(
      'certificate',
    );
  });

  it('has the options of the command line', () => {
    expect(toIdentityOptions(byName)).toEqual({ anchor: 'acme-ca', 'subject-dn': 'CN=orders,O=Acme' });
    expect(toIdentityOptions(pinned)).toEqual({ certificate: 'client.pem', match: 'certificate' });
  });
});
