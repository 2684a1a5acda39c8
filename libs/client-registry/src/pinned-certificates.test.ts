import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createSelfSigned, type IssuedCertificate, type KeyAlgorithm } from '@holdfast/test-pki';
import { thumbprintOf } from '@holdfast/token-binding';
import { parseNewCredentials, type CredentialInput, type JsonWebKey, type PinMatch } from './index.js';

const NOON = new Date('2026-06-01T12:00:00Z');
const YEAR = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2026-12-31T00:00:00Z') };

const parse = (input: CredentialInput) => parseNewCredentials('self_signed_tls_client_auth', input, NOON);
const base64 = (der: Uint8Array): string => Buffer.from(der).toString('base64');
const make = (keyAlgorithm: KeyAlgorithm = 'P-256'): Promise<IssuedCertificate> =>
  createSelfSigned({ subject: 'CN=beta', ...YEAR, keyAlgorithm });

/** A key as a partner's tools export it. */
function jwkOf(certificate: IssuedCertificate, change: JsonWebKey = {}): JsonWebKey {
  const spki = new X509Certificate(certificate.der).publicKey.export({ type: 'spki', format: 'der' });
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ format: 'jwk' });
  return { ...key, kid: 'k1', use: 'sig', x5c: [base64(certificate.der)], ...change };
}

let first: IssuedCertificate;
let second: IssuedCertificate;
let again: IssuedCertificate;
beforeAll(async () => {
  first = await make();
  second = await make();
  again = await createSelfSigned({ subject: 'CN=beta', ...YEAR, keys: first.keys });
});

describe('a JWK Set at registration (RFC 8705 §2.2)', () => {
  it.each<KeyAlgorithm>(['P-256', 'P-384', 'RSA-2048', 'Ed25519'])(
    'is accepted with a %s key, and pins x5c[0]',
    async (keyAlgorithm) => {
      const certificate = await make(keyAlgorithm);
      expect(parse({ jwks: { keys: [jwkOf(certificate)] } })).toMatchObject({
        accepted: true,
        value: [{ kind: 'certificate', match: 'certificate', thumbprint: thumbprintOf(certificate.der) }],
      });
    },
  );

  it('pins one certificate for each key: the old and the new one', () => {
    const result = parse({ jwks: { keys: [jwkOf(first), jwkOf(second)] }, match: 'public-key' });
    expect(result).toMatchObject({
      accepted: true,
      value: [first, second].map(({ der }) => ({ match: 'public-key', thumbprint: thumbprintOf(der) })),
    });
  });

  it('is accepted with declared thumbprints that are right (RFC 7517 §4.8, §4.9)', () => {
    const x5t = createHash('sha1').update(first.der).digest('base64url');
    const key = jwkOf(first, { x5t, 'x5t#S256': thumbprintOf(first.der) });
    expect(parse({ jwks: { keys: [key] } })).toMatchObject({ accepted: true });
  });

  it.each<[name: string, change: () => JsonWebKey, field: string, code: string]>([
    ['without x5c', () => ({ x5c: undefined }), 'jwks/keys/1/x5c', 'x5c_missing'],
    ['with an empty x5c', () => ({ x5c: [] }), 'jwks/keys/1/x5c', 'x5c_missing'],
    ['with text for x5c', () => ({ x5c: base64(second.der) }), 'jwks/keys/1/x5c', 'x5c_missing'],
    [
      'with x5c in base64url (RFC 7517 §4.7)',
      () => ({ x5c: [Buffer.from(second.der).toString('base64url')] }),
      'jwks/keys/1/x5c',
      'x5c_missing',
    ],
    ['with PEM in x5c', () => ({ x5c: [second.pem] }), 'jwks/keys/1/x5c', 'x5c_missing'],
    ['with no certificate in x5c', () => ({ x5c: ['AAAA'] }), 'jwks/keys/1/x5c', 'der.tag'],
    [
      "whose x5c is another key's certificate (RFC 7517 §4.7)",
      () => ({ x5c: [base64(first.der)] }),
      'jwks/keys/1/x',
      'key_contradicts',
    ],
    ['of another type than its certificate', () => ({ kty: 'RSA' }), 'jwks/keys/1/kty', 'key_contradicts'],
    ['without its own members', () => ({ x: undefined }), 'jwks/keys/1/x', 'key_contradicts'],
    [
      'with x5t#S256 of another certificate (CV-33)',
      () => ({ 'x5t#S256': thumbprintOf(first.der) }),
      'jwks/keys/1/x5t#S256',
      'thumbprint_contradicts',
    ],
    ['with a wrong x5t', () => ({ x5t: 'AAAA' }), 'jwks/keys/1/x5t', 'thumbprint_contradicts'],
    ['with a private member', () => ({ d: 'c2VjcmV0' }), 'jwks/keys/1', 'private_key_present'],
    ['with an empty private member', () => ({ d: null }), 'jwks/keys/1', 'private_key_present'],
    ['that is symmetric', () => ({ kty: 'oct', k: 'c2VjcmV0' }), 'jwks/keys/1', 'private_key_present'],
  ])('is refused with a key %s', (_name, change, field, code) => {
    const result = parse({ jwks: { keys: [jwkOf(first), jwkOf(second, change())] } });
    expect(result).toMatchObject({
      accepted: false,
      problems: expect.arrayContaining([expect.objectContaining({ field, code })]),
    });
    expect(JSON.stringify(result)).not.toContain('c2VjcmV0');
  });

  it('is refused with an expired certificate (CV-36)', async () => {
    const expired = await createSelfSigned({ subject: 'CN=x', ...YEAR, notAfter: new Date('2026-05-01') });
    expect(parse({ jwks: { keys: [jwkOf(expired)] } })).toMatchObject({
      accepted: false,
      problems: [{ field: 'jwks/keys/0/x5c', code: 'validity.expired' }],
    });
  });

  it.each<[match: PinMatch, accepted: boolean]>([
    ['certificate', true],
    ['public-key', false],
  ])('may hold two certificates of one key where %s counts: %s', (match, accepted) => {
    expect(parse({ jwks: { keys: [jwkOf(first), jwkOf(again)] }, match })).toMatchObject({ accepted });
  });

  it('is refused where one certificate stands twice', () => {
    expect(parse({ jwks: { keys: [jwkOf(first), jwkOf(second), jwkOf(first)] } })).toMatchObject({
      accepted: false,
      problems: [{ field: 'jwks/keys/2', code: 'repeated' }],
    });
  });

  it('is refused beside a certificate, and for a client that is known by name', () => {
    const jwks = { keys: [jwkOf(first)] };
    expect(parse({ jwks, certificate: first.pem })).toMatchObject({ problems: [{ field: 'jwks' }] });
    const named = { jwks, anchor: 'acme-ca', tls_client_auth_san_dns: 'a.example' };
    expect(parseNewCredentials('tls_client_auth', named, NOON)).toMatchObject({
      problems: [{ field: 'jwks', code: 'not_used' }],
    });
  });
});
