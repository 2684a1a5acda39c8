import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { thumbprintOf } from '@holdfast/token-binding';
import { echo } from './testing/backend.js';
import { AUDIENCE, ISSUER, World, type CallOptions } from './testing/world.js';

const FILE = `
upstreams:
  api: { url: BACKEND }
routes:
  - { path: /open/**, methods: [GET], scopes: public, upstream: api }
  - { path: /admin, methods: [GET], scopes: [admin], upstream: api }
  - { path: /small, methods: [POST], scopes: [write], upstream: api, bodyBytes: 10 }
  - { path: /slow, methods: [GET], scopes: [], upstream: api, rate: { perSecond: 0.5, burst: 2 } }
  - { path: /other/**, methods: any, scopes: [], upstream: api, audience: https://other.example }
  - { path: /**, methods: [GET, POST, PUT, DELETE], scopes: [read], upstream: api }
identity: { strip: [X-Internal] }
`;

let world: World;
beforeAll(async () => {
  world = await World.start(FILE);
});
afterAll(() => world.stop());
beforeEach(() => {
  world.backend.answer = echo;
});

describe('a call that is admitted', () => {
  it('reaches the upstream as it was sent, with the verified identity (RFC 8705 §3)', async () => {
    const { status, json, headers } = await world.good({
      method: 'POST',
      path: '/echo/a%20b?x=1&y=%2F',
      body: 'hello',
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      method: 'POST',
      url: '/echo/a%20b?x=1&y=%2F',
      body: 'hello',
      headers: {
        host: new URL(world.backend.url).host,
        'content-length': '5',
        'holdfast-client-id': 'alice',
        'holdfast-partner': 'acme',
        'holdfast-scopes': 'read write',
        'holdfast-certificate-thumbprint': thumbprintOf(world.alice.leaf.der),
        'holdfast-issuer': ISSUER,
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'localhost',
        via: '1.1 holdfast',
      },
    });
    expect(json['headers']['x-request-id']).toBe(headers['x-request-id']);
    expect(json['headers']).not.toHaveProperty('authorization');
  });

  it.each([
    ['Holdfast-Client-Id', 'bob'],
    ['HOLDFAST-PARTNER', 'beta'],
    ['Holdfast_Client_Id', 'bob'],
    ['Holdfast.Scopes', 'admin'],
    ['Holdfast-Anything', 'x'],
    ['X-Forwarded-For', '192.0.2.1'],
    ['X_Forwarded_For', '192.0.2.1'],
    ['Forwarded', 'for=192.0.2.1'],
    ['X-Real-Ip', '192.0.2.1'],
    ['Client-Cert', ':AAAA:'],
    ['X-Client-Cert', 'AAAA'],
    ['X-Forwarded-Client-Cert', 'Hash=AAAA'],
    ['X-SSL-Client-Verify', 'SUCCESS'],
    ['X-HTTP-Method-Override', 'DELETE'],
    ['X-Original-URL', '/admin'],
    ['X-Original-Host', 'b.example'],
    ['X-Client-Address', '192.0.2.1'],
    ['X-Internal', '1'],
    ['Proxy-Authorization', 'Basic eDp5'],
    ['Keep-Alive', 'timeout=1'],
    ['TE', 'trailers'],
  ])('does not carry what the client forged in %s (PH-19)', async (name, value) => {
    const { json } = await world.good({ headers: [name, value, 'X-Own', 'kept'] });
    const { headers } = json as unknown as { headers: Record<string, string> };
    expect(headers['x-own']).toBe('kept');
    expect(headers['holdfast-client-id']).toBe('alice');
    expect(Object.values(headers)).not.toContain(value);
  });

  it('keeps what the gateway sets, whatever Connection of the client names (CVE-2026-33805; PH-09)', async () => {
    const { json } = await world.good({
      headers: ['Connection', 'close, Holdfast-Client-Id, X-Forwarded-For, Host, X-Mine', 'X-Mine', '1'],
    });
    expect(json['headers']).toMatchObject({
      'holdfast-client-id': 'alice',
      'x-forwarded-for': '127.0.0.1',
      host: new URL(world.backend.url).host,
    });
    expect(json['headers']).not.toHaveProperty('x-mine');
  });

  it('gets the answer of the upstream as it is, without what was for one connection', async () => {
    world.backend.answer = (_request, response) => {
      response
        .writeHead(418, [
          'X-A',
          '1',
          'Set-Cookie',
          'a=1',
          'Set-Cookie',
          'b=2',
          'Connection',
          'X-Hop',
          'X-Hop',
          '1',
        ])
        .end('tea');
    };
    const { status, text, headers } = await world.good();
    expect({ status, text }).toEqual({ status: 418, text: 'tea' });
    expect(headers).toMatchObject({ 'x-a': '1', 'set-cookie': ['a=1', 'b=2'] });
    expect(headers).not.toHaveProperty('x-hop');
  });

  it('may announce its body: 100 comes once it is admitted (RFC 9110 §10.1.1)', async () => {
    const { status, json } = await world.good({
      method: 'POST',
      body: 'later',
      headers: { expect: '100-continue' },
    });
    expect({ status, body: json['body'] }).toEqual({ status: 200, body: 'later' });
  });

  it('may come without identity where the route is public, and names nobody there', async () => {
    const { status, json } = await world.call({
      path: '/open/page',
      headers: { 'holdfast-client-id': 'bob' },
    });
    expect(status).toBe(200);
    expect(Object.keys(json['headers']).filter((name) => name.startsWith('holdfast'))).toEqual([]);
  });
});

