import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  createAuthority,
  createSelfSigned,
  type Authority,
  type IssuedCertificate,
} from '@holdfast/test-pki';
import { thumbprintOf } from '@holdfast/token-binding';
import { parseNewAnchor, parseNewCredentials, type CredentialInput, type NameField } from './index.js';

const URI = 'https://keys.beta.example/jwks.json';

const NOON = new Date('2026-06-01T12:00:00Z');
const YEAR = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2026-12-31T00:00:00Z') };

let root: Authority;
let issuing: Authority;
let pinned: IssuedCertificate;

beforeAll(async () => {
  root = await createAuthority({ subject: 'CN=Acme Root', ...YEAR });
  issuing = await root.issueAuthority({ subject: 'CN=Acme Issuing', ...YEAR });
  pinned = await createSelfSigned({ subject: 'CN=beta', ...YEAR });
});

describe('parseNewCredentials', () => {
  const NAMED = { anchor: 'acme-ca', tls_client_auth_subject_dn: 'CN=orders,O=Acme' };

  it('accepts a subject under an anchor (RFC 8705 §2.1.2)', () => {
    expect(parseNewCredentials('tls_client_auth', NAMED, NOON)).toMatchObject({
      accepted: true,
      value: [{ kind: 'subject_dn', anchorId: 'acme-ca', value: 'CN=orders,O=Acme' }],
    });
  });

  it('accepts a certificate to be pinned, by its own thumbprint (RFC 8705 §2.2; CV-33)', () => {
    expect(
      parseNewCredentials('self_signed_tls_client_auth', { certificate: pinned.pem }, NOON),
    ).toMatchObject({
      accepted: true,
      value: [{ kind: 'certificate', match: 'certificate', thumbprint: thumbprintOf(pinned.der) }],
    });
  });

  it.each<[field: NameField, text: string, value: string]>([
    ['tls_client_auth_san_dns', 'API.acme.example', 'api.acme.example'],
    ['tls_client_auth_san_uri', 'spiffe://acme.example/orders', 'spiffe://acme.example/orders'],
    ['tls_client_auth_san_ip', '2001:DB8::0:1', '2001:db8::1'],
    ['tls_client_auth_san_email', 'Orders@ACME.example', 'Orders@acme.example'],
  ])('accepts %s and gives back its canonical text (RFC 8705 §2.1.2)', (field, text, value) => {
    expect(parseNewCredentials('tls_client_auth', { anchor: 'acme-ca', [field]: text }, NOON)).toMatchObject({
      accepted: true,
      value: [{ kind: field.replace('tls_client_auth_', ''), anchorId: 'acme-ca', value }],
    });
  });

  it.each<[name: string, input: CredentialInput, codes: string[]]>([
    [
      'refuses two subject values (RFC 8705 §2.1.2)',
      { ...NAMED, tls_client_auth_san_dns: 'a.example' },
      ['invalid_client_metadata'],
    ],
    [
      'refuses two alternative names (RFC 8705 §2.1.2)',
      { anchor: 'a', tls_client_auth_san_ip: '192.0.2.7', tls_client_auth_san_email: 'a@b.example' },
      ['invalid_client_metadata'],
    ],
    ['refuses no subject value (RFC 8705 §2.1.2)', { anchor: 'acme-ca' }, ['invalid_client_metadata']],
    ['refuses a name without an anchor (RFC 8705 §7.4)', { tls_client_auth_subject_dn: 'CN=x' }, ['missing']],
    [
      'refuses a subject that is no RFC 4514 text',
      { ...NAMED, tls_client_auth_subject_dn: 'orders' },
      ['malformed'],
    ],
    [
      'refuses a wildcard (RFC 8705 §7.5; CV-17)',
      { anchor: 'a', tls_client_auth_san_dns: '*.acme.example' },
      ['malformed'],
    ],
    [
      'refuses a network (RFC 8705 §2.1.2)',
      { anchor: 'a', tls_client_auth_san_ip: '192.0.2.0/24' },
      ['malformed'],
    ],
    ['refuses a policy of pins', { ...NAMED, match: 'public-key' }, ['not_used']],
    ['refuses the address of a key set', { ...NAMED, jwks_uri: URI }, ['not_used']],
    ['names all problems at once', { certificate: 'x' }, ['not_used', 'missing', 'invalid_client_metadata']],
  ])('%s', (_name, input, codes) => {
    const result = parseNewCredentials('tls_client_auth', input, NOON);
    expect(result.accepted ? [] : result.problems.map(({ code }) => code)).toEqual(codes);
  });

  it('refuses to pin a certificate that would be refused at once (CV-36)', () => {
    const later = new Date('2027-06-01T12:00:00Z');
    const result = parseNewCredentials('self_signed_tls_client_auth', { certificate: pinned.pem }, later);
    expect(result).toMatchObject({
      accepted: false,
      problems: [{ field: 'certificate', code: 'validity.expired' }],
    });
  });

  it('takes the address of a key set for a client of the self-signed method (RFC 7591 §2)', () => {
    expect(parseNewCredentials('self_signed_tls_client_auth', { jwks_uri: URI }, NOON)).toEqual({
      accepted: true,
      value: [{ kind: 'jwks_uri', url: URI }],
    });
  });

  it.each<[input: CredentialInput]>([
    [{ jwks: { keys: [] } }],
    [{ certificate: 'x' }],
    [{ match: 'public-key' }],
    [{ anchor: 'acme-ca' }],
  ])('refuses the address of a key set beside %j (RFC 7591 §2)', (more) => {
    const input = { jwks_uri: URI, ...more };
    expect(parseNewCredentials('self_signed_tls_client_auth', input, NOON)).toMatchObject({
      accepted: false,
      problems: [{ field: Object.keys(more)[0], code: 'not_used' }],
    });
  });

  it('refuses a private key, without repeating it (AW-24)', () => {
    const result = parseNewCredentials(
      'self_signed_tls_client_auth',
      { certificate: pinned.privateKeyPem },
      NOON,
    );
    expect(result).toMatchObject({ accepted: false, problems: [{ code: 'private_key_present' }] });
    expect(JSON.stringify(result)).not.toContain(pinned.privateKeyPem.split('\n')[1]);
  });
});

