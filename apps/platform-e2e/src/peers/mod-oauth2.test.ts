import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { findFreePort } from '@holdfast/stack';
import { makeRoot, makeSelfSigned, toIdentity, validNow } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import { registerNamedClient, registerPartner, type NamedClient } from '../harness/partners.js';
import { needsPrograms } from '../harness/programs.js';
import { newDirectory } from '../harness/run-directory.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { tokenOf, withToken } from '../harness/token-endpoint.js';
import { exchange, type Identity, type WireAnswer, type WireRequest } from '../harness/wire.js';
import { end, untilListening } from '../proxies/proxy-stand.js';

const MODULES = '/usr/lib/apache2/modules';
const LOADED = 'mpm_event authz_core authn_core authz_user ssl socache_shmcb headers dir mime oauth2'.split(
  ' ',
);
const stack = sharedStack();
const HOST = 'api.peer.example';

/** Apache with mod_oauth2 of Debian in front of a file: an API that knows nothing of us but the issuer's key. */
class Apache {
  static async start(): Promise<Apache> {
    const directory = newDirectory('mod-oauth2');
    const root = await makeRoot('CN=peer');
    const leaf = await root.issue({ subject: `CN=${HOST}`, san: { dns: [HOST] }, ...validNow() });
    const { issuer } = stack.file;
    const jwks = (await exchange({ url: issuer, ca: stack.ca }, { target: '/jwks' })).json as {
      keys: readonly object[];
    };
    const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);
    mkdirSync(join(directory, 'served'));
    write('served/orders', 'served by the peer');
    write('server.pem', leaf.pem);
    write('server.key', leaf.privateKeyPem);
    const port = await findFreePort();
    write(
      'apache.conf',
      [
        ...LOADED.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
        `ServerRoot ${directory}`,
        `DefaultRuntimeDir ${directory}`,
        `PidFile ${directory}/apache.pid`,
        `ErrorLog ${directory}/error.log`,
        'TypesConfig /etc/mime.types',
        `ServerName ${HOST}`,
        `Listen 127.0.0.1:${port}`,
        'User www-data',
        'Group www-data',
        'SSLSessionTickets off',
        `<VirtualHost 127.0.0.1:${port}>`,
        'SSLEngine on',
        `SSLCertificateFile ${directory}/server.pem`,
        `SSLCertificateKeyFile ${directory}/server.key`,
        'SSLVerifyClient optional_no_ca',
        'SSLVerifyDepth 10',
        'SSLOptions +ExportCertData',
        `DocumentRoot ${directory}/served`,
        '<Location />',
        'AuthType oauth2',
        `OAuth2TokenVerify jwk ${quoted(JSON.stringify(jwks.keys[0]))} type=mtls&mtls.policy=required`,
        `<RequireAll>`,
        `Require oauth2_claim iss:${issuer}`,
        `Require oauth2_claim aud:${stack.orders}`,
        `</RequireAll>`,
        '</Location>',
        '</VirtualHost>',
      ].join('\n'),
    );
    const log = openSync(join(directory, 'output.log'), 'a');
    const args = ['-D', 'FOREGROUND', '-f', join(directory, 'apache.conf')];
    const child = spawn('apache2', args, {
      env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    await untilListening(child, port, join(directory, 'output.log'));
    return new Apache(child, port, root.pem);
  }

  private constructor(
    private readonly child: ChildProcess,
    private readonly port: number,
    private readonly ca: string,
  ) {}

  call(identity: Identity | undefined, request: WireRequest): Promise<WireAnswer> {
    const dial = { url: `https://127.0.0.1:${this.port}`, ca: this.ca, identity };
    return exchange({ ...dial, tls: { servername: HOST } }, request);
  }

  stop(): Promise<void> {
    return end(this.child);
  }
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

describe('Apache with mod_oauth2 (type=mtls), a resource server that is not ours', () => {
  const missing = existsSync(`${MODULES}/mod_oauth2.so`) ? undefined : 'libapache2-mod-oauth2 not installed';
  const it = needsPrograms(['apache2'], missing);
  let apache: Apache | undefined;
  let caller: NamedClient;
  let token: string;

  beforeAll(async () => {
    if (missing !== undefined) return;
    apache = await Apache.start();
    const operator = new Operator(stack);
    caller = await registerNamedClient(operator, await registerPartner(operator, 'peer'));
    token = await tokenOf(stack, caller);
  }, 60_000);
  afterAll(() => apache?.stop(), 20_000);

  it('accepts our token over the certificate that it is bound to (RFC 8705 §3)', async () => {
    expect(await apache!.call(caller.identity, withToken(token))).toMatchObject({
      status: 200,
      text: 'served by the peer',
    });
  });

  it('refuses our token over another certificate (RFC 8705 §3; TV-16)', async () => {
    const thief = toIdentity(await makeSelfSigned('CN=thief'));
    expect((await apache!.call(thief, withToken(token))).status).toBe(401);
  });

  it('refuses our token without a certificate (RFC 8705 §3; TV-17)', async () => {
    expect((await apache!.call(undefined, withToken(token))).status).toBe(401);
  });

  it('refuses a call without a token, and one with a changed token', async () => {
    expect((await apache!.call(caller.identity, { target: '/orders' })).status).toBe(401);
    const changed = `${token.slice(0, -4)}AAAA`;
    expect((await apache!.call(caller.identity, withToken(changed))).status).toBe(401);
  });
});
