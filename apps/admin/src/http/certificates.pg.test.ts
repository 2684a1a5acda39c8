import 'reflect-metadata';
import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createAuthority,
  createSelfSigned,
  encodeDer,
  encodeOid,
  makeOcspResponse,
  makeRevocationList,
  TAG,
  type Authority,
  type IssuedCertificate,
} from '@holdfast/test-pki';
import { thumbprintOf } from '@holdfast/token-binding';
import * as x509 from '@peculiar/x509';
import { API_METHODS } from './allowed-methods.js';
import { ApiWorld } from './testing/api-world.js';

const PATH = '/api/v1/certificates:validate';
const DAY_MS = 86_400_000;
const VALID = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + 300 * DAY_MS) };
const base64 = (der: Uint8Array): string => Buffer.from(der).toString('base64');

/** SignedData without signers (RFC 5652 §5.1). */
function bundleOf(...certificates: readonly Uint8Array[]): Uint8Array {
  const signedData = encodeDer(
    TAG.sequence,
    encodeDer(TAG.integer, Uint8Array.of(1)),
    encodeDer(TAG.set),
    encodeDer(TAG.sequence, encodeOid('1.2.840.113549.1.7.1')),
    encodeDer(0xa0, ...certificates),
    encodeDer(TAG.set),
  );
  return encodeDer(TAG.sequence, encodeOid('1.2.840.113549.1.7.2'), encodeDer(0xa0, signedData));
}

interface Report {
  readonly findings: readonly { code: string; level: string; jwk: number | null }[];
  readonly [member: string]: unknown;
}

