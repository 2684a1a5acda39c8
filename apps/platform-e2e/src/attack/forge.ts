import { createServer } from 'node:https';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { X509Certificate, createHash, randomUUID } from 'node:crypto';
import { CompactSign, exportJWK, generateKeyPair, type CryptoKey } from 'jose';
import { findFreePort } from '@holdfast/stack';
import { beside } from '../harness/beside.js';
import { newDirectory } from '../harness/run-directory.js';
import { settingsOf } from '../harness/stack-under-test.js';
import type { Identity } from '../harness/wire.js';
import type { AttackWorld, Target } from './attack-world.js';

/** Makes tokens that a resource server of its own believes, because it fetches its keys from here. */
export interface Forge {
  readonly target: Target;
  readonly issuer: string;
  readonly audience: string;
  readonly keys: ForgeKeys;
  /** The files of its TLS certificate, which it reloads when they change. */
  readonly tlsFiles: { readonly certificateFile: string; readonly privateKeyFile: string };
  /** The claims of a valid token for the holder of the certificate (RFC 9068 §2.2, RFC 8705 §3.1). */
  claims(holder: Identity): Record<string, unknown>;
  /** A JWS over the claims, or over the octets of a text that is not what JSON.stringify would write. */
  sign(claims: object | string, changes?: SigningChanges): Promise<string>;
}

export interface ForgeKeys {
  readonly es256: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };
  readonly rs256: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };
}

export interface SigningChanges {
  /** Members of the header to set; `undefined` leaves one out. */
  readonly header?: Readonly<Record<string, unknown>>;
  readonly key?: CryptoKey;
  /** Critical header parameters that our own signer is to let pass. */
  readonly critical?: Readonly<Record<string, boolean>>;
}

const LIFETIME_SECONDS = 200;

/** Starts the key server and the resource server that believes it. */
export async function startForge(world: AttackWorld): Promise<Forge> {
  const { pki } = settingsOf(world.stack);
  const keys = {
    es256: await generateKeyPair('ES256', { extractable: true }),
    rs256: await generateKeyPair('RS256', { extractable: true }),
  };
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
      AUDIENCE: audience,
      TLS_CERTIFICATE_FILE: tlsFiles.certificateFile,
      TLS_PRIVATE_KEY_FILE: tlsFiles.privateKeyFile,
    }),
  );
  return {
    target,
    issuer,
    audience,
    keys,
    tlsFiles,
    claims: (holder) => claimsFor(holder, issuer, audience),
    sign: (claims, changes = {}) => sign(claims, changes, keys),
  };
}

/** The current second, as JWTs write it. */
export function nowSeconds(): number {
  return Math.floor(Date.now() / 1_000);
}

/** `x5t#S256` of the leaf (RFC 8705 §3.1), computed here independently of the product. */
export function thumbprintOf(
  { certificate }: Identity,
  encoding: 'base64url' | 'base64' | 'hex' = 'base64url',
) {
  return createHash('sha256').update(new X509Certificate(certificate).raw).digest(encoding);
}

function claimsFor(holder: Identity, iss: string, aud: string): Record<string, unknown> {
  const iat = nowSeconds();
  return {
    iss,
    aud,
    sub: 'forged-client',
    client_id: 'forged-client',
    partner: 'forged-partner',
    scope: 'orders:read orders:write',
    iat,
    exp: iat + LIFETIME_SECONDS,
    jti: randomUUID(),
    cnf: { 'x5t#S256': thumbprintOf(holder) },
  };
}

function sign(claims: object | string, { header, key, critical }: SigningChanges, keys: ForgeKeys) {
  const payload = typeof claims === 'string' ? claims : JSON.stringify(claims);
  const protectedHeader = { alg: 'ES256', kid: 'es256', typ: 'at+jwt', ...header };
  return new CompactSign(Buffer.from(payload))
    .setProtectedHeader(protectedHeader)
    .sign(key ?? keys.es256.privateKey, critical === undefined ? {} : { crit: { ...critical } });
}

/** Under the stack's own server certificate, so that its authority vouches for this key server too. */
async function serveKeys(world: AttackWorld, keys: ForgeKeys): Promise<string> {
  const jwks = {
    keys: [
      { ...(await exportJWK(keys.es256.publicKey)), kid: 'es256', use: 'sig' },
      { ...(await exportJWK(keys.rs256.publicKey)), kid: 'rs256', use: 'sig' },
    ],
  };
  const server = await listenAsStack(world, JSON.stringify(jwks));
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
