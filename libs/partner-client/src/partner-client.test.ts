import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createSelfSigned, type IssuedCertificate } from '@holdfast/test-pki';
import { CallNotAllowed, ServiceUnavailable, TokenRefused } from './errors.js';
import type { PartnerClient } from './partner-client.js';
import { answerJson, PartnerWorld, refuseToken, VALID } from './testing/partner-world.js';

let world: PartnerWorld;
let tokenEndpoint: string;
let api: string;
let own: IssuedCertificate;

beforeAll(async () => {
  world = await PartnerWorld.start();
  tokenEndpoint = await world.tokenService();
  api = await world.api();
  own = await createSelfSigned({ subject: 'CN=own', ...VALID });
});
beforeEach(() => {
  world.reset();
  world.install(own);
});
afterAll(() => world.stop());

const client = (): PartnerClient => world.client({ tokenEndpoint, resource: api, scope: 'orders:read' });

describe('getToken', () => {
  it('asks with the certificate, and with the client_id in the form (RFC 8705 §2)', async () => {
    const token = await client().getToken();
    expect(token).toMatchObject({ scope: 'orders:read', expiresAt: new Date(world.now.getTime() + 300_000) });
    const [seen] = world.tokenRequests;
    expect(Object.fromEntries(new URLSearchParams(seen!.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'acme-orders',
      resource: api,
      scope: 'orders:read',
    });
    expect(token.accessToken).toContain(seen!.thumbprint!);
  });

  it('asks once for a hundred that want it at the same time', async () => {
    const one = client();
    const tokens = await Promise.all(Array.from({ length: 100 }, () => one.getToken()));
    expect(new Set(tokens.map(({ accessToken }) => accessToken)).size).toBe(1);
    expect(world.tokenRequests).toHaveLength(1);
  });

  it('keeps tokens apart by resource and scope', async () => {
    const one = client();
    await one.getToken();
    await one.getToken({ scope: 'orders:write' });
    await one.getToken({ resource: 'https://other.example' });
    await one.getToken();
    expect(world.tokenRequests).toHaveLength(3);
  });

  it('keeps a token until thirty seconds before its end', async () => {
    const one = client();
    const first = await one.getToken();
    world.pass(269);
    expect(await one.getToken()).toEqual(first);
    world.pass(1);
    expect((await one.getToken()).accessToken).not.toBe(first.accessToken);
    expect(world.tokenRequests).toHaveLength(2);
  });

  it('keeps a token of ten seconds for eight', async () => {
    world.onToken = (_seen, response) =>
      answerJson(response, 200, { access_token: 'short', token_type: 'bearer', expires_in: 10 });
    const one = client();
    await one.getToken();
    world.pass(7.9);
    await one.getToken();
    expect(world.tokenRequests).toHaveLength(1);
    world.pass(0.1);
    await one.getToken();
    expect(world.tokenRequests).toHaveLength(2);
  });

  it('does not keep a token whose life is not stated (RFC 6749 §5.1)', async () => {
    world.onToken = (_seen, response) =>
      answerJson(response, 200, { access_token: 'x', token_type: 'Bearer' });
    const one = client();
    expect((await one.getToken()).expiresAt).toBeUndefined();
    await one.getToken();
    expect(world.tokenRequests).toHaveLength(2);
  });

  it('uses up a token that still counts while the service cannot answer', async () => {
    const one = client();
    const first = await one.getToken();
    world.onToken = (_seen, response) => answerJson(response, 503, {});
    world.pass(290);
    expect(await one.getToken()).toEqual(first);
    world.pass(10);
    await expect(one.getToken()).rejects.toThrow(ServiceUnavailable);
  });

  it('does not use up a token when the service says no', async () => {
    const one = client();
    await one.getToken();
    world.onToken = (_seen, response) => answerJson(response, 401, { error: 'invalid_client' });
    world.pass(290);
    await expect(one.getToken()).rejects.toThrow(TokenRefused);
  });
});

describe('a refusal', () => {
  it('is told with its code, reason, explanation and request id (RFC 6749 §5.2)', async () => {
    world.onToken = (_seen, response) =>
      answerJson(response, 401, {
        error: 'invalid_client',
        error_description: 'the certificate has\u001b expired',
        error_uri: 'https://as.example/errors/certificate_expired',
        request_id: 'r-1',
      });
    const refusal = (await client()
      .getToken()
      .catch((error: unknown) => error)) as TokenRefused;
    expect(refusal).toBeInstanceOf(TokenRefused);
    expect(refusal).toMatchObject({
      status: 401,
      error: 'invalid_client',
      reason: 'certificate_expired',
      errorUri: 'https://as.example/errors/certificate_expired',
      requestId: 'r-1',
    });
    expect(refusal.message).toBe(
      'The token service refuses acme-orders: invalid_client, the certificate has\\u{1b} expired.' +
        ' More about it: https://as.example/errors/certificate_expired.' +
        ' The operator finds it by the request id r-1.',
    );
  });

  it('is remembered for a second, not for good', async () => {
    world.onToken = (_seen, response) => answerJson(response, 400, { error: 'invalid_scope' });
    const one = client();
    await expect(one.getToken()).rejects.toThrow(TokenRefused);
    world.onToken = undefined;
    await expect(one.getToken()).rejects.toThrow(TokenRefused);
    expect(world.tokenRequests).toHaveLength(1);
    world.pass(1);
    await expect(one.getToken()).resolves.toMatchObject({ scope: 'orders:read' });
  });
});

describe('a service that cannot answer', () => {
  it('is left alone for as long as Retry-After says (RFC 9110 §10.2.3)', async () => {
    world.onToken = (_seen, response) =>
      answerJson(response, 503, { request_id: 'r' }, { 'retry-after': '7' });
    const one = client();
    await expect(one.getToken()).rejects.toMatchObject({ status: 503, retryAfterSeconds: 7, requestId: 'r' });
    world.onToken = undefined;
    world.pass(6.9);
    await expect(one.getToken()).rejects.toThrow(ServiceUnavailable);
    world.pass(0.1);
    await one.getToken();
    expect(world.tokenRequests).toHaveLength(2);
  });

  it('is left alone for a longer while after each failure, ten seconds at most', async () => {
    world.onToken = (_seen, response) => answerJson(response, 500, {});
    const one = client();
    for (const pause of [1, 2, 4, 8, 10, 10]) {
      await expect(one.getToken()).rejects.toThrow(ServiceUnavailable);
      const asked = world.tokenRequests.length;
      world.pass(pause - 0.1);
      await expect(one.getToken()).rejects.toThrow(ServiceUnavailable);
      expect(world.tokenRequests).toHaveLength(asked);
      world.pass(0.1);
    }
  });

  it.each([
    [200, { access_token: 'x', token_type: 'DPoP' }],
    [200, { hello: 'world' }],
    [404, {}],
  ])('is told from one that is no token endpoint (%s %j)', async (status, body) => {
    world.onToken = (_seen, response) => answerJson(response, status, body);
    await expect(client().getToken()).rejects.toMatchObject({
      name: 'UnexpectedAnswer',
      message: `${tokenEndpoint} answers ${status}, and not like a token endpoint. Check the address.`,
    });
  });
});

describe('fetch', () => {
  it('sends the token over the certificate that it is bound to (RFC 8705 §3)', async () => {
    const answer = await client().fetch(`${api}/orders`, { method: 'POST', body: 'bolts' });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ got: 'bolts' });
    expect(world.calls).toMatchObject([{ path: '/orders', thumbprint: world.tokenRequests[0]!.thumbprint }]);
  });

  it('asks once more with a new token after 401 invalid_token, with the same body (RFC 6750 §3.1)', async () => {
    const one = client();
    world.onCall = (_seen, response) => {
      world.onCall = undefined;
      refuseToken(response);
    };
    const answer = await one.fetch(`${api}/orders`, { method: 'POST', body: 'bolts' });
    expect(await answer.json()).toEqual({ got: 'bolts' });
    expect(world.tokenRequests).toHaveLength(2);
    expect(world.calls[0]!.authorization).not.toBe(world.calls[1]!.authorization);
  });

  it('gives the second 401 back', async () => {
    world.onCall = (_seen, response) => refuseToken(response);
    expect((await client().fetch(`${api}/orders`)).status).toBe(401);
    expect(world.calls).toHaveLength(2);
  });

  it.each([
    ['401 without invalid_token', 401, { 'www-authenticate': 'Bearer' }],
    ['403 insufficient_scope', 403, { 'www-authenticate': 'Bearer error="insufficient_scope"' }],
    ['503', 503, {}],
  ])('gives %s back as it is', async (_name, status, headers) => {
    world.onCall = (_seen, response) => answerJson(response, status, {}, headers);
    expect((await client().fetch(`${api}/orders`)).status).toBe(status);
    expect(world.calls).toHaveLength(1);
  });

  it('does not send a stream a second time', async () => {
    world.onCall = (_seen, response) => refuseToken(response);
    const body = new Blob(['bolts']).stream();
    expect((await client().fetch(`${api}/orders`, { method: 'POST', body, duplex: 'half' })).status).toBe(
      401,
    );
    expect(world.calls.map((seen) => seen.body)).toEqual(['bolts']);
  });

  it('does not follow a redirect', async () => {
    const other = await world.api();
    world.onCall = (_seen, response) => answerJson(response, 307, {}, { location: `${other}/stolen` });
    const answer = await client().fetch(`${api}/orders`);
    expect([answer.status, answer.headers.get('location')]).toEqual([307, `${other}/stolen`]);
    expect(world.calls.map(({ path }) => path)).toEqual(['/orders']);
  });

  it.each([
    ['another origin', 'https://localhost:1/orders'],
    ['another host', 'https://api.example/orders'],
    ['http', 'http://localhost/orders'],
    ['what is no URL', '/orders'],
  ])('does not send a token to %s, and asks for none', async (_name, url) => {
    await expect(client().fetch(url)).rejects.toThrow(CallNotAllowed);
    expect(world.tokenRequests).toEqual([]);
  });

  it('sends a token to an origin that is listed', async () => {
    const one = world.client({ tokenEndpoint, resource: 'https://api.example', allowedOrigins: [api] });
    expect((await one.fetch(new URL(`${api}/orders`))).status).toBe(200);
  });

  it('sends no token anywhere when neither a resource nor an origin is named', async () => {
    await expect(world.client({ tokenEndpoint }).fetch(`${api}/orders`)).rejects.toThrow(CallNotAllowed);
  });

  it("does not take the caller's own Authorization for its token", async () => {
    const headers = { Authorization: 'Basic x' };
    await expect(client().fetch(`${api}/orders`, { headers })).rejects.toThrow(CallNotAllowed);
  });

  it('gives answers without a body, and those to HEAD', async () => {
    const one = client();
    expect((await one.fetch(`${api}/orders`, { method: 'HEAD' })).status).toBe(200);
    world.onCall = (_seen, response) => void response.writeHead(204).end();
    expect((await one.fetch(`${api}/orders`, { method: 'DELETE' })).status).toBe(204);
  });

  it('ends with the signal of the caller', async () => {
    world.onCall = () => undefined;
    const signal = AbortSignal.timeout(200);
    await expect(client().fetch(`${api}/orders`, { signal })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('ends when the server stays silent', async () => {
    world.onCall = () => undefined;
    const one = world.client({ tokenEndpoint, resource: api, timeoutMs: 300 });
    await expect(one.fetch(`${api}/orders`)).rejects.toMatchObject({ name: 'TlsFailure', code: 'timed_out' });
  });
});

describe('metadata of an issuer', () => {
  const issuerWith = async (metadata: (origin: string) => object): Promise<string> => {
    const paths: string[] = [];
    const { port } = await world.listen([], await world.serverCertificate(), (seen, response) => {
      paths.push(seen.path, seen.thumbprint ?? 'no certificate');
      answerJson(response, 200, metadata(`https://localhost:${port}`));
    });
    return `https://localhost:${port}`;
  };

  it('names the endpoint; the alias for mutual TLS goes first (RFC 8705 §5)', async () => {
    const issuer = await issuerWith((origin) => ({
      issuer: origin,
      token_endpoint: `${origin}/not-this-one`,
      mtls_endpoint_aliases: { token_endpoint: tokenEndpoint },
    }));
    const one = world.client({ issuer, resource: api });
    expect((await one.fetch(`${api}/orders`)).status).toBe(200);
    expect(world.tokenRequests).toHaveLength(1);
  });

  it('of another issuer is refused (RFC 8414 §3.3)', async () => {
    const issuer = await issuerWith(() => ({ issuer: 'https://as.example', token_endpoint: tokenEndpoint }));
    await expect(world.client({ issuer }).getToken()).rejects.toMatchObject({ name: 'UnexpectedAnswer' });
    expect(world.tokenRequests).toEqual([]);
  });

  it('that names an endpoint without TLS is refused', async () => {
    const issuer = await issuerWith((origin) => ({
      issuer: origin,
      token_endpoint: 'http://as.example/token',
    }));
    await expect(world.client({ issuer }).getToken()).rejects.toThrow('begins with https://');
  });
});

describe('options', () => {
  it.each([
    [{ clientId: '' }, 'clientId is needed'],
    [{ issuer: 'https://as.example' }, 'either tokenEndpoint or issuer'],
    [{ tokenEndpoint: 'http://as.example/token' }, 'begins with https://'],
    [{ privateKey: 'x' }, 'certificateFile and privateKeyFile, or'],
    [{ allowedOrigins: ['https://api.example/'] }, 'is not an origin'],
    [{ rejectUnauthorized: false }, 'unknown options: rejectUnauthorized'],
  ])('%j are refused in words', (wrong, says) => {
    expect(() => world.client({ tokenEndpoint, ...wrong })).toThrow(says);
  });
});

it('close ends what is under way', async () => {
  world.onCall = () => undefined;
  const one = client();
  const call = one.fetch(`${api}/orders`);
  const ended = expect(call).rejects.toMatchObject({ name: 'TlsFailure' });
  while (world.calls.length === 0) await delay(5);
  one.close();
  await ended;
});
