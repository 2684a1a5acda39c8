import { describe, expect, it } from '@jest/globals';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import type { VerifiedAccess } from '@holdfast/cnf-token-verification';
import { thumbprintOf } from '@holdfast/token-binding';
import { Assertions, readAssertionKey } from './identity/assertion.js';
import { DEFAULT_IDENTITY_HEADERS, IdentityHeaders, inHeader } from './identity/identity-headers.js';
import { RateLimit } from './rate-limit.js';
import { parsePathPattern } from './routing/path-pattern.js';
import { findRoute } from './routing/route-table.js';

const NOON = new Date('2026-06-01T12:00:00Z');
const second = NOON.getTime() / 1_000;
const alice = {
  issuer: 'https://as.example',
  audience: 'https://api.example',
  clientId: 'alice',
  partner: undefined,
  scopes: ['a', 'b'],
  thumbprint: 'T',
  expiresAt: second + 100,
} as unknown as VerifiedAccess;

describe('findRoute', () => {
  const route = (path: string, host?: string, methods?: string[]) => ({
    pattern: parsePathPattern(path)!,
    host,
    methods,
    path,
  });
  const table = [
    route('/orders/open', undefined, ['GET']),
    route('/orders/*', undefined, ['GET']),
    route('/orders/*', undefined, ['PUT']),
    route('/orders/**', 'b.example'),
    route('/', 'b.example'),
  ];
  it.each([
    ['GET', 'a.example', ['orders', 'open'], '/orders/open'],
    ['PUT', 'a.example', ['orders', 'open'], 'method_not_allowed'],
    ['PUT', 'a.example', ['orders', '1'], '/orders/*'],
    ['DELETE', 'b.example', ['orders', '1'], 'method_not_allowed'],
    ['DELETE', 'b.example', ['orders'], '/orders/**'],
    ['DELETE', 'b.example', ['orders', '1', '2'], '/orders/**'],
    ['DELETE', 'a.example', ['orders', '1', '2'], 'path_unknown'],
    ['GET', 'b.example', [], '/'],
    ['GET', 'a.example', [], 'path_unknown'],
    ['GET', 'a.example', ['Orders', 'open'], 'path_unknown'],
  ])('gives %s %s %j to %s', (method, host, segments, expected) => {
    const found = findRoute(table, { method, host, segments });
    expect(found.found ? found.route.path : found.reason).toBe(expected);
  });
});

describe('RateLimit', () => {
  it('gives a burst, then its rate, to each client for itself', () => {
    let now = 0;
    const limit = new RateLimit({ perSecond: 2, burst: 3 }, () => now);
    expect([1, 2, 3, 4].map(() => limit.take('a'))).toEqual([undefined, undefined, undefined, 1]);
    expect(limit.take('b')).toBeUndefined();
    now = 500;
    expect([limit.take('a'), limit.take('a')]).toEqual([undefined, 1]);
    now = 3_600_000;
    expect([1, 2, 3, 4].map(() => limit.take('a'))).toEqual([undefined, undefined, undefined, 1]);
  });

  it('remembers a bounded number of clients (DO-18)', () => {
    const limit = new RateLimit({ perSecond: 1, burst: 1 }, () => 0);
    for (let index = 0; index < 20_000; index += 1) limit.take(`client ${index}`);
    expect((limit as unknown as { buckets: Map<string, unknown> }).buckets.size).toBe(10_000);
  });
});

describe('identity headers', () => {
  it.each([
    ['plain id', 'plain id'],
    ['a\r\nX-Evil: 1', 'a%0D%0AX-Evil: 1'],
    ['100%', '100%25'],
    ['%31', '%2531'],
    ['Zoë', 'Zo%C3%AB'],
    [' a ', '%20a%20'],
    ['\ud800', '%EF%BF%BD'],
  ])('write %j as %j, so that it is one line and nobody else', (value, written) => {
    expect(inHeader(value)).toBe(written);
  });

  it('say nothing of what the token does not say', () => {
    expect(new IdentityHeaders(DEFAULT_IDENTITY_HEADERS).of(alice)).not.toContain('Holdfast-Partner');
  });
});

describe('assertions', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const plan = {
    key: privateKey,
    issuer: 'https://g.example',
    header: 'X-Who',
    bearer: false,
    lifetimeSeconds: 60,
  };
  const UPSTREAM = { name: 'http://127.0.0.1:1', boundTo: undefined };

  it('vouch for a caller to one upstream, for a short time, verifiable by the published key', async () => {
    const assertions = new Assertions(plan);
    const [name, jwt] = await assertions.of(alice, UPSTREAM, NOON);
    const [jwk] = (await assertions.keySet()).keys;
    const { payload } = await jwtVerify(jwt!, await importJWK(jwk!, 'ES256'), {
      issuer: plan.issuer,
      audience: UPSTREAM.name,
      typ: 'holdfast-identity+jwt',
      currentDate: NOON,
    });
    expect(name).toBe('X-Who');
    expect(payload).toMatchObject({ sub: 'alice', client_id: 'alice', scope: 'a b', exp: second + 60 });
    expect(decodeProtectedHeader(jwt!).kid).toBe(jwk!.kid);
    expect(jwk).not.toHaveProperty('d');
  });

  it('serve again for half of their life, and never outlive the token', async () => {
    const assertions = new Assertions(plan);
    const at = async (seconds: number) =>
      (await assertions.of(alice, UPSTREAM, new Date(NOON.getTime() + seconds * 1_000)))[1];
    const first = await at(0);
    expect(await at(29)).toBe(first);
    expect(await at(30)).not.toBe(first);
    expect((await assertions.of(alice, { ...UPSTREAM, name: 'http://other:1' }, NOON))[1]).not.toBe(first);
    const late = await at(70);
    const { payload } = await jwtVerify(late!, createPublicKey(privateKey), { currentDate: NOON });
    expect(payload.exp).toBe(second + 100);
  });

  it('may be bearer tokens that only the gateway can use at the upstream (RFC 8705 §3.1)', async () => {
    const own = thumbprintOf(Buffer.from('the certificate of the gateway'));
    const assertions = new Assertions({ ...plan, bearer: true });
    const [name, value] = await assertions.of(alice, { ...UPSTREAM, boundTo: own }, NOON);
    expect(name).toBe('Authorization');
    const { cnf, client_certificate } = decodeJwt(value!.replace(/^Bearer /, ''));
    expect({ cnf, client_certificate }).toEqual({ cnf: { 'x5t#S256': own }, client_certificate: 'T' });
  });

  it('are signed with P-256 keys only', () => {
    const pem = (key: { export(options: object): unknown }) =>
      key.export({ type: 'pkcs8', format: 'pem' }) as string;
    expect(readAssertionKey(pem(privateKey))).toBeDefined();
    expect(readAssertionKey(pem(generateKeyPairSync('ed25519').privateKey))).toBeUndefined();
    expect(readAssertionKey('nothing')).toBeUndefined();
  });
});
