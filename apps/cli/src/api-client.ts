import { z } from 'zod';
import { InputProblem, Problem } from '@holdfast/admin-contract';
import type { Operator } from './connection.js';
import { Failure, outcomeOf } from './failure.js';
import type { HttpsAnswer, HttpsClient } from './https-client.js';
import { printable } from './output.js';
import { parseJson, requestToken, retryHint } from './token-request.js';

/** Which option or argument a field of a request comes from, where it has another name. */
export type Origins = Readonly<Record<string, string>>;

export type Query = Readonly<Record<string, string | undefined>>;

interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: readonly string[];
  readonly query?: Query;
  readonly body?: unknown;
  readonly origins?: Origins;
}

/** What the admin API gives at most in one page. */
const LARGEST_PAGE = 200;

/** The admin API, called with one token of the operator's client, bound to its certificate (RFC 8705 §3). */
export class AdminApi {
  private constructor(
    private readonly http: HttpsClient,
    private readonly api: string,
    private readonly token: string,
  ) {}

  /** Gets the operator's token, which is kept in memory only. Throws a Failure when it is refused. */
  static async connect(http: HttpsClient, operator: Operator): Promise<AdminApi> {
    const { access_token } = await requestToken(http, operator, { resource: operator.api });
    return new AdminApi(http, operator.api, access_token);
  }

  /** What is at the path. */
  get<S extends z.ZodType>(path: readonly string[], schema: S): Promise<z.output<S>> {
    return this.#call({ method: 'GET', path }, schema);
  }

  /** Makes or changes something and gives it as it is now. */
  post<S extends z.ZodType>(
    path: readonly string[],
    schema: S,
    body?: unknown,
    origins?: Origins,
  ): Promise<z.output<S>> {
    return this.#call({ method: 'POST', path, body, ...(origins && { origins }) }, schema);
  }

  /** Changes something, whatever it is at the moment, and gives it as it is now. */
  patch<S extends z.ZodType>(path: readonly string[], schema: S, body: unknown): Promise<z.output<S>> {
    return this.#call({ method: 'PATCH', path, body }, schema);
  }

  /** Removes something and gives it as it was. */
  delete<S extends z.ZodType>(path: readonly string[], schema: S): Promise<z.output<S>> {
    return this.#call({ method: 'DELETE', path }, schema);
  }

  /** The entries of a list: all of them, page after page, or the first `limit`. */
  async list<S extends z.ZodType>(
    path: readonly string[],
    schema: S,
    query: Query = {},
    limit = Number.POSITIVE_INFINITY,
  ): Promise<z.output<S>[]> {
    const page = z.object({ items: z.array(schema), next: z.string().nullable() });
    const entries: z.output<S>[] = [];
    let after: string | undefined;
    do {
      const size = String(Math.min(LARGEST_PAGE, limit - entries.length));
      const { items, next } = await this.#call(
        { method: 'GET', path, query: { ...query, limit: size, after } },
        page,
      );
      entries.push(...items);
      after = next ?? undefined;
    } while (after !== undefined && entries.length < limit);
    return entries;
  }

  async #call<S extends z.ZodType>(call: Call, schema: S): Promise<z.output<S>> {
    const { method, path, query, body, origins = {} } = call;
    const url = new URL(`${this.api}/api/v1/${path.map(encodeURIComponent).join('/')}`);
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    const answer = await this.http.send({
      method,
      url,
      headers: {
        authorization: `Bearer ${this.token}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        // RFC 9110 §13.1.1: nothing was read before, so there is no tag to compare with.
        ...(method === 'PATCH' && { 'if-match': '*' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const parsed = schema.safeParse(parseJson(answer.body));
    if (answer.status >= 200 && answer.status < 300 && parsed.success) return parsed.data;
    throw refusal(answer, `${method} ${url.href}`, origins);
  }
}

/** Codes and members that come later are no reason to hide what the server says. */
const AnyProblem = Problem.extend({ code: z.string(), errors: z.array(InputProblem).default([]) });

function refusal({ status, headers, body }: HttpsAnswer, request: string, origins: Origins): Failure {
  const parsed = AnyProblem.safeParse(parseJson(body));
  if (!parsed.success) {
    return new Failure('error', `${request} is answered with ${status}, and not like the admin API.`, [
      'Check --api; if it is right, the server may be of another version than this tool.',
    ]);
  }
  const { title, detail, code, errors, request_id: requestId } = parsed.data;
  return new Failure(outcomeOf(status), printable(`${title}: ${detail}`), [
    ...errors.map((problem) => printable(`${originOf(problem.pointer, origins)}${problem.detail}`)),
    ...(HINTS[code] ?? []),
    ...retryHint(headers['retry-after']),
    `Request: ${request}, id ${printable(requestId)}`,
  ]);
}

const HINTS: Readonly<Record<string, readonly string[]>> = {
  not_found: ['Check the spelling; "list" shows what there is.'],
  already_exists: ['"list" shows it; choose another name for a new one.'],
  unauthenticated: [
    "The admin API takes tokens of the operator's client only; check --client-id, --cert and --key.",
  ],
  forbidden: ["The operator's client needs a grant for the admin API."],
  internal_error: ["The server's log says more about this request id."],
};

/** The option that a member of the request comes from, by its RFC 6901 pointer. */
function originOf(pointer: string, origins: Origins): string {
  const member = pointer.split('/')[1];
  if (member === undefined || member === '') return '';
  return `${origins[member] ?? ORIGINS[member] ?? member}: `;
}

const ORIGINS: Origins = {
  id: 'ID',
  name: '--name',
  partner: '--partner',
  client: '--client',
  resource: '--resource',
  scopes: '--scope',
  audience: 'AUDIENCE',
  anchor: '--anchor',
  certificate: '--certificate',
  jwks: '--jwks',
  jwks_uri: '--jwks-uri',
  match: '--match',
  token_endpoint_auth_method: '--auth',
  tls_client_auth_subject_dn: '--subject-dn',
  tls_client_auth_san_dns: '--san-dns',
  tls_client_auth_san_uri: '--san-uri',
  tls_client_auth_san_ip: '--san-ip',
  tls_client_auth_san_email: '--san-email',
  kind: '--kind',
  server_auth_until: '--server-auth-until',
  limit: '--limit',
};
