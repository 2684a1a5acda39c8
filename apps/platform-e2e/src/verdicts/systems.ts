import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { stopServer } from '@holdfast/test-server';
import { AppProcess } from '../harness/app-process.js';
import { behindProxies, beside } from '../harness/beside.js';
import { startEchoApi, type EchoApi } from '../harness/echo-api.js';
import { makeRoot, makeSelfSigned, thumbprintOf, toIdentity, validNow } from '../harness/identity.js';
import { startExample, type ExampleName } from '../harness/resource-server-example.js';
import { newDirectory } from '../harness/run-directory.js';
import type { StackUnderTest } from '../harness/stack-under-test.js';
import { Wire, type Dial, type Identity, type WireAnswer, type WireRequest } from '../harness/wire.js';
import { Apache } from '../peers/apache.js';
import { startAsking, type AskingProxyName } from '../proxies/asking-proxy.js';
import type { Answer, SentCall, SystemName } from './call.js';
import { AUDIENCE, ISSUER, type CallKit } from './call-kit.js';

/** A running system that checks bound tokens. */
export interface System {
  /** Sends a call and reads what is said of it. */
  call(call: SentCall): Promise<Heard>;
}

/** What a system said. */
export interface Heard extends Answer {
  /** Who calls, as the API was told; undefined where it was not asked, or is told nothing. */
  readonly client: string | undefined;
  /** Whether the call reached the API behind; false where there is none. */
  readonly reached: boolean;
}

/** All systems, each started when it is first needed: what is not installed is not. */
export class Systems {
  readonly #started = new Map<SystemName, Promise<System>>();
  readonly #stops: (() => Promise<unknown> | void)[] = [];

  private constructor(
    private readonly stack: StackUnderTest,
    private readonly kit: CallKit,
    private readonly server: {
      readonly ca: string;
      readonly certificate: string;
      readonly privateKey: string;
    },
    private readonly jwksUri: string,
    private readonly api: EchoApi,
  ) {}

