import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { pino } from 'pino';
import { mutualTlsOptions } from '@holdfast/certificate-source';
import { createTokenVerifier, type VerifiedAccess } from '@holdfast/cnf-token-verification';
import { serve, type Served } from '@holdfast/http-platform';
import {
  BoundToken,
  BoundTokenModule,
  Public,
  RequireScopes,
  ROUTE_ACCESS,
} from '@holdfast/resource-guard/nest';
import { createSelfSigned, type IssuedCertificate } from '@holdfast/test-pki';
import { thumbprintOf, toConfirmation } from '@holdfast/token-binding';
import { ResourceServerModule } from '../app.module.js';
import { ResourceErrorFilter } from './resource-error.filter.js';

const LONG = { notBefore: new Date('2020-01-01'), notAfter: new Date('2100-01-01') };
const ISSUER = 'https://as.example';
const AUDIENCE = 'https://api.example';

@Controller()
class Routes {
  @Get('scoped')
  @RequireScopes('orders:read', 'orders:audit')
  scoped(@BoundToken() access: VerifiedAccess): object {
    return { client: access.clientId, partner: access.partner };
  }

  @Get('public')
  @Public()
  open(): object {
    return { open: true };
  }

  @Get('undeclared')
  undeclared(): object {
    return { leaked: true };
  }
}

const directory = mkdtempSync(join(tmpdir(), 'holdfast-guard-'));
let server: Served;
let own: IssuedCertificate;
let stranger: IssuedCertificate;
let signingKey: CryptoKey;
let keysAreKnown = true;

beforeAll(async () => {
  own = await createSelfSigned({ subject: 'CN=own', ...LONG });
  stranger = await createSelfSigned({ subject: 'CN=stranger', ...LONG });
  const pair = await generateKeyPair('ES256', { extractable: true });
  signingKey = pair.privateKey;
  const published = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256' }] };
  const issuer = { issuer: ISSUER, audience: AUDIENCE, keys: { jwksUri: 'https://as.example/jwks' } };
  const verifier = createTokenVerifier(
    { issuers: [issuer] },
    { fetch: async () => Response.json(published) },
  );
  const blind = createTokenVerifier(
    { issuers: [issuer] },
    { fetch: async () => Promise.reject(new Error('connection refused')) },
  );
  const either = {
    verify: (...question: Parameters<typeof verifier.verify>) =>
      (keysAreKnown ? verifier : blind).verify(...question),
  };
  @Module({ controllers: [Routes], imports: [BoundTokenModule.forRoot({ verifier: either })] })
  class Protected {}
  const files = {
    certificateFile: join(directory, 'server.pem'),
    privateKeyFile: join(directory, 'server.key.pem'),
  };
  const identity = await createSelfSigned({ subject: 'CN=localhost', ...LONG });
  writeFileSync(files.certificateFile, identity.pem);
  writeFileSync(files.privateKeyFile, identity.privateKeyPem, { mode: 0o600 });
  const logger = pino({ level: 'silent' });
  server = await serve({
    module: Protected,
    tls: mutualTlsOptions(),
    files,
    host: '127.0.0.1',
    port: 0,
    bodies: 'json',
    methods: [],
    filter: () => new ResourceErrorFilter(logger, () => undefined),
    logger,
  });
});

afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true });
});

function tokenWith(scope: string): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    client_id: 'acme-orders',
    partner: 'acme',
    scope,
    cnf: toConfirmation(thumbprintOf(own.der)),
  };
  return new SignJWT({
    ...claims,
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'acme-orders',
    jti: 'j',
    iat: now,
    exp: now + 60,
  } as never)
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' })
    .sign(signingKey);
}

interface Answer {
  readonly status: number | undefined;
  readonly challenge: string | undefined;
  readonly body: Record<string, unknown>;
}

function get(path: string, certificate?: IssuedCertificate, token?: string): Promise<Answer> {
  const { port } = server.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port,
        path,
        agent: false,
        rejectUnauthorized: false,
        ...(certificate === undefined ? {} : { cert: certificate.pem, key: certificate.privateKeyPem }),
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      },
      async (response) => {
        let text = '';
        for await (const chunk of response) text += String(chunk);
        const challenge = response.headers['www-authenticate'];
        resolve({
          status: response.statusCode,
          challenge,
          body: JSON.parse(text) as Record<string, unknown>,
        });
      },
    );
    call.once('error', reject).end();
  });
}

describe('BoundTokenModule, over real TLS', () => {
  const SCOPES = 'orders:read orders:audit';

  it('admits a bound token with the scopes of the route, and says who calls (RFC 8705 §3)', async () => {
    expect(await get('/scoped', own, await tokenWith(SCOPES))).toMatchObject({
      status: 200,
      body: { client: 'acme-orders', partner: 'acme' },
    });
  });

  it('refuses the same token over another certificate (RFC 8705 §3)', async () => {
    expect(await get('/scoped', stranger, await tokenWith(SCOPES))).toMatchObject({
      status: 401,
      body: { error: 'invalid_token' },
    });
  });

  it('refuses the same token without a certificate (RFC 8705 §3)', async () => {
    expect(await get('/scoped', undefined, await tokenWith(SCOPES))).toMatchObject({
      status: 401,
      body: { error: 'invalid_token' },
    });
  });

  it('gives a bare challenge when no token was sent (RFC 6750 §3.1)', async () => {
    expect(await get('/scoped', own)).toMatchObject({ status: 401, challenge: 'Bearer' });
  });

  it('refuses a token that has one of two scopes, and names both (RFC 6750 §3.1)', async () => {
    const answer = await get('/scoped', own, await tokenWith('orders:read'));
    expect(answer).toMatchObject({ status: 403, body: { error: 'insufficient_scope' } });
    expect(answer.challenge).toContain('scope="orders:read orders:audit"');
  });

  it('closes a route that declares nothing, whatever the token', async () => {
    const answer = await get('/undeclared', own, await tokenWith(SCOPES));
    expect(answer.status).toBe(401);
    expect(answer.body).not.toHaveProperty('leaked');
  });

  it('serves a route that is declared public to anybody', async () => {
    expect(await get('/public')).toMatchObject({ status: 200, body: { open: true } });
  });

  it("answers 503, not a refusal, while the issuer's keys are not known", async () => {
    keysAreKnown = false;
    expect(await get('/scoped', own, await tokenWith(SCOPES))).toMatchObject({ status: 503 });
    keysAreKnown = true;
  });
});

describe('ResourceServerModule', () => {
  it('declares for every route who may call it (default-deny)', () => {
    const { controllers = [] } = ResourceServerModule.with('postgres://unused', {} as never, () => {});
    const undeclared = controllers.flatMap((controller) => {
      const prototype = controller.prototype as Record<string, object>;
      return Object.getOwnPropertyNames(prototype)
        .filter((name) => name !== 'constructor' && Reflect.hasMetadata('path', prototype[name]!))
        .filter(
          (name) =>
            !Reflect.hasMetadata(ROUTE_ACCESS, prototype[name]!) &&
            !Reflect.hasMetadata(ROUTE_ACCESS, controller),
        )
        .map((name) => `${controller.name}.${name}`);
    });
    expect(controllers.length).toBeGreaterThan(0);
    expect(undeclared).toEqual([]);
  });
});
