import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CLAIMS, FakePlatform, TOKEN } from './testing/fake-platform.js';

let platform: FakePlatform;

beforeAll(async () => {
  platform = await FakePlatform.start();
});
beforeEach(() => platform.reset());
afterAll(() => platform.stop());

const PARTNER = ['--client-id', 'beta-sync', '--cert', 'operator.pem', '--key', 'operator.key'];

describe('holdfast token', () => {
  it('prints the token on stdout and its claims on stderr', async () => {
    const { code, stdout, stderr } = await platform.run('token', ...PARTNER);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${TOKEN}\n` });
    expect(JSON.parse(stderr.replace('Claims: ', ''))).toEqual(CLAIMS);
    expect(Object.fromEntries(new URLSearchParams(platform.seen[0]!.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'beta-sync',
    });
  });

  it('asks for the scopes and the resource that are given (RFC 8707)', async () => {
    await platform.run(
      'token',
      ...PARTNER,
      '--scope',
      'a',
      '--scope',
      'b',
      '--resource',
      'https://api.example',
    );
    expect(Object.fromEntries(new URLSearchParams(platform.seen[0]!.body))).toMatchObject({
      scope: 'a b',
      resource: 'https://api.example',
    });
  });

  it('prints one JSON document with the answer and the claims', async () => {
    const { stdout, stderr } = await platform.run('token', ...PARTNER, '-o', 'json');
    expect(JSON.parse(stdout)).toEqual({
      access_token: TOKEN,
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'admin',
      claims: CLAIMS,
    });
    expect(stderr).toBe('');
  });

  it('knows the clients of the demo by their id', async () => {
    expect(await platform.run('token', '--client-id', 'acme-orders')).toMatchObject({ code: 0 });
  });

  it.each([[[]], [['--client-id', 'beta-sync']], [['--client-id', 'acme-orders', '--cert', 'operator.pem']]])(
    'with %j is a usage error: a token is never asked for as the operator by accident',
    async (args) => {
      expect(await platform.run('token', ...args)).toMatchObject({ code: 64, stdout: '' });
      expect(platform.seen).toEqual([]);
    },
  );

  it.each<[status: number, error: string, exit: number]>([
    [401, 'invalid_client', 3],
    [400, 'invalid_scope', 3],
    [400, 'invalid_target', 3],
    [400, 'unauthorized_client', 3],
    [400, 'invalid_request', 1],
    [503, 'temporarily_unavailable', 1],
  ])('is refused with %i %s: exit code %i', async (status, error, exit) => {
    const body = {
      error,
      error_description: 'in words',
      error_uri: 'https://localhost/errors/x',
      request_id: 'req-5',
    };
    platform.answer('POST /token', { status, body });
    const { code, stdout, stderr } = await platform.run('token', ...PARTNER);
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
    expect(stderr).toContain(`${error}: in words`);
    expect(stderr).toContain('More about it: https://localhost/errors/x');
  });
});

describe('holdfast call', () => {
  it('calls with the token over the same certificate and prints the body as it is (RFC 8705 §3)', async () => {
    platform.answer('GET /orders?page=1', { body: '[1,\n2]' });
    const run = await platform.run('call', `${platform.url}/orders?page=1`, ...PARTNER);
    expect(run).toEqual({ code: 0, stdout: '[1,\n2]', stderr: '' });
    const [token, call] = platform.seen;
    expect(call).toMatchObject({ authorization: `Bearer ${TOKEN}`, thumbprint: token!.thumbprint });
    expect(call!.thumbprint).toBeDefined();
  });

  it('sends data as JSON with POST, or with the method given', async () => {
    platform.answer('POST /orders', { status: 201, body: {} });
    platform.answer('PUT /orders', { body: {} });
    await platform.run('call', `${platform.url}/orders`, ...PARTNER, '-d', '{"item":"bolts"}');
    await platform.run('call', `${platform.url}/orders`, ...PARTNER, '-d', '{"item":"nuts"}', '-X', 'PUT');
    expect(platform.calls).toMatchObject([
      { request: 'POST /orders', body: '{"item":"bolts"}', contentType: 'application/json' },
      { request: 'PUT /orders', body: '{"item":"nuts"}' },
    ]);
  });

  it.each([
    [401, 3],
    [403, 3],
    [404, 4],
    [409, 1],
    [302, 1],
    [500, 1],
  ])('an answer with %i is exit code %i; the body is printed all the same', async (status, exit) => {
    const headers = {
      'www-authenticate': 'Bearer error="invalid_token"',
      location: 'https://elsewhere.example',
    };
    platform.answer('GET /orders', { status, body: 'why', headers });
    const { code, stdout, stderr } = await platform.run('call', `${platform.url}/orders`, ...PARTNER);
    expect({ code, stdout }).toEqual({ code: exit, stdout: 'why' });
    expect(stderr).toContain(`answers ${status}.\n  WWW-Authenticate: Bearer error="invalid_token"`);
  });

  it('refuses a URL without TLS before a token is asked for', async () => {
    const { code, stderr } = await platform.run('call', 'http://localhost/orders', ...PARTNER);
    expect(code).toBe(64);
    expect(stderr).toContain('begins with https://');
    expect(platform.seen).toEqual([]);
  });
});
