import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import {
  createAuthority,
  createSelfSigned,
  type Authority,
  type IssuedCertificate,
} from '@holdfast/test-pki';
import { runHoldfast } from '../program.js';

export const NOON = new Date('2027-06-01T12:00:00Z');
const YEAR_MS = 365 * 86_400_000;
/** Certificates of the TLS exchange itself are judged by the real clock. */
export const VALID = {
  notBefore: new Date(Date.now() - 3_600_000),
  notAfter: new Date(Date.now() + 3 * YEAR_MS),
};

export const CLAIMS = { client_id: 'holdfast-operator', scope: 'admin', cnf: { 'x5t#S256': 'abc' } };
export const TOKEN = ['{"alg":"ES256"}', JSON.stringify(CLAIMS), 'signature']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.');

export interface SeenRequest {
  readonly request: string;
  readonly body: string;
  readonly contentType: string | undefined;
  readonly authorization: string | undefined;
  /** x5t#S256 of the certificate that the request came with. */
  readonly thumbprint: string | undefined;
}

export interface FakeAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a run of the command line tool left behind. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A token endpoint and an admin API in one, over real mutual TLS, and the files of a local stack that names them. */
export class FakePlatform {
  readonly directory = mkdtempSync(join(tmpdir(), 'holdfast-cli-'));
  readonly seen: SeenRequest[] = [];
  readonly #answers = new Map<string, FakeAnswer[]>();

  private constructor(
    readonly authority: Authority,
    readonly operator: IssuedCertificate,
    private readonly server: Server,
  ) {
    server.on(
      'request',
      (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response),
    );
  }

  static async start(): Promise<FakePlatform> {
    const authority = await createAuthority({ subject: 'CN=Server CA', ...VALID });
    const leaf = await authority.issue({ subject: 'CN=localhost', san: { dns: ['localhost'] }, ...VALID });
    const server = createServer({
      cert: leaf.pem,
      key: leaf.privateKeyPem,
      requestCert: true,
      rejectUnauthorized: false,
    });
    const operator = await createSelfSigned({ subject: 'CN=operator', ...VALID });
    const platform = new FakePlatform(authority, operator, server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    platform.write('ca.pem', authority.pem);
    platform.write('operator.pem', operator.pem);
    platform.write('operator.key', operator.privateKeyPem);
    platform.reset();
    return platform;
  }

  get url(): string {
    return `https://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  get stack(): object {
    return {
      adminApi: this.url,
      tokenEndpoint: `${this.url}/token`,
      caFile: 'ca.pem',
      operator: {
        certificateFile: 'operator.pem',
        privateKeyFile: 'operator.key',
        clientId: 'holdfast-operator',
      },
      demo: [{ clientId: 'acme-orders', certificateFile: 'operator.pem', privateKeyFile: 'operator.key' }],
    };
  }

  /** Back to a stack that works and answers that tokens are issued. */
  reset(): void {
    this.seen.length = 0;
    this.#answers.clear();
    this.write('stack.json', JSON.stringify(this.stack));
    this.answer('POST /token', {
      body: { access_token: TOKEN, token_type: 'Bearer', expires_in: 300, scope: 'admin' },
    });
  }

  /** The answers to a request, one after the other; the last one stays. */
  answer(request: string, ...answers: readonly FakeAnswer[]): void {
    this.#answers.set(request, [...answers]);
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(join(this.directory, name), content);
    return join(this.directory, name);
  }

  /** Requests beside those for tokens. */
  get calls(): readonly SeenRequest[] {
    return this.seen.filter(({ request }) => request !== 'POST /token');
  }

  async run(...args: readonly string[]): Promise<Run> {
    return this.runWith({}, ...args);
  }

  async runWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Run> {
    let stdout = '';
    let stderr = '';
    const code = await runHoldfast(args, {
      env: { HOLDFAST_HOME: '.', ...env },
      directory: this.directory,
      root: this.directory,
      now: NOON,
      stdout: (data) => void (stdout += typeof data === 'string' ? data : Buffer.from(data).toString('utf8')),
      stderr: (text) => void (stderr += text),
    });
    return { code, stdout, stderr };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.directory, { recursive: true });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const name = `${request.method} ${request.url}`;
    const certificate = (request.socket as TLSSocket).getPeerX509Certificate();
    this.seen.push({
      request: name,
      body,
      contentType: request.headers['content-type'],
      authorization: request.headers.authorization,
      thumbprint: certificate && createHash('sha256').update(certificate.raw).digest('base64url'),
    });
    const answers = this.#answers.get(name) ?? [problem(404, 'not_found', `no answer for ${name}`)];
    const { status = 200, body: answer, headers = {} } = answers.length > 1 ? answers.shift()! : answers[0]!;
    response.writeHead(status, headers);
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  }
}

/** problem+json as the admin API gives it. */
export function problem(
  status: number,
  code: string,
  detail: string,
  errors: readonly { pointer: string; code: string; detail: string }[] = [],
): FakeAnswer {
  return {
    status,
    headers: { 'content-type': 'application/problem+json' },
    body: {
      type: `urn:holdfast:problem:${code}`,
      title: `Title of ${code}`,
      status,
      code,
      detail,
      errors,
      request_id: 'req-1',
    },
  };
}
