import { readIdentity } from './identity.js';
import type { StackUnderTest } from './stack-under-test.js';
import { jsonRequest, tokenOf, type PartnerClient } from './token-endpoint.js';
import { exchange, type WireAnswer } from './wire.js';

const RENEW_AFTER_MS = 60_000;

/** The operator of a stack: administers it over mutual TLS with a token bound to its certificate. */
export class Operator {
  #token: { readonly text: string; readonly at: number } | undefined;

  constructor(readonly stack: StackUnderTest) {}

  /** The operator's client. */
  get client(): PartnerClient {
    const { operator } = this.stack.file;
    return { partner: 'holdfast', clientId: operator.clientId, identity: readIdentity(operator) };
  }

  /** A token for the admin API that is good for a while. */
  async token(): Promise<string> {
    if (this.#token === undefined || performance.now() - this.#token.at > RENEW_AFTER_MS) {
      this.#token = { text: await tokenOf(this.stack, this.client), at: performance.now() };
    }
    return this.#token.text;
  }

  /** Calls the admin API below `/api/v1`, whatever it answers. */
  async call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    json?: unknown,
    headers: readonly (readonly [string, string])[] = [],
  ): Promise<WireAnswer> {
    const target = `/api/v1/${path}`;
    const request = json === undefined ? { method, target } : jsonRequest(method, target, json);
    return exchange(
      { url: this.stack.file.adminApi, ca: this.stack.ca, identity: this.client.identity },
      {
        ...request,
        headers: [...(request.headers ?? []), ...headers, ['Authorization', `Bearer ${await this.token()}`]],
      },
    );
  }

  /** Makes or changes something. Throws unless that succeeded. */
  async post(path: string, json?: unknown): Promise<Readonly<Record<string, unknown>>> {
    return requireSuccess(`POST ${path}`, await this.call('POST', path, json));
  }

  /** Reads something. Throws unless that succeeded. */
  async get(path: string): Promise<Readonly<Record<string, unknown>>> {
    return requireSuccess(`GET ${path}`, await this.call('GET', path));
  }
}

function requireSuccess(what: string, { status, json, text }: WireAnswer): Readonly<Record<string, unknown>> {
  if (status !== 200 && status !== 201) throw new Error(`${what}: ${status} ${text}`);
  return json;
}
