import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import type { ProxyListening } from '@holdfast/http-platform';
import { createSelfSigned, type IssuedCertificate } from '@holdfast/test-pki';
import { thumbprintOf } from '@holdfast/token-binding';
import { readGatewayFile } from '../configuration/read-gateway-file.js';
import { Gateway, type Observer } from '../gateway.js';
import { serveGateway, type ServedGateway } from '../serve-gateway.js';
import { GatewayState } from '../state.js';
import { Backend } from './backend.js';

export const ISSUER = 'https://as.example';
export const AUDIENCE = 'https://api.example';
export const LONG = { notBefore: new Date('2020-01-01'), notAfter: new Date('2100-01-01') };

/** Who calls: a client with a certificate. */
export interface Caller {
  readonly id: string;
  readonly leaf: IssuedCertificate;
}

export interface CallOptions {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders | readonly string[];
  readonly body?: string | Buffer;
  /** Whose certificate is shown; none by default. */
  readonly as?: Caller | undefined;
  readonly token?: string;
  readonly port?: number;
  readonly agent?: RequestOptions['agent'];
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** The JSON in the body; empty when there is none. */
  readonly json: { readonly headers: Readonly<Record<string, string>>; readonly [member: string]: unknown };
}

/** A gateway in this process, over real TLS, before a real backend. */
export class World {
  readonly heard: { line: Readonly<Record<string, unknown>>; error: unknown }[] = [];
  readonly passed: number[] = [];
  gateway!: Gateway;
  served!: ServedGateway;

  private constructor(
    readonly directory: string,
    readonly backend: Backend,
    readonly server: IssuedCertificate,
    readonly alice: Caller,
    readonly bob: Caller,
    private readonly key: CryptoKey,
    readonly jwks: string,
  ) {}

  /** `file`: the gateway file, without `tokens`; `BACKEND` in it is the URL of the backend. */
  static async start(file: string, proxies?: (world: World) => ProxyListening): Promise<World> {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
    const caller = async (id: string): Promise<Caller> => ({
      id,
      leaf: await createSelfSigned({ subject: `CN=${id}`, extendedKeyUsage: ['clientAuth'], ...LONG }),
    });
    const world = new World(
      mkdtempSync(join(tmpdir(), 'holdfast-gateway-')),
      await Backend.start(),
      await createSelfSigned({ subject: 'CN=localhost', san: { dns: ['localhost'] }, ...LONG }),
      await caller('alice'),
      await caller('bob'),
      privateKey,
      JSON.stringify({ keys: [jwk] }),
    );
    world.write('server.pem', world.server.pem);
    world.write('server.key.pem', world.server.privateKeyPem);
    const observer: Observer = {
      passed: (status) => world.passed.push(status),
      answered: (line, _answer, error) => world.heard.push({ line, error }),
    };
    world.gateway = new Gateway(world.stateOf(file), observer);
    world.served = await serveGateway(world.gateway, {
      files: { certificateFile: world.path('server.pem'), privateKeyFile: world.path('server.key.pem') },
      host: '127.0.0.1',
      port: 0,
      behindProxies: proxies?.(world),
    });
    return world;
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  write(name: string, content: string): void {
    writeFileSync(this.path(name), content, { mode: 0o600 });
  }

  /** A new state from a gateway file like that of `start`. */
  stateOf(file: string): GatewayState {
    this.write(
      'gateway.yaml',
      `tokens: { issuers: [{ issuer: ${ISSUER}, audience: ${AUDIENCE}, keys: { jwks: ${this.jwks} } }] }\n` +
        file.replaceAll('BACKEND', this.backend.url),
    );
    const reading = readGatewayFile(this.path('gateway.yaml'), []);
    if (!reading.usable) throw new Error(reading.problems.join('\n'));
    return new GatewayState(reading.plan, () => undefined);
  }

  get port(): number {
    return (this.served.servers[0]!.server.address() as AddressInfo).port;
  }

  get proxyPort(): number {
    return (this.served.servers[1]!.server.address() as AddressInfo).port;
  }

  /** A token for a client, bound to its certificate. */
  token(caller: Caller, change: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    return new SignJWT({
      client_id: caller.id,
      partner: 'acme',
      scope: 'read write',
      jti: `${caller.id}-1`,
      cnf: { 'x5t#S256': thumbprintOf(caller.leaf.der) },
      iss: ISSUER,
      aud: AUDIENCE,
      sub: caller.id,
      iat: now,
      exp: now + 300,
      ...change,
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' })
      .sign(this.key);
  }

  /** Options of a request to the gateway, for tests that read its answer piece by piece. */
  options({ method = 'GET', path = '/echo', headers = {}, as, token, port, agent = false }: CallOptions) {
    const bearer = token === undefined ? [] : ['Authorization', `Bearer ${token}`];
    const given: readonly string[] = Array.isArray(headers)
      ? headers
      : Object.entries(headers).flatMap(([name, value]) => [name, String(value)]);
    return {
      host: '127.0.0.1',
      servername: 'localhost',
      port: port ?? this.port,
      ca: this.server.pem,
      ...(as && { cert: as.leaf.pem, key: as.leaf.privateKeyPem }),
      method,
      path,
      headers: [
        ...(given.some((one) => one.toLowerCase() === 'host') ? [] : ['Host', 'localhost']),
        ...bearer,
        ...given,
      ],
      setHost: false,
      agent,
    } as unknown as RequestOptions;
  }

  /** One call. Rejects if the connection breaks off before the whole answer. */
  call(options: CallOptions): Promise<Answered> {
    const { body } = options;
    const headers =
      body === undefined || Array.isArray(options.headers)
        ? options.headers
        : { 'content-length': Buffer.byteLength(body), ...options.headers };
    return new Promise((resolve, reject) => {
      const request = httpsRequest(this.options({ ...options, headers: headers ?? {} }), (response) => {
        text(response).then((content) => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: content,
            json: (/^[{[]/.test(content) ? JSON.parse(content) : {}) as Answered['json'],
          });
        }, reject);
      });
      request.once('error', reject);
      request.end(body);
    });
  }

  /** A call of alice that the gateway admits. */
  async good(options: CallOptions = {}): Promise<Answered> {
    return this.call({ as: this.alice, token: await this.token(this.alice), ...options });
  }

  async stop(): Promise<void> {
    await this.backend.stop();
    await this.served.stop();
    await this.gateway.current.retire();
    rmSync(this.directory, { recursive: true });
  }
}
