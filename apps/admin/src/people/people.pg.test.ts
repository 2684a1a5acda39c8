import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OPERATIONS } from '@holdfast/admin-contract';
import { SoftwareAuthenticator } from '@holdfast/people/testing';
import { ORIGIN, PeopleWorld, type Answer, type Call, type PeopleListener } from './testing/people-world.js';

describe('the listener for people', () => {
  let world: PeopleWorld;
  let listener: PeopleListener;
  let production: PeopleListener;
  beforeAll(async () => {
    world = await PeopleWorld.create();
    listener = await world.listen();
    production = await world.listen('production');
  });
  afterAll(() => world.stop());

  let partners = 0;
  const newPartner = () => ({ id: `partner-${(partners += 1)}`, name: 'A partner' });

  describe('sign-in by link', () => {
    it('opens a session that may do everything in development, in the name of the account', async () => {
      const { status, json, cookie } = await world.signIn(listener);
      expect([status, json]).toEqual([
        200,
        {
          account: { id: expect.stringMatching(/^acc_/), name: expect.any(String), role: 'owner' },
          passkeys: 0,
          via: 'link',
          mode: 'development',
        },
      ]);
      expect((await listener.call('/auth/session', { cookie })).json).toEqual(json);
      const partner = newPartner();
      expect((await listener.call('/api/v1/partners', { cookie, body: partner })).status).toBe(201);
      const audit = await listener.call(`/api/v1/audit?partner=${partner.id}`, { cookie });
      const { id } = json['account'] as { id: string };
      expect(audit.json['items']).toMatchObject([{ kind: 'partner.created', actor: id }]);
    });

    it('may only set up a passkey in production', async () => {
      const { cookie } = await world.signIn(production);
      const partner = await production.call('/api/v1/partners', { cookie, body: newPartner() });
      expect([partner.status, partner.json['code']]).toEqual([403, 'forbidden']);
      expect((await production.call('/api/v1/audit', { cookie })).status).toBe(403);
      expect((await production.call('/auth/session', { cookie })).json).toMatchObject({ mode: 'production' });
      const options = await production.call('/auth/passkey/registration/options', { cookie, body: {} });
      expect(options.status).toBe(200);
    });

    it.each<[string, unknown, number]>([
      ['an unknown token', { token: 'A'.repeat(43) }, 401],
      ['what cannot be a token', { token: 'x' }, 401],
      ['no token', {}, 422],
    ])('refuses %s', async (_name, body, status) => {
      const answer = await listener.call('/auth/link', { body });
      expect([answer.status, answer.setCookie]).toEqual([status, '']);
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    });

    it('says the same of a link that was used as of one that never was', async () => {
      const token = await world.invite();
      await listener.call('/auth/link', { body: { token } });
      const used = await listener.call('/auth/link', { body: { token } });
      const unknown = await listener.call('/auth/link', { body: { token: 'A'.repeat(43) } });
      const shown = ({ status, json }: Answer) => [status, { ...json, request_id: '' }];
      expect(shown(used)).toEqual(shown(unknown));
      expect(used.json['code']).toBe('link_unusable');
    });
  });

  describe('passkeys', () => {
    it('are set up once, and then sign in where a link may not do anything', async () => {
      const authenticator = new SoftwareAuthenticator(ORIGIN);
      const byLink = await world.signIn(production);
      const creation = await production.call('/auth/passkey/registration/options', {
        cookie: byLink.cookie,
        body: {},
      });
      expect(creation.json).toMatchObject({
        rp: { id: 'admin.example' },
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      });
      const added = await production.call('/auth/passkey/registration', {
        cookie: byLink.cookie,
        body: { name: 'Laptop', response: authenticator.create(creation.json as never) },
      });
      expect([added.status, added.json]).toEqual([201, { id: authenticator.id, name: 'Laptop' }]);
      expect((await production.call('/api/v1/partners', { cookie: added.cookie })).status).toBe(200);

      const request = await production.call('/auth/passkey/authentication/options', { body: {} });
      expect(request.json).toMatchObject({ rpId: 'admin.example', userVerification: 'required' });
      const body = { response: authenticator.get(request.json as never) };
      const signedIn = await production.call('/auth/passkey/authentication', { body });
      expect([signedIn.status, signedIn.json]).toMatchObject([200, { passkeys: 1, via: 'passkey' }]);
      expect((await production.call('/api/v1/partners', { cookie: signedIn.cookie })).status).toBe(200);
      const again = await production.call('/auth/passkey/authentication', { body });
      expect([again.status, again.json['code'], again.setCookie]).toEqual([401, 'unauthenticated', '']);
    });

    it('can be listed, renamed and removed by their owner, but not the last one (AW-26)', async () => {
      let { cookie } = await world.signIn(production);
      const added = async (name: string) => {
        const authenticator = new SoftwareAuthenticator(ORIGIN);
        const { json } = await production.call('/auth/passkey/registration/options', { cookie, body: {} });
        const body = { name, response: authenticator.create(json as never) };
        ({ cookie } = await production.call('/auth/passkey/registration', { cookie, body }));
        return authenticator.id;
      };
      const [laptop, phone] = [await added('Laptop'), await added('Phone')];
      const change = (verb: 'rename' | 'remove', body: unknown) =>
        production.call(`/auth/passkeys/${verb}`, { cookie, body });
      expect((await change('rename', { id: laptop, name: ' Old laptop ' })).status).toBe(204);
      expect((await change('remove', { id: phone })).status).toBe(204);
      expect((await change('remove', { id: phone })).status).toBe(404);
      const last = await change('remove', { id: laptop });
      expect([last.status, last.json['code']]).toEqual([409, 'last_passkey']);
      expect((await production.call('/auth/passkeys', { cookie })).json).toEqual({
        items: [{ id: laptop, name: 'Old laptop', created_at: expect.stringMatching(/Z$/), used_at: null }],
      });
    });

    it('are out of reach of a session that a link opened, in production', async () => {
      const { cookie } = await world.signIn(production);
      expect((await production.call('/auth/passkeys', { cookie })).status).toBe(403);
      for (const verb of ['rename', 'remove']) {
        const answer = await production.call(`/auth/passkeys/${verb}`, { cookie, body: { id: 'AAAA' } });
        expect([answer.status, answer.json['code']]).toEqual([403, 'forbidden']);
      }
    });

    it('refuses what is no credential at its pointers', async () => {
      const answer = await listener.call('/auth/passkey/authentication', {
        body: { response: { id: '?', response: {} } },
      });
      expect(answer.status).toBe(422);
      expect((answer.json['errors'] as { pointer: string }[]).map(({ pointer }) => pointer)).toContain(
        '/response/response/signature',
      );
    });
  });

  describe('sessions', () => {
    it('get a new id at every sign-in, whatever the browser brought along (AW-11)', async () => {
      const fixed = `__Host-holdfast=${'A'.repeat(43)}`;
      const answer = await listener.call('/auth/link', {
        body: { token: await world.invite() },
        cookie: fixed,
      });
      expect(answer.status).toBe(200);
      expect(answer.cookie).not.toBe(fixed);
      expect((await listener.call('/auth/session', { cookie: fixed })).status).toBe(401);
    });

    it('end when the same browser signs in anew (AW-11)', async () => {
      const { cookie } = await world.signIn(listener);
      const anew = await listener.call('/auth/link', { body: { token: await world.invite() }, cookie });
      expect((await listener.call('/auth/session', { cookie })).status).toBe(401);
      expect((await listener.call('/auth/session', { cookie: anew.cookie })).status).toBe(200);
    });

    it('are over on every replica when one is signed out (AW-11)', async () => {
      const other = await world.listen();
      const { cookie } = await world.signIn(listener);
      expect((await other.call('/auth/session', { cookie })).status).toBe(200);
      const out = await listener.call('/auth/sign-out', { method: 'POST', cookie });
      expect([out.status, out.setCookie]).toEqual([204, expect.stringMatching(/Max-Age=0/)]);
      for (const replica of [other, listener]) {
        expect((await replica.call('/api/v1/partners', { cookie })).status).toBe(401);
        expect((await replica.call('/auth/session', { cookie })).json['code']).toBe('unauthenticated');
      }
    });

    it('are not open to a cookie that comes twice', async () => {
      const { cookie } = await world.signIn(listener);
      expect((await listener.call('/auth/session', { cookie: `a=b; ${cookie}` })).status).toBe(200);
      const twice = `${cookie}; __Host-holdfast=${'A'.repeat(43)}`;
      expect((await listener.call('/auth/session', { cookie: twice })).status).toBe(401);
    });

    it.each(['development', 'production'] as const)(
      'have a cookie that only this host gets, and no script, in %s (AW-12)',
      async (mode) => {
        const { setCookie } = await world.signIn(mode === 'production' ? production : listener);
        const [pair = '', ...attributes] = setCookie.split('; ');
        expect(pair).toMatch(/^__Host-holdfast=[A-Za-z0-9_-]{43}$/);
        expect(attributes.sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Strict', 'Secure']);
        expect(setCookie.length).toBeLessThan(4_096);
      },
    );
  });

  describe('every route of the API', () => {
    it.each(OPERATIONS.map(({ method, path }): [string, string] => [method.toUpperCase(), path]))(
      'is closed without a session, and to a token: %s %s (AW-01, AW-22)',
      async (method, path) => {
        const call: Call = { method, ...(method !== 'GET' && method !== 'DELETE' && { body: {} }) };
        const target = path.replace('{id}', 'acme');
        expect((await listener.call(target, call)).status).toBe(401);
        const headers = { authorization: 'Bearer eyJhbGciOiJFUzI1NiJ9.e30.AAAA' };
        expect((await listener.call(target, { ...call, headers })).status).toBe(401);
      },
    );

    it('is closed in production to a session that a link opened (AW-02)', async () => {
      const { cookie } = await world.signIn(production);
      const open: string[] = [];
      for (const { method, path } of OPERATIONS) {
        const call: Call = { method: method.toUpperCase(), cookie, ...(method === 'post' && { body: {} }) };
        const { status } = await production.call(path.replace('{id}', 'acme'), call);
        if (status !== 403) open.push(`${method} ${path}: ${status}`);
      }
      expect(open).toEqual([]);
    });
  });

  describe('a request from elsewhere', () => {
    const form = 'application/x-www-form-urlencoded';
    it.each<[string, Record<string, string | undefined>]>([
      ['without Origin', { origin: undefined }],
      ['with Origin: null', { origin: 'null' }],
      ['of a sibling host', { origin: 'https://other.admin.example:7400' }],
      ['of the parent domain', { origin: 'https://example:7400' }],
      ['of another port', { origin: 'https://admin.example' }],
      ['over plain http', { origin: 'http://admin.example:7400' }],
      ['as a cross-site form', { origin: 'https://evil.example', 'content-type': form }],
      ['as JSON in text/plain', { origin: 'https://evil.example', 'content-type': 'text/plain' }],
    ])('%s is refused, and changes nothing (AW-09)', async (_name, headers) => {
      const { cookie } = await world.signIn(listener);
      const partner = newPartner();
      const answer = await listener.call('/api/v1/partners', { cookie, headers, body: partner });
      expect([answer.status, answer.json['code']]).toEqual([403, 'forbidden']);
      expect((await listener.call(`/api/v1/partners/${partner.id}`, { cookie })).status).toBe(404);
      const out = await listener.call('/auth/sign-out', { method: 'POST', cookie, headers });
      expect([out.status, (await listener.call('/auth/session', { cookie })).status]).toEqual([403, 200]);
    });

    it.each([form, 'text/plain', 'multipart/form-data; boundary=x'])(
      'is not even read as %s from our own pages (AW-09)',
      async (type) => {
        const { cookie } = await world.signIn(listener);
        const headers = { 'content-type': type };
        const answer = await listener.call('/api/v1/partners', { cookie, headers, body: newPartner() });
        expect(answer.status).toBe(415);
      },
    );

    it.each(['GET', 'OPTIONS', 'POST'])('may not read the answer to a %s (AW-23)', async (method) => {
      const { cookie } = await world.signIn(listener);
      const headers = {
        origin: 'https://evil.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      };
      const answer = await listener.call('/api/v1/partners', { method, cookie, headers });
      const cors = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'));
      expect(cors).toEqual([]);
    });
  });

  describe('pages', () => {
    const page = (path: string, call: Call = {}) =>
      listener.call(path, { ...call, headers: { accept: 'text/html,*/*;q=0.8' } });

    it.each(['/', '/welcome', '/sign-in', '/partners/acme', '/no/such/screen'])(
      'of %s can be neither framed nor sniffed, and tell nobody where they are (AW-17)',
      async (path) => {
        const { headers } = await page(path);
        expect(headers).toMatchObject({
          'content-type': 'text/html; charset=utf-8',
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'cross-origin-opener-policy': 'same-origin',
          'strict-transport-security': 'max-age=31536000',
        });
        const policy = String(headers['content-security-policy']);
        expect(policy).toMatch(
          /^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[\w+/=]{24}';/,
        );
        expect(policy).toMatch(/frame-ancestors 'none'$/);
        expect(policy).not.toMatch(/unsafe/);
      },
    );

    it('have a nonce of their own each', async () => {
      const policies = [await page('/'), await page('/')].map(
        ({ headers }) => headers['content-security-policy'],
      );
      expect(new Set(policies).size).toBe(2);
    });

    it.each(['//evil.example', '/\\evil.example', 'https:evil.example', 'javascript:alert(1)'])(
      'lead nowhere else with returnTo=%s (AW-18)',
      async (target) => {
        for (const path of ['/sign-in', '/welcome', '/']) {
          const { status, headers, text } = await page(`${path}?returnTo=${encodeURIComponent(target)}`);
          expect([status < 300 || status === 503, headers['location']]).toEqual([true, undefined]);
          expect(text).not.toContain('evil');
        }
      },
    );

    it.each(['/api/v1/nothing', '/api', '/auth/nothing', '/assets/nothing.js', '/assets/..%2findex.html'])(
      'are not at %s',
      async (path) => {
        const { cookie } = await world.signIn(listener);
        const { status, headers } = await page(path, { cookie });
        expect([404, 403, 422]).toContain(status);
        expect(headers['content-type']).toMatch(/^application\/problem\+json/);
      },
    );
  });

  it('changes no row when everything that can be read is read twice (AW-31)', async () => {
    const { cookie } = await world.signIn(listener);
    const readable = OPERATIONS.filter(({ method }) => method.toUpperCase() === 'GET');
    const paths = ['/auth/session', '/api/openapi.json', '/', ...readable.map(({ path }) => path)];
    const before = await world.everyRow();
    for (const path of [...paths, ...paths]) {
      const { status } = await listener.call(path.replace('{id}', 'partner-1'), { cookie });
      expect(status).not.toBe(401);
    }
    expect(await world.everyRow()).toEqual(before);
  });

  it('makes a source wait that tries too often, and no other listener with it (AW-19)', async () => {
    const besieged = await world.listen();
    const answers: Answer[] = [];
    for (let n = 0; n < 130; n += 1)
      answers.push(await besieged.call('/auth/link', { body: { token: 'A'.repeat(43) } }));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 429]));
    const refused = answers.find(({ status }) => status === 429)!;
    expect(refused.json['code']).toBe('too_many_requests');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect((await world.signIn(listener)).status).toBe(200);
  });
});