  static async start(stack: StackUnderTest, kit: CallKit): Promise<Systems> {
    const root = await makeRoot('CN=verdicts');
    const leaf = await root.issue({ subject: 'CN=localhost', san: { dns: ['localhost'] }, ...validNow() });
    const keySet = JSON.stringify(await kit.keySet());
    const keys = createServer({ cert: leaf.pem, key: leaf.privateKeyPem }, (_request, response) => {
      response.setHeader('content-type', 'application/json').end(keySet);
    });
    await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
    const jwksUri = `https://localhost:${(keys.address() as AddressInfo).port}/jwks`;
    const api = await startEchoApi();
    const server = { ca: root.pem, certificate: leaf.pem, privateKey: leaf.privateKeyPem };
    const systems = new Systems(stack, kit, server, jwksUri, api);
    systems.#stops.push(() => {
      keys.closeAllConnections();
      keys.close();
      api.stop();
    });
    return systems;
  }

  get(name: SystemName): Promise<System> {
    const known = this.#started.get(name) ?? this.#start(name);
    this.#started.set(name, known);
    return known;
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0).reverse()) await stop();
  }

  #start(name: SystemName): Promise<System> {
    switch (name) {
      case 'gateway':
        return this.#gateway();
      case '/verify':
        return this.#verify();
      case 'nginx':
      case 'caddy':
        return this.#asking(name);
      case 'mod_oauth2':
        return this.#apache();
      default:
        return this.#example(name);
    }
  }

  async #example(name: ExampleName): Promise<System> {
    const { ca } = this.server;
    const tokens = { jwksUri: this.jwksUri };
    const settings = { issuer: ISSUER, audience: AUDIENCE, tokens, ...this.server };
    const { url, child } = await startExample(name, settings);
    this.#stops.push(() => stopServer(child));
    const toDial = (identity?: Identity): Dial => ({ url, ca, identity });
    return { call: (call) => this.#ask(call, toDial, ({ json }) => json['client']) };
  }

  async #gateway(): Promise<System> {
    const file = join(newDirectory('verdicts'), 'gateway.yaml');
    writeFileSync(file, await this.#gatewayYaml());
    const { application, url } = await beside(this.stack, 'gateway', { GATEWAY_FILE: file });
    await this.#run(application);
    const toDial = (identity?: Identity): Dial => ({ url, ca: this.stack.ca, identity });
    return { call: (call) => this.#ask(call, toDial, clientOfEcho) };
  }

  async #asking(name: AskingProxyName): Promise<System> {
    const proxy = await startAsking(this.stack, name, await this.#gatewayYaml(), this.api.port);
    this.#stops.push(() => proxy.stop());
    return { call: (call) => this.#ask(call, (identity) => proxy.dial(identity), clientOfEcho) };
  }

  async #apache(): Promise<System> {
    const { keys } = await this.kit.keySet();
    // It compares `scope` as one text: what may be in it is a list.
    const scopes = ['scope:orders:read', 'scope:orders:read orders:write'];
    const claims = [`iss:${ISSUER}`, `aud:${AUDIENCE}`, scopes];
    const apache = await Apache.start({ jwk: keys[0]!, claims });
    this.#stops.push(() => apache.stop());
    return {
      call: (call) =>
        this.#ask(
          call,
          (identity) => apache.dial(identity),
          () => undefined,
        ),
    };
  }

  /** Asks as Envoy's `ext_authz` filter does over HTTP, with `forward_client_cert_details: SANITIZE_SET`. */
  async #verify(): Promise<System> {
    const directory = newDirectory('verdicts');
    const leaf = await makeSelfSigned('CN=envoy');
    const proxy = {
      name: 'envoy',
      addresses: ['127.0.0.1'],
      certificate: { thumbprints: [thumbprintOf(leaf)] },
      format: 'envoy',
      certificateHeader: 'X-Forwarded-Client-Cert',
      proxyValidates: false,
    };
    const proxiesFile = join(directory, 'proxies.json');
    writeFileSync(proxiesFile, JSON.stringify({ proxies: [proxy] }));
    const file = join(directory, 'gateway.yaml');
    writeFileSync(file, `${await this.#gatewayYaml()}verify: { style: envoy }\n`);
    const one = behindProxies(await beside(this.stack, 'gateway', { GATEWAY_FILE: file }), proxiesFile);
    await this.#run(one.application);
    const url = `https://localhost:${one.proxyPort}`;
    const toDial = (): Dial => ({ url, ca: this.stack.ca, identity: toIdentity(leaf) });
    const ask = (call: SentCall): Promise<Heard> =>
      this.#ask(asEnvoyAsks(call), toDial, ({ headers }) => headers['holdfast-client-id']);
    return { call: ask };
  }

  async #run(application: AppProcess['application']): Promise<void> {
    const gateway = await AppProcess.start(application, newDirectory('verdicts'));
    this.#stops.push(() => gateway.stop());
  }

  /** The ten lines of the guide, for the issuer of the table. */
  async #gatewayYaml(): Promise<string> {
    return [
      'tokens:',
      '  issuers:',
      `    - issuer: ${ISSUER}`,
      `      audience: ${AUDIENCE}`,
      `      keys: { jwks: ${JSON.stringify(await this.kit.keySet())} }`,
      'upstreams:',
      `  orders: { url: 'http://127.0.0.1:${this.api.port}' }`,
      'routes:',
      '  - { path: /orders, methods: [GET], scopes: [orders:read], upstream: orders }',
      '',
    ].join('\n');
  }

  async #ask(
    call: SentCall,
    toDial: (identity: Identity | undefined) => Dial,
    clientOf: (answer: WireAnswer) => unknown,
  ): Promise<Heard> {
    const dial = toDial(call.as);
    const wire = await Wire.dial({ ...dial, tls: { ...dial.tls, ...call.tls } });
    try {
      const first = call.first === undefined ? undefined : await wire.send(call.first);
      if (first !== undefined && first.status >= 300)
        throw new Error(`the first call of the connection was answered ${first.status}`);
      const before = this.api.seen.length;
      const answer = await wire.send(call.request);
      const client = clientOf(answer);
      return {
        ...toAnswer(answer),
        client: client === undefined ? undefined : String(client),
        reached: this.api.seen.length > before,
      };
    } finally {
      wire.close();
    }
  }
}

/** What the client sent, as the filter passes it on: its own headers but for the certificate are few. */
function asEnvoyAsks({ as, request, first, ...rest }: SentCall): SentCall {
  const asked = (one: WireRequest): WireRequest => ({
    method: one.method ?? 'GET',
    target: `/verify${one.target}`,
    headers: [
      ...(one.headers ?? []).filter(([name]) => name === 'Authorization'),
      ...(as === undefined ? [] : [['X-Forwarded-Client-Cert', `Cert="${escapedLeaf(as)}"`] as const]),
    ],
  });
  return { ...rest, as: undefined, request: asked(request), ...(first && { first: asked(first) }) };
}

function escapedLeaf({ certificate }: Identity): string {
  return encodeURIComponent(new X509Certificate(certificate).toString());
}

function clientOfEcho({ json }: WireAnswer): unknown {
  return (json['headers'] as Readonly<Record<string, unknown>> | undefined)?.['holdfast-client-id'];
}

/** The status, that of `Holdfast-Status` where there is one, and the error of the challenge. */
function toAnswer({ status, headers }: WireAnswer): Answer {
  const error = /error="([^"]*)"/.exec(headers['www-authenticate'] ?? '')?.[1];
  const own = headers['holdfast-status'];
  // The true status is beside one that proxies understand (RFC 9110 §15.5).
  if (own !== undefined && status !== (own === '401' ? 401 : 403))
    throw new Error(`/verify answered ${status} for ${own}`);
  return { status: own === undefined ? status : Number(own), ...(error !== undefined && { error }) };
}
