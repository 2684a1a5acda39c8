import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiWorld } from './testing/api-world.js';

const URI = 'https://keys.beta.example/jwks.json';

describe('a jwks_uri in the admin API', () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await ApiWorld.create();
  }, 60_000);
  afterAll(() => world?.people.stop());

  const create = (id: string, more: object) =>
    world.call('/api/v1/clients', {
      body: { id, partner: 'world', token_endpoint_auth_method: 'self_signed_tls_client_auth', ...more },
    });

  it('is a credential, and shown with what was fetched from it', async () => {
    expect((await create('beta-sync', { jwks_uri: URI })).status).toBe(201);
    const credentials = await world.call('/api/v1/credentials?client=beta-sync');
    const [credential] = credentials.json['items'] as { id: string }[];
    expect(credential).toEqual({
      kind: 'jwks_uri',
      id: expect.any(String),
      client: 'beta-sync',
      url: URI,
    });
    const sets = await world.call('/api/v1/key-sets?client=beta-sync');
    expect(sets.json['items']).toEqual([
      {
        credential: credential!.id,
        client: 'beta-sync',
        url: URI,
        thumbprints: [],
        fetched_at: null,
        fresh_until: null,
        last_error: null,
        next_due: expect.stringMatching(/^20/),
      },
    ]);
    const audit = await world.call('/api/v1/audit?client=beta-sync');
    expect(audit.json['items']).toMatchObject([
      { kind: 'client.created', detail: { credentials: [{ kind: 'jwks_uri', url: URI }] } },
    ]);
  });

  it('stands beside registered certificates, once', async () => {
    const add = (url: string) =>
      world.call('/api/v1/credentials', { body: { client: 'world-pin', jwks_uri: url } });
    const added = await add(URI);
    expect(added).toMatchObject({ status: 201, json: { kind: 'jwks_uri', url: URI } });
    expect(await add(`${URI}?other`)).toMatchObject({
      status: 409,
      json: { code: 'already_exists', detail: expect.stringContaining('a jwks_uri of world-pin') },
    });
    const retire = await world.call(`/api/v1/credentials/${String(added.json['id'])}/retire`, { body: {} });
    expect(retire.status).toBe(200);
    expect((await add(`${URI}?other`)).status).toBe(201);
  });

  it('is not for a client that is known by name', async () => {
    const body = { client: 'world-named', jwks_uri: URI };
    expect(await world.call('/api/v1/credentials', { body })).toMatchObject({
      status: 422,
      json: { errors: expect.arrayContaining([expect.objectContaining({ pointer: '/jwks_uri' })]) },
    });
  });

  it('may have a host and port that the operator lists', async () => {
    const listed = { jwks_uri: 'https://keys.listed.test:8443/jwks.json' };
    expect((await create('beta-listed', listed)).status).toBe(201);
  });

  it.each<[id: string, url: string, code: string]>([
    ['SS-01', 'http://keys.beta.example/jwks.json', 'scheme_not_allowed'],
    ['SS-02', 'https://127.0.0.1/jwks.json', 'address_not_public'],
    ['SS-02', 'https://169.254.169.254/latest/meta-data/', 'address_not_public'],
    ['SS-09', 'https://good.example@evil.example/', 'credentials_in_url'],
    ['SS-09', 'https://good.example\\@evil.example/', 'url_malformed'],
    ['SS-10', 'https://%65vil.example/', 'url_malformed'],
    ['SS-11', 'file:///etc/passwd', 'scheme_not_allowed'],
    ['SS-12', 'https://keys.beta.example:5432/', 'port_not_allowed'],
    ['SS-12', 'https://postgres/', 'host_not_allowed'],
  ])('is saved only if it would be fetched (%s): %s is %s', async (_id, url, code) => {
    const answer = await world.call('/api/v1/credentials', { body: { client: 'world-pin', jwks_uri: url } });
    expect(answer).toMatchObject({
      status: 422,
      json: { errors: [{ pointer: '/jwks_uri', code, detail: expect.stringContaining('port 443') }] },
    });
  });
});
