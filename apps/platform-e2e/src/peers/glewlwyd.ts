import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { exportPKCS8, exportSPKI, generateKeyPair } from 'jose';
import type { Authority } from '@holdfast/test-pki';
import { findFreePort, startServer, stopServer } from '@holdfast/test-server';
import { newDirectory } from '../harness/run-directory.js';
import { exchange, type Identity } from '../harness/wire.js';
import { credentialsForm, jsonRequest, tokenRequest } from '../harness/token-endpoint.js';
import type { Peer } from './protected-apis.js';

const LIBRARIES = '/usr/lib/glewlwyd';
/** The tables, and an administrator with a password that everybody knows. */
const TABLES = '/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3';

/** What is in the way of running it; undefined where nothing is. */
export const GLEWLWYD_MISSING = existsSync(TABLES) ? undefined : 'glewlwyd not installed';

/** Its one client, and what it is recognised by. */
export interface GlewlwydClient {
  readonly clientId: string;
  /** In its certificate. A fresh database has no place for `tls_client_auth_subject_dn`. */
  readonly dnsName: string;
  readonly scope: string;
}

/**
 * glewlwyd of Debian, on SQLite: a token service that is not ours, with `tls_client_auth` and certificate-bound tokens
 * (RFC 8705). `clients` issues the certificates that its TLS accepts.
 */
export class Glewlwyd {
  static async start(
    server: Pick<Peer, 'audience' | 'ca' | 'certificate' | 'privateKey'>,
    clients: Authority,
    client: GlewlwydClient,
  ): Promise<Glewlwyd> {
    const directory = newDirectory('glewlwyd');
    const write = (name: string, text: string): string => {
      writeFileSync(join(directory, name), text, { mode: 0o600 });
      return join(directory, name);
    };
    const database = new DatabaseSync(join(directory, 'glewlwyd.db'));
    database.exec(readFileSync(TABLES, 'utf8'));
    database.close();
    const port = await findFreePort();
    const files = [
      write('server.key', server.privateKey),
      write('server.pem', server.certificate),
      write('clients.pem', clients.pem),
    ] as const;
    const configuration = write('glewlwyd.conf', configurationOf(directory, port, files));
    const logFile = join(directory, 'output.log');
    const child = await startServer({ program: 'glewlwyd', args: ['-c', configuration], port, logFile });
    const url = `https://localhost:${port}`;
    const started = new Glewlwyd(child, { ...server, issuer: url, jwksUri: `${url}/api/oidc/jwks` }, client);
    await started.configure();
    return started;
  }

  private constructor(
    private readonly child: ChildProcess,
    readonly peer: Peer,
    private readonly client: GlewlwydClient,
  ) {}

  /** Asks for a token as the client, with this certificate. */
  async tokenOf(identity: Identity): Promise<string> {
    const { clientId, scope } = this.client;
    const form = [...credentialsForm(clientId), ['scope', scope], ['resource', this.peer.audience]] as const;
    const asked = { ...tokenRequest(form), target: '/api/oidc/token' };
    const { status, json, text } = await exchange(
      { url: this.peer.issuer, ca: this.peer.ca, identity },
      asked,
    );
    if (status !== 200) throw new Error(`glewlwyd issues no token: ${status} ${text}`);
    return String(json['access_token']);
  }

  stop(): Promise<void> {
    return stopServer(this.child);
  }

  /** Its API, as the administrator of a fresh installation. */
  private async configure(): Promise<void> {
    const { clientId, dnsName, scope } = this.client;
    const cookie = await this.post('auth', { username: 'admin', password: 'password' });
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const parameters = {
      iss: this.peer.issuer,
      'jwt-type': 'ecdsa',
      'jwt-key-size': '256',
      key: await exportPKCS8(privateKey),
      cert: await exportSPKI(publicKey),
      'jwks-show': true,
      'code-duration': 600,
      'refresh-token-duration': 1_209_600,
      'access-token-duration': 300,
      'allow-non-oidc': true,
      'auth-type-client-enabled': true,
      'client-cert-source': 'TLS',
      'client-cert-use-endpoint-aliases': false,
      'resource-allowed': true,
      'resource-scope': { [scope]: [this.peer.audience] },
    };
    await this.post('scope', { name: scope, display_name: scope, password_required: false }, cookie);
    const plugin = { module: 'oidc', name: 'oidc', display_name: 'oidc', enabled: true, parameters };
    await this.post('mod/plugin', plugin, cookie);
    const client = {
      client_id: clientId,
      client_name: clientId,
      scope: [scope],
      confidential: true,
      enabled: true,
      authorization_type: ['client_credentials'],
      token_endpoint_auth_method: ['tls_client_auth'],
      tls_client_auth_san_dns: dnsName,
    };
    await this.post('client', client, cookie);
  }

  /** Answers with the cookie of the session, if there is a new one. */
  private async post(path: string, body: object, cookie?: string): Promise<string | undefined> {
    const request = jsonRequest('POST', `/api/${path}/`, body);
    const headers = [...request.headers!, ...(cookie === undefined ? [] : [['Cookie', cookie] as const])];
    const dial = { url: this.peer.issuer, ca: this.peer.ca };
    const answer = await exchange(dial, { ...request, headers });
    if (answer.status !== 200) throw new Error(`glewlwyd refuses ${path}: ${answer.status} ${answer.text}`);
    return answer.headers['set-cookie']?.split(';', 1)[0];
  }
}

function configurationOf(directory: string, port: number, [key, pem, ca]: readonly string[]): string {
  return `
port=${port}
bind_address="127.0.0.1"
external_url="https://localhost:${port}/"
login_url="login.html"
api_prefix="api"
cookie_secure=0
session_key="GLEWLWYD2_SESSION_ID"
admin_scope="g_admin"
profile_scope="g_profile"
log_mode="console"
log_level="INFO"
user_module_path="${LIBRARIES}/user"
client_module_path="${LIBRARIES}/client"
user_auth_scheme_module_path="${LIBRARIES}/scheme"
plugin_module_path="${LIBRARIES}/plugin"
use_secure_connection=true
secure_connection_key_file="${key}"
secure_connection_pem_file="${pem}"
secure_connection_ca_file="${ca}"
hash_algorithm="SHA512"
database = { type = "sqlite3", path = "${directory}/glewlwyd.db" };
`;
}
