import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import {
  createAuthority,
  type Authority,
  type IssuedCertificate,
  type LeafOptions,
} from '@holdfast/test-pki';
import { createPartnerClient, type PartnerClient } from '../partner-client.js';
import type { PartnerClientOptions } from '../options.js';

export const VALID = { notBefore: new Date('2020-01-01'), notAfter: new Date('2100-01-01') };

/** A request as a server of this world got it. */
export interface Seen {
  readonly path: string;
  readonly body: string;
  readonly authorization: string | undefined;
  /** x5t#S256 of the certificate that came with it. */
  readonly thumbprint: string | undefined;
}

type Answer = (seen: Seen, response: ServerResponse) => void | Promise<void>;

const LIFE_SECONDS = 300;

/**
 * A token service and an API over real mutual TLS. Tokens name the certificate that they are bound to, and the API
 * refuses them over another one (RFC 8705 §3).
 */
export class PartnerWorld {
  readonly directory = mkdtempSync(join(tmpdir(), 'holdfast-partner-'));
  readonly tokenRequests: Seen[] = [];
  readonly calls: Seen[] = [];
  /** Instead of a token, for as long as it is there. */
  onToken: Answer | undefined;
  /** Instead of the API's own answer. */
  onCall: Answer | undefined;
  now = new Date('2027-06-01T12:00:00Z');
  readonly #servers: Server[] = [];
  readonly #clients: PartnerClient[] = [];
  #issued = 0;

  private constructor(
    readonly authority: Authority,
    private readonly server: IssuedCertificate,
  ) {}

  static async start(): Promise<PartnerWorld> {
    const authority = await createAuthority({ subject: 'CN=Server CA', ...VALID });
    const san = { dns: ['localhost'] };
    return new PartnerWorld(authority, await authority.issue({ subject: 'CN=localhost', san, ...VALID }));
  }

  /** Starts a token service; gives its endpoint. */
  async tokenService(identity = this.server): Promise<string> {
    const { port } = await this.listen(this.tokenRequests, identity, (seen, response) =>
      this.onToken === undefined ? this.#issue(seen, response) : this.onToken(seen, response),
    );
    return `https://localhost:${port}/token`;
  }

  /** Starts an API; gives its origin. */
  async api(): Promise<string> {
    const { port } = await this.listen(this.calls, this.server, (seen, response) =>
      this.onCall === undefined ? this.#serve(seen, response) : this.onCall(seen, response),
    );
    return `https://localhost:${port}`;
  }

  /** Starts a server that answers like that. */
  async listen(seen: Seen[], identity: IssuedCertificate, answer: Answer): Promise<AddressInfo> {
    const tls = {
      cert: identity.pem,
      key: identity.privateKeyPem,
      requestCert: true,
      rejectUnauthorized: false,
    };
    const server = createServer(tls, (request, response) => {
      void this.#see(request).then((one) => {
        seen.push(one);
        return answer(one, response);
      });
    });
    this.#servers.push(server);
    await once(server.listen(0, 'localhost'), 'listening');
    return server.address() as AddressInfo;
  }

  /** A server certificate from the trusted authority. */
  serverCertificate(options: Partial<LeafOptions> = {}): Promise<IssuedCertificate> {
    return this.authority.issue({ subject: 'CN=server', san: { dns: ['localhost'] }, ...VALID, ...options });
  }

  /** Writes a certificate and its key where a client finds them. */
  install({ pem, privateKeyPem }: Pick<IssuedCertificate, 'pem' | 'privateKeyPem'>): void {
    writeFileSync(this.certificateFile, pem);
    writeFileSync(this.privateKeyFile, privateKeyPem, { mode: 0o600 });
  }

  get certificateFile(): string {
    return join(this.directory, 'client.pem');
  }

  get privateKeyFile(): string {
    return join(this.directory, 'client.key.pem');
  }

  /** A client with the installed certificate and the clock of this world. */
  client(options: Partial<PartnerClientOptions>): PartnerClient {
    const client = createPartnerClient({
      clientId: 'acme-orders',
      certificateFile: this.certificateFile,
      privateKeyFile: this.privateKeyFile,
      ca: this.authority.pem,
      clock: () => this.now,
      ...options,
    });
    this.#clients.push(client);
    return client;
  }

  /** How many connections the servers of this world hold. */
  async openConnections(): Promise<number> {
    const counts = this.#servers.map((server) => promisify(server.getConnections.bind(server))());
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  reset(): void {
    for (const client of this.#clients.splice(0)) client.close();
    this.tokenRequests.length = 0;
    this.calls.length = 0;
    this.onToken = undefined;
    this.onCall = undefined;
  }

  pass(seconds: number): void {
    this.now = new Date(this.now.getTime() + seconds * 1_000);
  }

  stop(): void {
    this.reset();
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
    rmSync(this.directory, { recursive: true });
  }

  #issue({ thumbprint }: Seen, response: ServerResponse): void {
    this.#issued += 1;
    const token = { access_token: `${thumbprint}.${this.#issued}`, token_type: 'Bearer' };
    answerJson(response, 200, { ...token, expires_in: LIFE_SECONDS, scope: 'orders:read' });
  }

  #serve({ authorization, thumbprint, body }: Seen, response: ServerResponse): void {
    if (authorization?.startsWith(`Bearer ${thumbprint}.`)) return answerJson(response, 200, { got: body });
    refuseToken(response);
  }

  async #see(request: IncomingMessage): Promise<Seen> {
    const { raw } = (request.socket as TLSSocket).getPeerCertificate();
    return {
      path: request.url ?? '',
      body: await text(request),
      authorization: request.headers.authorization,
      thumbprint: raw && createHash('sha256').update(raw).digest('base64url'),
    };
  }
}

export function answerJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** RFC 6750 §3.1. */
export function refuseToken(response: ServerResponse): void {
  const challenge = { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' };
  answerJson(response, 401, { error: 'invalid_token' }, challenge);
}
