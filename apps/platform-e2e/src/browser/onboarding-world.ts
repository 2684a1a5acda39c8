import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Authority } from '@holdfast/test-pki';
import { AppProcess } from '../harness/app-process.js';
import { beside } from '../harness/beside.js';
import { issueLeaf, makeRoot } from '../harness/identity.js';
import { runProgram } from '../harness/programs.js';
import type { StackUnderTest } from '../harness/stack-under-test.js';

/** What curl got. */
export interface CurlAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A partner that nobody has registered yet, with its authority and certificate, and an API that is no resource yet. */
export class OnboardingWorld {
  private constructor(
    readonly stack: StackUnderTest,
    /** Names the partner (`Name GmbH`), its application (`name-server`) and its authority (`name-ca`). */
    readonly name: string,
    readonly authority: Authority,
    /** The audience and address of the API. */
    readonly api: string,
    private readonly server: AppProcess,
    private readonly directory: string,
  ) {}

  static async create(stack: StackUnderTest, name: string): Promise<OnboardingWorld> {
    const authority = await makeRoot(`CN=${name} CA,O=${name} GmbH,C=DE`);
    const leaf = await issueLeaf(authority, subjectOf(name));
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-onboarding-'));
    writeFileSync(join(directory, 'client.pem'), leaf.pem);
    writeFileSync(join(directory, 'client.key.pem'), leaf.privateKeyPem, { mode: 0o600 });
    const { application, url } = await beside(stack, 'resource-server');
    const env = { ...application.env, AUDIENCE: url };
    const server = await AppProcess.start({ ...application, env }, directory);
    return new OnboardingWorld(stack, name, authority, url, server, directory);
  }

  get clientId(): string {
    return `${this.name}-server`;
  }

  get subject(): string {
    return subjectOf(this.name);
  }

  /** curl asks for a token, as the partner runs it. */
  askForToken(): Promise<CurlAnswer> {
    const form = ['-d', 'grant_type=client_credentials', '-d', `client_id=${this.clientId}`];
    return this.curl(...form, this.stack.file.tokenEndpoint);
  }

  /** curl calls the API with a token. */
  callApi(token: unknown): Promise<CurlAnswer> {
    return this.curl('-H', `Authorization: Bearer ${String(token)}`, `${this.api}/orders`);
  }

  /** The answer once the token endpoint refuses; the last one if it never does. */
  async refusal(): Promise<CurlAnswer> {
    let answer = await this.askForToken();
    for (let attempt = 0; answer.status === 200 && attempt < 20; attempt += 1)
      answer = await this.askForToken();
    return answer;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.directory, { recursive: true });
  }

  private async curl(...args: string[]): Promise<CurlAnswer> {
    const own = ['--cert', 'client.pem', '--key', 'client.key.pem', '--cacert', this.stack.file.caFile];
    const { stdout } = await runProgram(
      'curl',
      ['-sS', '--max-time', '10', '-w', '\n%{http_code}', ...own, ...args],
      { cwd: this.directory },
    );
    const [body = '', status = ''] = stdout.split(/\n(?=\d{3}$)/);
    return { status: Number(status), body: JSON.parse(body) as Record<string, unknown> };
  }
}

function subjectOf(name: string): string {
  return `CN=${name}-server,O=${name} GmbH,C=DE`;
}
