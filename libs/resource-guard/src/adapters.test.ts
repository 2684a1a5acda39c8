import 'reflect-metadata';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import express from 'express';
import Fastify from 'fastify';
import type { TokenVerdict, VerifiedAccess } from '@holdfast/cnf-token-verification';
import { boundToken as expressGuard } from './express.js';
import { boundToken as fastifyGuard } from './fastify.js';
import type { GuardOptions } from './index.js';
import { BoundToken, BoundTokenModule, Public, RequireScopes } from './nest.js';
import { boundToken as nodeGuard } from './node-http.js';

const access = { clientId: 'acme-orders', scopes: ['orders:read'] } as unknown as VerifiedAccess;
const TOKEN = { authorization: 'Bearer a.b.c' };
const READ = { public: false, scopes: ['orders:read'] } as const;

/** A guard whose verifier gives `verdict` for any token, over any connection. */
function options(verdict: TokenVerdict = { outcome: 'accepted', access }): GuardOptions {
  return {
    verifier: { verify: async () => verdict },
    certificateOf: () => ({ leaf: Buffer.from('x'), bag: [] }),
  };
}

const OUTAGE = options({ outcome: 'unavailable', reason: 'keys_unavailable' });

let server: Server | undefined;

afterEach(() => {
  server?.close();
  server?.closeAllConnections();
  server = undefined;
});

