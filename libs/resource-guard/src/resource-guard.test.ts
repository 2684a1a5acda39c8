import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { TokenVerdict, VerifiedAccess } from '@holdfast/cnf-token-verification';
import { ServiceUnavailable } from '@holdfast/oauth-protocol';
import { thumbprintOf } from '@holdfast/token-binding';
import { AccessRefused, ResourceGuard, toAnswer, type GuardOptions, type RouteAccess } from './index.js';

const LEAF = Buffer.from('the certificate of this connection');
const NOON = new Date('2026-06-01T12:00:00Z');
const access = { clientId: 'acme-orders', scopes: ['orders:read'] } as unknown as VerifiedAccess;
const READ: RouteAccess = { public: false, scopes: ['orders:read'] };

/** A guard whose verifier gives `verdict`; what it was asked ends up in `asked`. */
function world(verdict: TokenVerdict = { outcome: 'accepted', access }, change: Partial<GuardOptions> = {}) {
  const asked: unknown[] = [];
  const heard: string[] = [];
  const guard = new ResourceGuard({
    verifier: {
      verify: async (...question) => {
        asked.push(question);
        return verdict;
      },
    },
    certificateOf: () => ({ leaf: LEAF, bag: [] }),
    clock: () => NOON,
    onRefusal: (error) => heard.push(error.message),
    ...change,
  });
  return { guard, asked, heard };
}

const request = (
  headers: Readonly<Record<string, string>> = { Authorization: 'Bearer a.b.c' },
  url = '/',
) => ({
  raw: { rawHeaders: Object.entries(headers).flat(), url } as IncomingMessage,
});

async function answerOf(guard: ResourceGuard, route: RouteAccess | undefined, asked = request()) {
  const decision = await guard.decide(route, asked);
  return decision.allowed ? 'allowed' : toAnswer(decision.error);
}

describe('ResourceGuard.decide', () => {
  it('asks about the token and the certificate of this request, now (RFC 8705 §3)', async () => {
    const { guard, asked } = world();
    expect(await guard.decide(READ, request())).toEqual({ allowed: true, access });
    expect(asked).toEqual([['a.b.c', thumbprintOf(LEAF), NOON]]);
  });

  it('admits anybody to a public route, and asks nothing', async () => {
    const { guard, asked } = world();
    expect(await guard.decide({ public: true }, request({}))).toEqual({ allowed: true, access: undefined });
    expect(asked).toEqual([]);
  });

  it('closes a route that declares nothing, whatever the token', async () => {
    expect(await answerOf(world().guard, undefined)).toMatchObject({
      status: 401,
      body: { error: 'invalid_token', error_description: 'the access token is not accepted here' },
    });
  });

  it('refuses a token that has one of two scopes, and names both (RFC 6750 §3.1)', async () => {
    const route: RouteAccess = { public: false, scopes: ['orders:read', 'orders:audit'] };
    expect(await answerOf(world().guard, route)).toMatchObject({
      status: 403,
      headers: {
        'www-authenticate': expect.stringMatching(
          /^Bearer error="insufficient_scope", .*, scope="orders:read orders:audit"$/,
        ) as unknown,
      },
    });
  });

  it('gives a bare challenge when no token was sent (RFC 6750 §3.1)', async () => {
    expect(await answerOf(world().guard, READ, request({}))).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
    });
  });

  it('names the metadata of this API in every challenge, the bare one too (RFC 9728 §5.1)', async () => {
    const resourceMetadata = 'https://api.example/.well-known/oauth-protected-resource';
    const { guard } = world(undefined, { resourceMetadata });
    expect(await answerOf(guard, READ, request({}))).toMatchObject({
      headers: { 'www-authenticate': `Bearer resource_metadata="${resourceMetadata}"` },
    });
    expect(await answerOf(guard, undefined)).toMatchObject({
      headers: {
        'www-authenticate': expect.stringContaining(`, resource_metadata="${resourceMetadata}"`) as unknown,
      },
    });
  });

  it.each(['http://api.example/', 'https://api.example/"', 'https://api.example/ x'])(
    'is not made with %j as address of its metadata (RFC 9728 §2)',
    (resourceMetadata) => {
      expect(() => world(undefined, { resourceMetadata })).toThrow('https');
    },
  );

  it('tells the caller nothing of what only the operator may know, and the operator everything', async () => {
    const { guard, heard } = world({ outcome: 'refused', reason: 'partner_suspended', cause: 'the feed' });
    expect(await answerOf(guard, READ)).toMatchObject({
      status: 401,
      body: { error: 'invalid_token', error_description: 'the access token is not accepted here' },
    });
    expect(heard).toEqual(['partner_suspended']);
  });

  it.each(['keys_unavailable', 'introspection_unavailable', 'deny_feed_stale'] as const)(
    'answers 503 with Retry-After, and no challenge, for %s',
    async (reason) => {
      const answer = await answerOf(world({ outcome: 'unavailable', reason }).guard, READ);
      expect(answer).toMatchObject({
        status: 503,
        headers: { 'retry-after': '5' },
        body: { error: 'temporarily_unavailable' },
      });
      expect(answer).not.toHaveProperty('headers.www-authenticate');
    },
  );

  it('refuses what the proxy in front refused, whatever the token', async () => {
    const certificateOf = () => ({ leaf: LEAF, bag: [], proxyRefusal: 'FAILED:expired' });
    const { guard, asked } = world(undefined, { certificateOf });
    expect(await answerOf(guard, READ)).toMatchObject({ status: 401 });
    expect(asked).toEqual([]);
  });

  it('asks without a thumbprint when no certificate came: the policy decides (RFC 8705 §3; TV-17)', async () => {
    const { guard, asked } = world(undefined, { certificateOf: () => undefined });
    await guard.decide(READ, request());
    expect(asked).toEqual([['a.b.c', undefined, NOON]]);
  });

  it('leaves a fault of ours what it is', async () => {
    const fault = new Error('a bug');
    const { guard } = world(undefined, { verifier: { verify: async () => Promise.reject(fault) } });
    await expect(guard.decide(READ, request())).rejects.toBe(fault);
  });

  it('gives what a guard of a framework throws: a refusal or an outage', async () => {
    const refusal = await world().guard.decide(undefined, request());
    const outage = await world({ outcome: 'unavailable', reason: 'deny_feed_stale' }).guard.decide(
      READ,
      request(),
    );
    expect(!refusal.allowed && refusal.error).toBeInstanceOf(AccessRefused);
    expect(!outage.allowed && outage.error).toBeInstanceOf(ServiceUnavailable);
  });
});
