import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort, startServer, stopServer } from '@holdfast/test-server';
import { makeRoot, validNow } from '../harness/identity.js';
import { newDirectory } from '../harness/run-directory.js';
import type { Dial, Identity } from '../harness/wire.js';

const MODULES = '/usr/lib/apache2/modules';
const LOADED = 'mpm_event authz_core authn_core authz_user ssl socache_shmcb headers dir mime oauth2'.split(
  ' ',
);
const HOST = 'api.peer.example';

/** What is in the way of running it; undefined where nothing is. */
export const MOD_OAUTH2_MISSING = existsSync(`${MODULES}/mod_oauth2.so`)
  ? undefined
  : 'libapache2-mod-oauth2 not installed';

/** Whose tokens Apache accepts. */
export interface ApachePolicy {
  /** The one key of the issuer, as a JWK. */
  readonly jwk: object;
  /** Claims and what they must be, as `Require oauth2_claim` takes them; of a list, one. */
  readonly claims: readonly (string | readonly string[])[];
}

/** Apache with mod_oauth2 of Debian in front of a file: an API that knows nothing of us but the issuer's key. */
export class Apache {
  static async start({ jwk, claims }: ApachePolicy): Promise<Apache> {
    const directory = newDirectory('mod-oauth2');
    const root = await makeRoot('CN=peer');
    const leaf = await root.issue({ subject: `CN=${HOST}`, san: { dns: [HOST] }, ...validNow() });
    const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);
    mkdirSync(join(directory, 'served'));
    write('served/orders', 'served by the peer');
    write('server.pem', leaf.pem);
    write('server.key', leaf.privateKeyPem);
    const port = await findFreePort();
    const verify = `OAuth2TokenVerify jwk ${quoted(JSON.stringify(jwk))} type=mtls&mtls.policy=required&verify.exp=required`;
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
        verify,
        `<RequireAll>`,
        ...claims.flatMap((claim) => ['<RequireAny>', ...[claim].flat().map(required), '</RequireAny>']),
        `</RequireAll>`,
        '</Location>',
        '</VirtualHost>',
      ].join('\n'),
    );
    const args = ['-D', 'FOREGROUND', '-f', join(directory, 'apache.conf')];
    const logFile = join(directory, 'output.log');
    const child = await startServer({ program: 'apache2', args, port, logFile });
    return new Apache(child, port, root.pem);
  }

  private constructor(
    private readonly child: ChildProcess,
    private readonly port: number,
    private readonly ca: string,
  ) {}

  dial(identity: Identity | undefined): Dial {
    return { url: `https://127.0.0.1:${this.port}`, ca: this.ca, identity, tls: { servername: HOST } };
  }

  stop(): Promise<void> {
    return stopServer(this.child);
  }
}

const required = (claim: string): string => `Require oauth2_claim ${quoted(claim)}`;

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
