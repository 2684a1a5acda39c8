import type { ChildProcess } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { workspaceRoot } from '@holdfast/stack';
import { findFreePort, stopServer } from '@holdfast/test-server';
import { makeRoot, makeSelfSigned, toIdentity, validNow } from '../harness/identity.js';
import { startNodeProgram } from '../harness/node-program.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { claimsOf, credentialsForm, tokenRequest, withToken } from '../harness/token-endpoint.js';
import { exchange, type Identity } from '../harness/wire.js';
import { startProtectedApis, WAYS, type ProtectedApis } from './protected-apis.js';

const AUDIENCE = 'https://api.peer.example';
const CLIENT = 'peer-client';
const SCRIPT = join(workspaceRoot, 'apps', 'platform-e2e', 'src', 'peers', 'peer-issuer.mjs');

describe('behind oidc-provider, a token service that is not ours', () => {
  let program: ChildProcess | undefined;
  let apis: ProtectedApis | undefined;
  let issuer: string;
  let identity: Identity;
  let thief: Identity;
  let token: string;

  beforeAll(async () => {
    const root = await makeRoot('CN=peer');
    const ca = root.pem;
    const server = await root.issue({ subject: 'CN=localhost', san: { dns: ['localhost'] }, ...validNow() });
    const own = await makeSelfSigned('CN=peer client');
    identity = toIdentity(own);
    thief = toIdentity(await makeSelfSigned('CN=thief'));
    issuer = `https://localhost:${await findFreePort()}`;

    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = new X509Certificate(own.pem).publicKey.export({ format: 'jwk' });
    const settings = {
      issuer,
      audience: AUDIENCE,
      tls: { cert: server.pem, key: server.privateKeyPem },
      signingKey: { ...(await exportJWK(privateKey)), kid: 'peer', alg: 'ES256', use: 'sig' },
      client: {
        client_id: CLIENT,
        scope: 'orders:read',
        jwks: { keys: [{ ...jwk, use: 'sig', x5c: [Buffer.from(own.der).toString('base64')] }] },
      },
    };
    program = await startNodeProgram(SCRIPT, {}, JSON.stringify(settings));
    apis = await startProtectedApis(sharedStack(), {
      issuer,
      audience: AUDIENCE,
      jwksUri: `${issuer}/jwks`,
      ca,
      certificate: server.pem,
      privateKey: server.privateKeyPem,
    });
    const asked = await exchange(
      { url: `${issuer}/token`, ca, identity },
      tokenRequest([...credentialsForm(CLIENT), ['scope', 'orders:read']]),
    );
    expect(asked).toMatchObject({ status: 200 });
    token = String(asked.json['access_token']);
  }, 60_000);
  afterAll(async () => {
    await apis?.stop();
    if (program !== undefined) await stopServer(program);
  }, 20_000);

  it.each(WAYS)(
    'the %s accepts its token over the certificate that it is bound to (RFC 8705 §3)',
    async (way) => {
      expect(claimsOf(token)).toMatchObject({ iss: issuer, cnf: { 'x5t#S256': expect.any(String) } });
      const answer = await apis!.call(way, identity, withToken(token));
      expect(answer).toMatchObject({ status: 200 });
      expect(apis!.clientOf(way, answer)).toBe(CLIENT);
    },
  );

  it.each(WAYS)(
    'the %s refuses its token over another certificate, and without one (TV-16, TV-17)',
    async (way) => {
      for (const other of [thief, undefined]) {
        const answer = await apis!.call(way, other, withToken(token));
        expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_token' } });
      }
    },
  );
});
