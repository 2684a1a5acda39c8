import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { get, makeApiWorld, type ApiWorld } from './testing/api-world.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const EXAMPLES = [
  ['fastify', 'fastify/server.mjs'],
  ['express', 'express/server.mjs'],
  ['node-http', 'node-http/server.mjs'],
  ['nest', 'nest/dist/server.js'],
] as const;

let world: ApiWorld;

beforeAll(async () => {
  world = await makeApiWorld();
});

afterAll(() => world.stop());

describe.each(EXAMPLES)('the example with %s, over real TLS', (_name, program) => {
  let api: string;

  beforeAll(async () => {
    api = await world.start(join(ROOT, 'examples', 'resource-servers', program), ROOT);
  }, 30_000);

  it('admits a token over the connection of its certificate, and says who calls (RFC 8705 §3)', async () => {
    const call = { certificate: world.own, token: await world.token('orders:read orders:write') };
    expect(await get(`${api}/orders`, call)).toMatchObject({ status: 200, body: { client: 'acme-orders' } });
  });

  it('refuses the same token over another certificate, also when its owner just used it (RFC 8705 §3; TV-16)', async () => {
    const token = await world.token('orders:read');
    await get(`${api}/orders`, { certificate: world.own, token });
    expect(await get(`${api}/orders`, { certificate: world.stranger, token })).toMatchObject({
      status: 401,
      body: { error: 'invalid_token' },
    });
  });

  it('refuses the same token without a certificate, and not with 400 (RFC 8705 §3; TV-17)', async () => {
    expect(await get(`${api}/orders`, { token: await world.token('orders:read') })).toMatchObject({
      status: 401,
      body: { error: 'invalid_token' },
    });
  });

  it('gives a bare challenge when no token was sent (RFC 6750 §3.1)', async () => {
    expect(await get(`${api}/orders`, { certificate: world.own })).toMatchObject({
      status: 401,
      challenge: 'Bearer',
    });
  });

  it('refuses a token without the scope, and names it (RFC 6750 §3.1)', async () => {
    const call = { certificate: world.own, token: await world.token('other') };
    const answer = await get(`${api}/orders`, call);
    expect(answer).toMatchObject({ status: 403, body: { error: 'insufficient_scope' } });
    expect(answer.challenge).toContain('scope="orders:read"');
  });

  it('refuses a token in the query, also beside one in the header (RFC 6750 §2; TV-23)', async () => {
    const token = await world.token('orders:read');
    const answer = await get(`${api}/orders?access_token=${token}`, { certificate: world.own, token });
    expect([400, 401]).toContain(answer.status);
    expect(answer.body).not.toHaveProperty('client');
  });

  it('serves what is declared public to anybody', async () => {
    expect(await get(`${api}/health`)).toMatchObject({ status: 200, body: { healthy: true } });
  });

  it('closes what declares nothing, whatever the token', async () => {
    const call = { certificate: world.own, token: await world.token('orders:read') };
    const answer = await get(`${api}/forgotten`, call);
    expect(answer.status).toBe(401);
    expect(answer.body).not.toHaveProperty('leaked');
  });
});
