import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createAuthority, createSelfSigned, type IssuedCertificate } from '@holdfast/test-pki';
import { thumbprintOf, toConfirmation } from '@holdfast/token-binding';

/** The libraries promise to run on Node 22.12 and later: this one is another Node to run them on. */
export const LIBRARY_NODE = process.env['HOLDFAST_LIBRARY_NODE'] ?? process.execPath;

const LONG = { notBefore: new Date('2020-01-01'), notAfter: new Date('2100-01-01') };
const ISSUER = 'https://as.example';
const AUDIENCE = 'https://api.example';

export interface Answer {
  readonly status: number | undefined;
  readonly challenge: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Call {
  readonly certificate?: IssuedCertificate;
  readonly token?: string;
}

/** A token service that publishes its keys and issues tokens over TLS, and two clients with certificates of their own. */
export interface ApiWorld {
  readonly own: IssuedCertificate;
  readonly stranger: IssuedCertificate;
  /** Where the holder of `own` gets a token that reads orders. */
  readonly tokenEndpoint: string;
  /** PEM: whom the servers of this world are trusted by. */
  readonly caFile: string;
  /** A token for the holder of `own`. */
  token(scope: string): Promise<string>;
  /** Starts an API, `node <file>`, and gives its address once it listens. */
  start(file: string, cwd: string): Promise<string>;
  stop(): Promise<void>;
}

export async function makeApiWorld(): Promise<ApiWorld> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-api-'));
  const root = await createAuthority({ subject: 'CN=the authority of our servers', ...LONG });
  const server = await root.issue({ subject: 'CN=localhost', san: { dns: ['localhost'] }, ...LONG });
  const own = await createSelfSigned({ subject: 'CN=own', ...LONG });
  const stranger = await createSelfSigned({ subject: 'CN=stranger', ...LONG });
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }];
  const token = (scope: string): Promise<string> => {
    const cnf = toConfirmation(thumbprintOf(own.der));
    return new SignJWT({ client_id: 'acme-orders', scope, cnf: { ...cnf }, jti: 'j', sub: 'acme-orders' })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);
  };
  const service = await listen(server, async (url) =>
    url === '/token'
      ? { access_token: await token('orders:read'), token_type: 'Bearer', expires_in: 300 }
      : { keys },
  );
  const serviceUrl = `https://localhost:${(service.address() as AddressInfo).port}`;
  const file = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text, { mode: 0o600 });
    return join(directory, name);
  };
  const settings = {
    ISSUER,
    AUDIENCE,
    JWKS_URI: `${serviceUrl}/jwks`,
    ISSUER_CA: file('ca.pem', root.pem),
    TLS_CERT: file('server.pem', server.pem),
    TLS_KEY: file('server.key.pem', server.privateKeyPem),
    PORT: '0',
  };
  const started: ChildProcess[] = [];
  return {
    own,
    stranger,
    tokenEndpoint: `${serviceUrl}/token`,
    caFile: settings.ISSUER_CA,
    token,
    async start(program, cwd) {
      const environment = { PATH: process.env['PATH'], ...settings };
      const api = spawn(LIBRARY_NODE, [program], {
        cwd,
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let said = '';
      api.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      started.push(api);
      for await (const line of createInterface({ input: api.stdout })) {
        const address = /^listening on https:\/\/[^ ]*:(\d+)/.exec(line)?.[1];
        if (address !== undefined) return `https://localhost:${address}`;
      }
      throw new Error(`${program} ended before it listened: ${said}`);
    },
    async stop() {
      service.close();
      service.closeAllConnections();
      for (const api of started) {
        if (api.exitCode !== null) continue;
        api.kill();
        await once(api, 'exit');
      }
      rmSync(directory, { recursive: true });
    },
  };
}

async function listen(
  identity: IssuedCertificate,
  answer: (url: string | undefined) => Promise<object>,
): Promise<Server> {
  const tls = {
    cert: identity.pem,
    key: identity.privateKeyPem,
    requestCert: true,
    rejectUnauthorized: false,
  };
  const server = createServer(tls, ({ url }, response) => {
    void answer(url).then((json) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(json)),
    );
  });
  await once(server.listen(0, 'localhost'), 'listening');
  return server;
}

/** `GET` over a connection of its own, with this certificate and this token. */
export function get(url: string, { certificate, token }: Call = {}): Promise<Answer> {
  const identity = certificate && { cert: certificate.pem, key: certificate.privateKeyPem };
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const options = { agent: false, rejectUnauthorized: false, headers, ...identity };
    request(url, options, async (response) => {
      let text = '';
      for await (const chunk of response) text += String(chunk);
      resolve({
        status: response.statusCode,
        challenge: response.headers['www-authenticate'],
        body: JSON.parse(text) as Record<string, unknown>,
      });
    })
      .once('error', reject)
      .end();
  });
}