describe('parseNewAnchor', () => {
  const input = (certificate: string) =>
    ({ id: 'acme-ca', partnerId: 'acme', certificate, revocation: 'off' }) as const;

  it('takes the topmost certificate as anchor and stores those below it', () => {
    const result = parseNewAnchor(input(issuing.pem + root.pem), NOON);
    expect(result).toMatchObject({ accepted: true, value: { id: 'acme-ca', partnerId: 'acme' } });
    if (!result.accepted) return;
    expect(Buffer.from(result.value.certificate)).toEqual(Buffer.from(root.der));
    expect(result.value.intermediates.map((der) => Buffer.from(der))).toEqual([Buffer.from(issuing.der)]);
  });

  it('has no exception for server certificates unless it is asked for', () => {
    expect(parseNewAnchor(input(root.pem), NOON)).toMatchObject({ value: { serverAuthUntil: undefined } });
    const until = '2026-07-01T00:00:00Z';
    const asked = { ...input(root.pem), serverAuthUntil: until };
    expect(parseNewAnchor(asked, NOON)).toMatchObject({ value: { serverAuthUntil: new Date(until) } });
  });

  it.each([
    ['an unreadable certificate', 'nothing'],
    ['a certificate that is no authority', undefined],
  ])('says everything that is wrong at once: an exception that has ended, and %s', (_name, text) => {
    const past = { ...input(text ?? pinned.pem), serverAuthUntil: '2020-01-01T00:00:00Z' };
    const fields = parseNewAnchor(past, NOON);
    expect(fields).toMatchObject({ accepted: false });
    if (fields.accepted) return;
    expect(fields.problems.map(({ field }) => field).sort()).toEqual(['certificate', 'server_auth_until']);
  });

  it('refuses a certificate that is no authority (RFC 5280 §4.2.1.9)', () => {
    expect(parseNewAnchor(input(pinned.pem), NOON)).toMatchObject({
      accepted: false,
      problems: [{ field: 'certificate' }],
    });
  });
});