describe('POST /api/v1/certificates:validate', () => {
  let world: ApiWorld;
  let root: Authority;
  let issuing: Authority;
  let leaf: IssuedCertificate;
  let rows: Readonly<Record<string, string>>;
  beforeAll(async () => {
    world = await ApiWorld.create();
    root = await createAuthority({ subject: 'CN=Root,O=Acme', ...VALID });
    issuing = await root.issueAuthority({ subject: 'CN=Issuing,O=Acme', ...VALID });
    leaf = await leafWith({});
    for (const revocation of ['off', 'soft', 'hard']) {
      const id = `v-${revocation}`;
      await add('partners', { id, name: id });
      const excepted = revocation === 'off' && { server_auth_until: VALID.notAfter.toISOString() };
      await add('anchors', { id, partner: id, certificate: root.pem, revocation, ...excepted });
    }
    rows = await world.people.everyRow();
  }, 60_000);
  afterAll(() => world?.people.stop());

  const leafWith = (change: object): Promise<IssuedCertificate> =>
    issuing.issue({
      subject: 'CN=orders,O=Acme',
      san: { dns: ['orders.acme.example'] },
      extendedKeyUsage: ['clientAuth'],
      ...VALID,
      ...change,
    });
  async function add(path: string, body: object): Promise<void> {
    const { status, text } = await world.call(`/api/v1/${path}`, { body });
    if (status !== 201) throw new Error(`${path}: ${status} ${text}`);
  }
  async function validate(body: object): Promise<Report> {
    const { status, text, json } = await world.call(PATH, { body: { use: 'name', ...body } });
    if (status !== 200) throw new Error(`${status} ${text}`);
    return json as unknown as Report;
  }
  const findingsOf = ({ findings }: Report): string[] =>
    findings.filter(({ level }) => level !== 'ok').map(({ code }) => code);

  it('says what a chain is, by which names it could be registered, and that an anchor accepts it', async () => {
    const report = await validate({ certificate: issuing.pem + leaf.pem, anchor: 'v-off' });
    expect(report).toMatchObject({
      kind: 'certificates',
      usable: true,
      certificates: [
        {
          jwk: null,
          subject: 'CN=orders,O=Acme',
          issuer: 'CN=Issuing,O=Acme',
          names: ['DNS:orders.acme.example'],
          key: 'EC P-256',
          extended_key_usage: ['clientAuth'],
          'x5t#S256': expect.stringMatching(/^[\w-]{43}$/),
          pem: leaf.pem,
        },
        { subject: 'CN=Issuing,O=Acme', authority: true },
      ],
      registrable: [
        { field: 'subject_dn', value: 'CN=orders,O=Acme' },
        { field: 'san_dns', value: 'orders.acme.example' },
      ],
      keys: [],
      request: null,
      acceptance: { anchor: 'v-off', accepted: true, reason: null, revocation_unknown: null },
    });
    expect(findingsOf(report)).toEqual(['CHAIN_ORDER']);
  });

  it('says why an anchor would not accept it, as the token service would', async () => {
    const expired = await leafWith({ notAfter: new Date(Date.now() - 1_000) });
    const stranger = await createAuthority({ subject: 'CN=Root,O=Acme', ...VALID });
    const reasonFor = async (certificate: string): Promise<unknown> => {
      const { usable, acceptance } = await validate({ certificate, anchor: 'v-off' });
      expect(usable).toBe(false);
      return acceptance;
    };
    expect(await reasonFor(leaf.pem)).toMatchObject({
      accepted: false,
      reason: 'issuer_unknown',
      remedy: expect.any(String),
    });
    expect(await reasonFor(expired.pem + issuing.pem)).toMatchObject({
      reason: 'certificate_expired',
      fault: 'validity.expired',
      depth: 0,
    });
    const forged = await stranger.issue({ subject: 'CN=orders,O=Acme', ...VALID });
    expect(await reasonFor(forged.pem)).toMatchObject({ reason: 'issuer_unknown' });
  });

  it('says that a certificate for servers only counts while the anchor excepts it (ADR 0015)', async () => {
    const server = await leafWith({ extendedKeyUsage: ['serverAuth'] });
    const certificate = server.pem + issuing.pem;
    const refused = await validate({ certificate, anchor: 'v-soft' });
    expect(refused).toMatchObject({ acceptance: { reason: 'client_auth_not_permitted' } });
    expect(findingsOf(refused)).toEqual(['EKU_CLIENTAUTH_MISSING']);
    const excepted = await validate({ certificate, anchor: 'v-off' });
    expect(excepted).toMatchObject({ usable: true, acceptance: { accepted: true } });
    expect(findingsOf(excepted)).toEqual([]);
  });

  it('takes revocation into account as the anchor wants it (RFC 5280 §6.3)', async () => {
    const chain = leaf.pem + issuing.pem;
    expect(await validate({ certificate: chain, anchor: 'v-soft' })).toMatchObject({
      usable: true,
      acceptance: { accepted: true, revocation_unknown: 'rev.unknown_no_source' },
    });
    expect(await validate({ certificate: chain, anchor: 'v-hard' })).toMatchObject({
      usable: false,
      acceptance: { accepted: false, reason: 'revocation_unknown' },
    });
  });

  it('believes the OCSP responses at hand (RFC 6960)', async () => {
    const server = await leafWith({ subject: 'CN=asked,O=Acme' });
    const certificate = server.pem + issuing.pem;
    const times = { thisUpdate: VALID.notBefore, nextUpdate: VALID.notAfter };
    const store = async (one: IssuedCertificate, issuer: Authority, revokedSince?: Date): Promise<void> => {
      const status = revokedSince === undefined ? ('good' as const) : { revokedSince, reason: 1 };
      const producedAt = new Date(revokedSince ?? VALID.notBefore);
      const statement = { certificate: one.der, issuer, status, ...times };
      await world.people.registry().storeOcspResponse(
        { id: 'test', requestId: null },
        {
          anchorId: 'v-hard',
          source: 'http://ocsp.acme.example/',
          certificate: thumbprintOf(one.der),
          der: makeOcspResponse(issuer, { producedAt, statements: [statement] }),
          status: revokedSince === undefined ? 'good' : 'revoked',
          producedAt,
          freshUntil: VALID.notAfter,
        },
      );
    };
    await store(server, issuing);
    await store(issuing, root);
    const accepted = { accepted: true, revocation_unknown: null };
    expect(await validate({ certificate, anchor: 'v-hard' })).toMatchObject({ acceptance: accepted });
    await store(server, issuing, new Date(VALID.notBefore.getTime() + 1_000));
    expect(await validate({ certificate, anchor: 'v-hard' })).toMatchObject({
      acceptance: { accepted: false, reason: 'certificate_revoked', depth: 0 },
    });
    rows = await world.people.everyRow();
  });

  it('finds a revoked authority on the CRLs at hand', async () => {
    const times = { thisUpdate: VALID.notBefore, nextUpdate: VALID.notAfter };
    const revoked = [{ certificate: issuing.der, since: VALID.notBefore, reason: 2 }];
    await add('revocation-lists', {
      anchor: 'v-hard',
      crl: base64(makeRevocationList(root, { ...times, revoked })),
    });
    rows = await world.people.everyRow();
    expect(await validate({ certificate: leaf.pem + issuing.pem, anchor: 'v-hard' })).toMatchObject({
      acceptance: { accepted: false, reason: 'certificate_revoked', depth: 1 },
    });
  });

  it('opens a PKCS#7 bundle, given as base64 (RFC 5652 §5)', async () => {
    const certificate = base64(bundleOf(root.der, issuing.der, leaf.der));
    const report = await validate({ certificate, anchor: 'v-off' });
    expect(report).toMatchObject({ kind: 'pkcs7', usable: true, acceptance: { accepted: true } });
    expect(findingsOf(report)).toEqual(['CHAIN_ROOT_INCLUDED']);
  });

  it('judges a JWK Set key by key (RFC 8705 §2.2)', async () => {
    const pinned = await createSelfSigned({ subject: 'CN=beta', ...VALID });
    const jwk = createPublicKey(pinned.pem).export({ format: 'jwk' });
    const keys = [
      { ...jwk, kid: 'a', x5c: [base64(pinned.der)] },
      { ...jwk, kid: 'b' },
    ];
    const report = await validate({ certificate: JSON.stringify({ keys }), use: 'pin' });
    expect(report).toMatchObject({
      kind: 'jwks',
      usable: false,
      certificates: [{ jwk: 0, subject: 'CN=beta' }],
      keys: [
        { jwk: 0, kid: 'a', use: null, alg: null, key: 'EC P-256' },
        { jwk: 1, kid: 'b', key: 'EC P-256' },
      ],
      registrable: [],
    });
    const [worst] = report.findings;
    expect(worst).toMatchObject({ code: 'JWK_NO_CERTIFICATE', level: 'error', jwk: 1 });
    const alone = { certificate: JSON.stringify(keys[0]), use: 'pin' };
    expect(await validate(alone)).toMatchObject({ kind: 'jwks', usable: true });
  });

  it('says what a request asks for, which is no certificate yet (RFC 2986)', async () => {
    const request = await x509.Pkcs10CertificateRequestGenerator.create({
      name: 'O=Acme, CN=orders',
      keys: leaf.keys,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    });
    const report = await validate({ certificate: request.toString('pem'), anchor: 'v-off' });
    expect(report).toMatchObject({
      kind: 'request',
      usable: false,
      certificates: [],
      request: { subject: 'CN=orders,O=Acme', key: 'EC P-256', possession: 'proven' },
      registrable: [{ field: 'subject_dn', value: 'CN=orders,O=Acme' }],
      acceptance: null,
    });
    expect(findingsOf(report)).toEqual(['IS_REQUEST']);
  });

  it.each([
    [{ certificate: 'hello', use: 'pin' }, '/certificate', 'NOT_A_CERTIFICATE'],
    [{ certificate: '{"keys":[}', use: 'pin' }, '/certificate', 'NOT_A_CERTIFICATE'],
    [{ certificate: '{"kty":"RSA","dp":"c2VjcmV0"}', use: 'pin' }, '/certificate', 'PRIVATE_KEY_PRESENT'],
    [{ certificate: 'x'.repeat(196_609), use: 'pin' }, '/certificate', 'too_big'],
    [{ certificate: 'hello' }, '/use', 'invalid_value'],
    [{ certificate: 'hello', use: 'pin', anchor: 'v-off' }, '/anchor', 'not_used'],
    [{ certificate: 'hello', use: 'pin', more: 1 }, '/more', 'unrecognized_keys'],
  ])('refuses what cannot be read or asked: %#', async (body, pointer, code) => {
    const { status, json, text } = await world.call(PATH, { body });
    expect({ status, errors: json['errors'] }).toMatchObject({ status: 422, errors: [{ pointer, code }] });
    expect(text).not.toContain('c2VjcmV0');
  });

  it('knows no anchor that is not there', async () => {
    const body = { certificate: leaf.pem, use: 'name', anchor: 'v-gone' };
    expect(await world.call(PATH, { body })).toMatchObject({ status: 404 });
  });

  it('is not for people who are not signed in', async () => {
    const body = { certificate: leaf.pem, use: 'name' };
    expect((await world.listener.call(PATH, { body })).status).toBe(401);
  });

  it('is the only method of its path', () => {
    expect(API_METHODS.filter(([path]) => path.test(PATH)).map(([, methods]) => methods)).toEqual(['POST']);
  });

  it('has stored nothing, and logged nothing of it', async () => {
    expect(await world.people.everyRow()).toEqual(rows);
    expect(world.people.log.join('')).not.toMatch(/c2VjcmV0|hello|BEGIN CERTIFICATE/);
  });
});