describe('a call that is refused', () => {
  const refused: [string, () => Promise<CallOptions>, number, string | undefined][] = [
    [
      'no token: a challenge that says nothing more (RFC 6750 §3.1)',
      async () => ({ as: world.alice }),
      401,
      undefined,
    ],
    [
      "a token of another's certificate (RFC 8705 §3)",
      async () => ({ as: world.bob, token: await world.token(world.alice) }),
      401,
      'invalid_token',
    ],
    [
      'no certificate (RFC 8705 §3)',
      async () => ({ token: await world.token(world.alice) }),
      401,
      'invalid_token',
    ],
    [
      'a token without binding (RFC 8705 §3)',
      async () => ({ as: world.alice, token: await world.token(world.alice, { cnf: undefined }) }),
      401,
      'invalid_token',
    ],
    [
      'a token for another API (RFC 9068 §4)',
      async () => ({ as: world.alice, token: await world.token(world.alice, { aud: 'https://x.example' }) }),
      401,
      'invalid_token',
    ],
    [
      'a token for the usual audience where the route has its own',
      async () => ({ as: world.alice, path: '/other/x', token: await world.token(world.alice) }),
      401,
      'invalid_token',
    ],
    [
      'a token without the scope of the route (RFC 6750 §3.1)',
      async () => ({ as: world.alice, path: '/admin', token: await world.token(world.alice) }),
      403,
      'insufficient_scope',
    ],
    [
      'a token in the query (RFC 6750 §2.1; TV-23)',
      async () => ({ as: world.alice, path: `/echo?access_token=${await world.token(world.alice)}` }),
      400,
      'invalid_request',
    ],
  ];
  it.each(refused)('for %s', async (_what, options, status, error) => {
    const before = world.backend.arrived;
    const answer = await world.call(await options());
    expect(answer.status).toBe(status);
    expect(world.backend.arrived).toBe(before);
    const challenge = answer.headers['www-authenticate'] ?? '';
    expect(challenge).toMatch(/^Bearer /);
    expect(/error="([^"]*)"/.exec(challenge)?.[1]).toBe(error);
    expect(answer.json['request_id']).toBe(answer.headers['x-request-id']);
  });

  it('names the metadata of the API, which is served without a token (RFC 9728 §5.1)', async () => {
    const { headers } = await world.call({});
    const url = `${AUDIENCE}/.well-known/oauth-protected-resource`;
    expect(headers['www-authenticate']).toBe(`Bearer resource_metadata="${url}"`);
    const { status, json } = await world.call({
      path: new URL(url).pathname,
      headers: { host: 'api.example' },
    });
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        resource: AUDIENCE,
        authorization_servers: [ISSUER],
        scopes_supported: ['admin', 'read', 'write'],
        bearer_methods_supported: ['header'],
        tls_client_certificate_bound_access_tokens: true,
      },
    });
  });

  it('writes no query into the log: a token may be in it (TV-23)', async () => {
    const token = await world.token(world.alice);
    await world.call({ as: world.alice, path: `/echo?access_token=${token}` });
    expect(JSON.stringify(world.heard.map(({ line }) => line))).not.toContain(token);
    expect(world.heard.at(-1)?.line).toMatchObject({ path: '/echo', reason: 'credentials_malformed' });
  });

  it.each([
    ['/echo/../admin'],
    ['/echo/%2e%2e/admin'],
    ['/echo/.%2E/admin'],
    ['/echo/..;/admin'],
    ['/echo//admin'],
    ['//admin'],
    ['/echo%2fadmin'],
    ['/echo%5cadmin'],
    ['/echo\\admin'],
    ['/echo/%252e%252e/admin'],
    ['/echo/%00'],
    ['/echo/%c0%ae'],
    ['/echo/%zz'],
    ['/admin;x=1'],
    ['http://localhost/admin'],
  ])('for a path that could be read in two ways: %s (SS-21)', async (path) => {
    const before = world.backend.arrived;
    expect(await world.good({ path })).toMatchObject({ status: 400 });
    expect(world.backend.arrived).toBe(before);
  });

  it.each([['/admin/'], ['/%61dmin']])(
    'with the scope of the route, however it is spelled: %s',
    async (path) => {
      expect(await world.good({ path })).toMatchObject({ status: 403 });
    },
  );

  it('for a path that differs from a route in letter case only, rather than by a wider route', async () => {
    expect(await world.good({ path: '/ADMIN' })).toMatchObject({ status: 404 });
  });

  it('for a method that the first route of the path does not have, although a wider one has it', async () => {
    const { status, headers } = await world.good({ path: '/admin', method: 'DELETE' });
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'GET' });
  });

  it('for a body beyond the limit of the route, announced or not (413)', async () => {
    const before = world.backend.arrived;
    const long = 'x'.repeat(11);
    const post = { method: 'POST', path: '/small' } as const;
    expect(await world.good({ ...post, body: long })).toMatchObject({ status: 413 });
    expect(world.backend.arrived).toBe(before);
    expect(
      await world.good({ ...post, body: long, headers: ['Transfer-Encoding', 'chunked'] }),
    ).toMatchObject({
      status: 413,
    });
    expect(await world.good({ ...post, body: 'x'.repeat(10) })).toMatchObject({ status: 200 });
  });

  it('for more calls than its rate, with the seconds to wait; another client is not concerned (DO-16)', async () => {
    const path = '/slow';
    const bob = { as: world.bob, token: await world.token(world.bob) };
    const statuses = [];
    for (let call = 0; call < 3; call += 1) statuses.push(await world.good({ path }));
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(Number(statuses[2]!.headers['retry-after'])).toBeGreaterThan(0);
    expect(await world.call({ ...bob, path })).toMatchObject({ status: 200 });
  });

  it.each([
    ['101 header lines (DO-10)', Array.from({ length: 101 }, (_, index) => [`X-${index}`, '1']).flat(), 431],
    ['two hosts', ['Host', 'localhost', 'Host', 'other'], 400],
    ['a body of two lengths', ['Content-Length', '1', 'Transfer-Encoding', 'chunked'], 400],
    ['a transfer coding but chunked', ['Transfer-Encoding', 'gzip, chunked'], 400],
  ])('for %s', async (_what, headers, status) => {
    const answer = await world.good({ method: 'POST', headers }).catch((error: Error) => error);
    expect(answer).toMatchObject({ status });
  });

  it('for a header called __proto__, which is a header like any other (DO-20)', async () => {
    expect(await world.good({ headers: ['__proto__', '1', 'constructor', '2'] })).toMatchObject({
      status: 200,
    });
  });
});