/** Asks a listener over plain HTTP: what is tested here is the adapter, not TLS. */
async function ask(listener: RequestListener, path: string, headers: Record<string, string> = TOKEN) {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  // eslint-disable-next-line no-restricted-globals -- a test speaks to itself
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe('the adapter for node:http', () => {
  const routes = ({ url }: { readonly url?: string | undefined }) => (url === '/orders' ? READ : undefined);

  it('gives the listener who calls', async () => {
    const api = nodeGuard(
      options(),
      routes,
      (_request, response, caller) => void response.end(caller?.clientId),
    );
    expect(await ask(api, '/orders')).toMatchObject({ status: 200, text: 'acme-orders' });
  });

  it('closes what it does not know', async () => {
    const api = nodeGuard(options(), routes, (_request, response) => void response.end('leaked'));
    expect(await ask(api, '/Orders')).toMatchObject({
      status: 401,
      text: expect.not.stringContaining('leaked') as unknown,
    });
  });

  it.each<[string, Parameters<typeof nodeGuard>[1], Parameters<typeof nodeGuard>[2]]>([
    [
      'the routes',
      () => {
        throw new Error('a bug');
      },
      () => undefined,
    ],
    [
      'the listener',
      () => READ,
      () => {
        throw new Error('a bug');
      },
    ],
    ['the listener, later', () => READ, async () => Promise.reject(new Error('a bug'))],
  ])('answers 500 and says so when %s throw', async (_who, accessOf, listener) => {
    const faults: unknown[] = [];
    const api = nodeGuard(options(), accessOf, listener, (error) => faults.push(error));
    expect(await ask(api, '/orders')).toMatchObject({ status: 500, text: '' });
    expect(faults).toEqual([new Error('a bug')]);
  });
});

describe('the adapter for Express', () => {
  it('refuses a token in a body that was parsed before (RFC 6750 §2; TV-24)', async () => {
    const app = express();
    const guard = expressGuard(options());
    app.use((request, _response, next) => {
      request.body = { access_token: 'a.b.c' };
      next();
    });
    app.get(
      '/orders',
      guard.requireScopes('orders:read'),
      (_request, response) => void response.send('leaked'),
    );
    expect(await ask(app, '/orders')).toMatchObject({ status: 400 });
  });

  it('does not start with a route that declares nothing, in a nested router neither', () => {
    const guard = expressGuard(options());
    const app = express();
    app.get('/health', guard.isPublic, () => undefined);
    app.use(guard.closed);
    expect(() => guard.requireDeclared(app)).not.toThrow();
    const nested = express.Router();
    nested.get('/forgotten', () => undefined);
    nested.get('/late', () => undefined, guard.requireScopes('orders:read'));
    app.use('/api', nested);
    expect(() => guard.requireDeclared(app)).toThrow(/: \/forgotten, \/late$/);
  });

  it("does not take another guard's word", () => {
    const app = express();
    app.get('/orders', expressGuard(options()).requireScopes('orders:read'), () => undefined);
    expect(() => expressGuard(options()).requireDeclared(app)).toThrow('/orders');
  });

  it('hands a fault of ours to the error handler', async () => {
    const app = express();
    const guard = expressGuard({
      ...options(),
      verifier: { verify: async () => Promise.reject(new Error('a bug')) },
    });
    app.get(
      '/orders',
      guard.requireScopes('orders:read'),
      (_request, response) => void response.send('leaked'),
    );
    app.use(((error: Error, _request, response, _next) => {
      response.status(500).send(error.message);
    }) as express.ErrorRequestHandler);
    expect(await ask(app, '/orders')).toMatchObject({ status: 500, text: 'a bug' });
  });
});

describe('the adapter for Fastify', () => {
  const api = async () => {
    const app = Fastify();
    await app.register(fastifyGuard, options());
    app.get('/open', { config: { boundToken: 'public' } }, (request) => ({
      client: request.boundToken.clientId,
    }));
    app.post('/orders', { config: { boundToken: { scopes: ['orders:read'] } } }, () => 'leaked');
    await app.register(async (child) => {
      child.get('/child/forgotten', () => 'leaked');
    });
    return app;
  };

  it.each(['/child/forgotten', '/nowhere'])(
    'closes %s: children and unknown paths are no exception',
    async (url) => {
      const response = await (await api()).inject({ url, headers: TOKEN });
      expect(response.statusCode).toBe(401);
      expect(response.body).not.toContain('leaked');
    },
  );

  it('refuses a token in the body (RFC 6750 §2; TV-24)', async () => {
    const body = { access_token: 'a.b.c' };
    const response = await (
      await api()
    ).inject({ method: 'POST', url: '/orders', headers: TOKEN, payload: body });
    expect(response.statusCode).toBe(400);
  });

  it('knows no caller on a public route, whatever was sent', async () => {
    const response = await (await api()).inject({ url: '/open', headers: TOKEN });
    expect(response.statusCode).toBe(500);
  });
});

@Controller()
class Routes {
  @Get('orders')
  @RequireScopes('orders:read')
  list(@BoundToken() caller: VerifiedAccess): object {
    return { client: caller.clientId };
  }

  @Get('open')
  @Public()
  open(): object {
    return { open: true };
  }

  @Get('forgotten')
  forgotten(): object {
    return { leaked: true };
  }
}

@Injectable()
class Settings {
  readonly guard = options();
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

describe('BoundTokenModule', () => {
  let app: NestFastifyApplication;

  const inject = async (imported: ReturnType<typeof BoundTokenModule.forRoot>, url: string) => {
    @Module({ controllers: [Routes], imports: [imported] })
    class Api {}
    app = await NestFactory.create<NestFastifyApplication>(Api, new FastifyAdapter(), { logger: false });
    await app.init();
    return app.inject({ url, headers: TOKEN });
  };

  afterEach(() => app.close());

  it('takes its options from other providers (forRootAsync)', async () => {
    const imported = BoundTokenModule.forRootAsync({
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: ({ guard }: Settings) => guard,
    });
    const response = await inject(imported, '/orders');
    expect([response.statusCode, response.json()]).toEqual([200, { client: 'acme-orders' }]);
  });

  it('closes a route that declares nothing, and answers without any filter of the application', async () => {
    const response = await inject(BoundTokenModule.forRoot(options()), '/forgotten');
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toMatch(/^Bearer error="invalid_token"/);
    expect(response.body).not.toContain('leaked');
  });

  it('serves a public route to anybody', async () => {
    expect((await inject(BoundTokenModule.forRoot(options()), '/open')).statusCode).toBe(200);
  });

  it("answers 503 with Retry-After while the issuer's keys are not known", async () => {
    const response = await inject(BoundTokenModule.forRoot(OUTAGE), '/orders');
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '5']);
  });
});
