import type { CertificateFiles } from './development-pki.js';
import { call, type Answer } from './https-call.js';
import { untilIssued, type TokenClient } from './token-client.js';
import { StackError } from './workspace.js';

/** The admin API, called as the operator: over mutual TLS with a token bound to the operator's certificate. */
export class AdminApi {
  private constructor(
    private readonly url: string,
    private readonly caFile: string,
    private readonly certificate: CertificateFiles,
    private readonly token: string,
  ) {}

  /** Gets the operator's token. The admin API is that token's resource, and its address unless `url` says otherwise. */
  static async connect(operator: TokenClient, url = operator.resource): Promise<AdminApi> {
    const token = await untilIssued(operator);
    return new AdminApi(url, operator.caFile, operator.certificate, token);
  }

  /** Makes something, or finds that it is there already. Throws a StackError for any other answer. */
  async ensure(path: string, json: unknown): Promise<void> {
    const answer = await this.#call('POST', path, json);
    if (answer.status !== 201 && answer.status !== 200 && answer.status !== 409)
      this.#refuse('POST', path, answer);
  }

  /** Does something. Throws a StackError unless it succeeded. */
  async post(path: string, json: unknown = {}): Promise<void> {
    const answer = await this.#call('POST', path, json);
    if (answer.status >= 300) this.#refuse('POST', path, answer);
  }

  /** The resource at the path. Throws a StackError when there is none. */
  async get(path: string): Promise<Readonly<Record<string, unknown>>> {
    const answer = await this.#call('GET', path);
    if (answer.status !== 200) this.#refuse('GET', path, answer);
    return answer.body;
  }

  /** Whether a list has an entry of which that is true, on whatever page of it. */
  async has(path: string, isIt: (entry: Readonly<Record<string, unknown>>) => boolean): Promise<boolean> {
    let page = `${path}?limit=200`;
    for (;;) {
      const { items, next } = await this.get(page);
      if ((items as Readonly<Record<string, unknown>>[]).some(isIt)) return true;
      if (typeof next !== 'string') return false;
      page = `${path}?limit=200&after=${encodeURIComponent(next)}`;
    }
  }

  #call(method: 'GET' | 'POST', path: string, json?: unknown): Promise<Answer> {
    const { caFile, certificate, token } = this;
    return call({ method, url: `${this.url}${path}`, caFile, certificate, bearer: token, json });
  }

  #refuse(method: string, path: string, { status, body }: Answer): never {
    throw new StackError(`The admin API answered ${status} to ${method} ${path}: ${JSON.stringify(body)}`);
  }
}
