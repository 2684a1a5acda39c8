import { createServer } from 'node:https';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from '@holdfast/test-server';
import { beside, FOLLOWS_NO_FEED } from '../harness/beside.js';
import { startEchoApi } from '../harness/echo-api.js';
import {
  boundClaims,
  keySetOf,
  makeIssuerKeys,
  signToken,
  type IssuerKeys,
  type SigningChanges,
} from '../harness/made-token.js';
import { newDirectory } from '../harness/run-directory.js';
import { settingsOf } from '../harness/stack-under-test.js';
import type { Identity } from '../harness/wire.js';
import type { AttackWorld, Target } from './attack-world.js';

/** Makes tokens that a resource server and a gateway of its own believe, because they fetch their keys from here. */
export interface Forge {
  readonly target: Target;
  readonly gateway: Target;
  readonly issuer: string;
  readonly audience: string;
  readonly keys: IssuerKeys;
  /** The files of its TLS certificate, which it reloads when they change. */
  readonly tlsFiles: { readonly certificateFile: string; readonly privateKeyFile: string };
  /** The claims of a valid token for the holder of the certificate (RFC 9068 §2.2, RFC 8705 §3.1). */
  claims(holder: Identity): Record<string, unknown>;
  /** A JWS over the claims, or over the octets of a text that is not what JSON.stringify would write. */
  sign(claims: object | string, changes?: SigningChanges): Promise<string>;
}

/** Starts the key server and the resource server that believes it. */
export async function startForge(world: AttackWorld): Promise<Forge> {
  const { pki } = settingsOf(world.stack);
  const keys = await makeIssuerKeys();
  const issuer = await serveKeys(world, keys);
  const audience = 'https://forged-api.example';
  const directory = newDirectory('forge');
  const tlsFiles = {
    certificateFile: join(directory, 'server.pem'),
    privateKeyFile: join(directory, 'server.key.pem'),
  };
  copyFileSync(pki.server.certificateFile, tlsFiles.certificateFile);
  copyFileSync(pki.server.privateKeyFile, tlsFiles.privateKeyFile);
  const target = await world.run(
    await beside(world.stack, 'resource-server', {
      ISSUER: issuer,
      JWKS_URI: `${issuer}/jwks`,
      ...FOLLOWS_NO_FEED,
      AUDIENCE: audience,
      TLS_CERTIFICATE_FILE: tlsFiles.certificateFile,
      TLS_PRIVATE_KEY_FILE: tlsFiles.privateKeyFile,
    }),
  );
  const gateway = await startGateway(world, { issuer, audience });
  return {
    target,
    gateway,
    issuer,
    audience,
    keys,
    tlsFiles,
    claims: (holder) => boundClaims(holder, issuer, audience),
    sign: (claims, changes = {}) => signToken(claims, changes, keys),
  };
}

/** A gateway that believes the same tokens, before an API that answers whoever gets through. */
async function startGateway(
  world: AttackWorld,
  { issuer, audience }: Pick<Forge, 'issuer' | 'audience'>,
): Promise<Target> {
  const api = await startEchoApi();
  world.onClose(() => api.stop());
  const file = join(newDirectory('forge'), 'gateway.json');
  const content = {
    // As the sample API, which shows orders to their partner.
    tokens: {
      issuers: [{ issuer, audience, keys: { jwksUri: `${issuer}/jwks` }, requiredClaims: ['partner'] }],
    },
    issuerTls: { caFile: world.stack.file.caFile },
    upstreams: { orders: { url: `http://127.0.0.1:${api.port}` } },
    routes: [{ path: '/orders', methods: ['GET'], scopes: ['orders:read'], upstream: 'orders' }],
  };
  writeFileSync(file, JSON.stringify(content));
  return world.run(await beside(world.stack, 'gateway', { GATEWAY_FILE: file }));
}

/** Under the stack's own server certificate, so that its authority vouches for this key server too. */
async function serveKeys(world: AttackWorld, keys: IssuerKeys): Promise<string> {
  const server = await listenAsStack(world, JSON.stringify(await keySetOf(keys)));
  return server.url;
}

/** An https server that answers everything with `body`, and counts. */
export async function listenAsStack(
  world: AttackWorld,
  body: string,
): Promise<{ readonly url: string; readonly seen: { connections: number } }> {
  const { server: files } = settingsOf(world.stack).pki;
  const seen = { connections: 0 };
  const port = await findFreePort();
  const server = createServer(
    { cert: readFileSync(files.certificateFile), key: readFileSync(files.privateKeyFile) },
    (_request, response) => response.setHeader('content-type', 'application/json').end(body),
  );
  server.on('connection', () => (seen.connections += 1));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  world.onClose(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `https://localhost:${port}`, seen };
}
