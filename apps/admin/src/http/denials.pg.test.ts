import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSelfSigned, type IssuedCertificate } from '@holdfast/test-pki';
import { thumbprintOf } from '@holdfast/token-binding';
import { ApiWorld } from './testing/api-world.js';

const VALID = { notBefore: new Date('2020-01-01'), notAfter: new Date('2049-01-01') };
const selfSigned = (subject: string, more: object = {}) => createSelfSigned({ subject, ...VALID, ...more });

describe('stopping certificates in the admin API', () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await ApiWorld.create();
  }, 60_000);
  afterAll(() => world?.people.stop());

  const createClient = async (id: string, recognised: object): Promise<void> => {
    const method = 'anchor' in recognised ? 'tls_client_auth' : 'self_signed_tls_client_auth';
    const body = { id, partner: 'world', token_endpoint_auth_method: method, ...recognised };
    expect(await world.call('/api/v1/clients', { body })).toMatchObject({ status: 201 });
  };
  const identify = (body: object) => world.call('/api/v1/certificates:identify', { body });
  const found = async (body: object): Promise<object> => {
    const { status, json } = await identify(body);
    expect(status).toBe(200);
    return json;
  };
  const block = (certificate: IssuedCertificate, note?: string) =>
    world.call('/api/v1/certificate-blocks', {
      body: { 'x5t#S256': thumbprintOf(certificate.der), ...(note !== undefined && { note }) },
    });
  const denied = async (): Promise<Record<string, unknown>[]> =>
    (await world.call('/api/v1/deny-entries?limit=200')).json['items'] as Record<string, unknown>[];

  it('finds the client of a pinned certificate, by the certificate and by its thumbprint alone', async () => {
    const pinned = await selfSigned('CN=whose-pin');
    await createClient('whose-pin', { certificate: pinned.pem });
    const expected = {
      'x5t#S256': thumbprintOf(pinned.der),
      blocked: false,
      credentials: [
        { partner: 'world', credential: { kind: 'certificate', client: 'whose-pin' }, acceptance: null },
      ],
    };
    expect(await found({ certificate: pinned.pem })).toMatchObject(expected);
    expect(await found({ 'x5t#S256': thumbprintOf(pinned.der) })).toMatchObject(expected);
  });

  it('finds the client whose name a certificate carries, of any kind, but not in a thumbprint', async () => {
    await createClient('whose-name', { anchor: 'world', tls_client_auth_san_dns: 'whose.world.example' });
    const issued = await selfSigned('CN=other', { san: { dns: ['WHOSE.world.example'] } });
    expect(await found({ certificate: issued.pem })).toMatchObject({
      credentials: [{ credential: { kind: 'san_dns', client: 'whose-name' } }],
    });
    expect(await found({ 'x5t#S256': thumbprintOf(issued.der) })).toMatchObject({ credentials: [] });
  });

  it('says of a name whether its anchor accepts the certificate, since anybody can issue one with that name', async () => {
    await createClient('vouched', { anchor: 'world', tls_client_auth_san_dns: 'vouched.world.example' });
    const options = { subject: 'CN=vouched', san: { dns: ['vouched.world.example'] } };
    const issued = await world.authority.issue({ ...options, ...VALID });
    expect(await found({ certificate: issued.pem })).toMatchObject({
      credentials: [{ acceptance: { anchor: 'world', accepted: true, reason: null } }],
    });
    const imitated = await selfSigned(options.subject, { san: options.san });
    expect(await found({ certificate: imitated.pem })).toMatchObject({
      credentials: [{ acceptance: { anchor: 'world', accepted: false, reason: 'issuer_unknown' } }],
    });
  });

  it('finds nobody for a stranger', async () => {
    expect(await found({ certificate: (await selfSigned('CN=stranger')).pem })).toMatchObject({
      blocked: false,
      credentials: [],
    });
  });

  it('refuses both, neither, and what is no certificate or thumbprint, at its place', async () => {
    const { pem, der } = await selfSigned('CN=both');
    const both = { certificate: pem, 'x5t#S256': thumbprintOf(der) };
    const pointers = async (body: object): Promise<unknown> => {
      const { status, json } = await identify(body);
      expect({ status, code: json['code'] }).toEqual({ status: 422, code: 'invalid_input' });
      return (json['errors'] as { pointer: string }[]).map(({ pointer }) => pointer);
    };
    expect(await pointers(both)).toEqual(['']);
    expect(await pointers({})).toEqual(['']);
    expect(await pointers({ certificate: 'no certificate' })).toEqual(['/certificate']);
    expect(await pointers({ 'x5t#S256': 'A'.repeat(42) + 'B' })).toEqual(['/x5t#S256']);
  });

  it('lists a block with who, why and whose certificate it is, until it is taken back', async () => {
    const stolen = await selfSigned('CN=listed');
    await createClient('listed', { certificate: stolen.pem });
    expect((await block(stolen, 'laptop stolen')).status).toBe(201);
    const thumbprint = thumbprintOf(stolen.der);
    expect(await found({ 'x5t#S256': thumbprint })).toMatchObject({ blocked: true });
    const entries = (await denied()).filter((entry) => entry['x5t#S256'] === thumbprint);
    expect(entries).toMatchObject([
      {
        id: `thumbprint/${thumbprint}`,
        note: 'laptop stolen',
        denied_by: expect.stringMatching(/.+/),
        clients: ['listed'],
        expires_at: null,
      },
    ]);
    await world.call(`/api/v1/certificate-blocks/${thumbprint}`, { method: 'DELETE' });
    expect((await denied()).filter((entry) => entry['x5t#S256'] === thumbprint)).toEqual([]);
  });

  it('lists the certificate of a revoked credential with its client, and calls it no block', async () => {
    const leaked = await selfSigned('CN=leaked');
    await createClient('leaked', { certificate: leaked.pem });
    const { json } = await world.call('/api/v1/credentials?client=leaked');
    const [credential] = json['items'] as { id: string }[];
    await world.call(`/api/v1/credentials/${credential!.id}/revoke`, { body: {} });
    const thumbprint = thumbprintOf(leaked.der);
    const entries = (await denied()).filter((entry) => entry['x5t#S256'] === thumbprint);
    expect(entries).toMatchObject([{ clients: ['leaked'], note: null, expires_at: expect.any(String) }]);
    expect(await found({ certificate: leaked.pem })).toMatchObject({ blocked: false, credentials: [] });
  });
});
