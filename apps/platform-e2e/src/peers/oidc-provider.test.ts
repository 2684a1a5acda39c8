import { spawn, type ChildProcess } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { findFreePort, workspaceRoot } from '@holdfast/stack';
import { makeRoot, makeSelfSigned, toIdentity, validNow } from '../harness/identity.js';
import { newDirectory } from '../harness/run-directory.js';
import { claimsOf, credentialsForm, tokenRequest, withToken } from '../harness/token-endpoint.js';
import { exchange, type Identity } from '../harness/wire.js';
import { end } from '../proxies/proxy-stand.js';

const AUDIENCE = 'https://api.peer.example';
const CLIENT = 'peer-client';
const HERE = join(workspaceRoot, 'apps', 'platform-e2e', 'src', 'peers');

/** Starts a program of Node, and waits until it says that it listens. */
async function started(script: string, env: Record<string, string>, input: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [script], {
    env: { PATH: process.env['PATH'], ...env },
    cwd: workspaceRoot,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin!.end(input);
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stdout!.on('data', (chunk: Buffer) => chunk.toString().includes('listening') && resolve());
    child.once('exit', () => reject(new Error(said)));
  });
  return child;
}

describe('the guard behind oidc-provider, a token service that is not ours', () => {
  const programs: ChildProcess[] = [];
  let ca: string;
  let issuer: string;
  let api: string;
  let identity: Identity;
  let thief: Identity;
  let token: string;

  beforeAll(async () => {
    const root = await makeRoot('CN=peer');
    ca = root.pem;
    const server = await root.issue({ subject: 'CN=localhost', san: { dns: ['localhost'] }, ...validNow() });
    const own = await makeSelfSigned('CN=peer client');
    identity = toIdentity(own);
    thief = toIdentity(await makeSelfSigned('CN=thief'));
    const [issuerPort, apiPort] = [await findFreePort(), await findFreePort()];
    issuer = `https://localhost:${issuerPort}`;
    api = `https://localhost:${apiPort}`;

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
    programs.push(await started(join(HERE, 'peer-issuer.mjs'), {}, JSON.stringify(settings)));

    const directory = newDirectory('peer-issuer');
    const file = (name: string, content: string): string => {
      writeFileSync(join(directory, name), content, { mode: 0o600 });
      return join(directory, name);
    };
    const env = {
      ISSUER: issuer,
      AUDIENCE,
      JWKS_URI: `${issuer}/jwks`,
      ISSUER_CA: file('ca.pem', ca),
      TLS_CERT: file('server.pem', server.pem),
      TLS_KEY: file('server.key', server.privateKeyPem),
      PORT: String(apiPort),
    };
    const example = join(workspaceRoot, 'examples', 'resource-servers', 'node-http', 'server.mjs');
    programs.push(await started(example, env, ''));
    const asked = await exchange(
      { url: `${issuer}/token`, ca, identity },
      tokenRequest([...credentialsForm(CLIENT), ['scope', 'orders:read']]),
    );
    expect(asked).toMatchObject({ status: 200 });
    token = String(asked.json['access_token']);
  }, 60_000);
  afterAll(() => Promise.all(programs.map(end)), 20_000);

  it('accepts its token over the certificate that it is bound to (RFC 8705 §3)', async () => {
    expect(claimsOf(token)).toMatchObject({ iss: issuer, cnf: { 'x5t#S256': expect.any(String) } });
    const answer = await exchange({ url: api, ca, identity }, withToken(token));
    expect(answer).toMatchObject({ status: 200, json: { client: CLIENT } });
  });

  it('refuses its token over another certificate, and without one (TV-16, TV-17)', async () => {
    for (const other of [thief, undefined]) {
      const answer = await exchange({ url: api, ca, identity: other }, withToken(token));
      expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_token' } });
    }
  });
});
