import { Connection, isReplayable, type CallInit, type ConnectionSettings } from './connection.js';
import { CallNotAllowed } from './errors.js';
import { identitySource, isSame, requireMatching, type Identity } from './identity.js';
import { discoverTokenEndpoint } from './metadata.js';
import { requireHttps, requireValidOptions, type Clock, type PartnerClientOptions } from './options.js';
import { systemClock } from './system-clock.js';
import { TokenCache } from './token-cache.js';
import { requestToken, type Issued, type Token, type TokenWish } from './token-request.js';

/** Calls APIs with tokens that are bound to one client certificate at a time (RFC 8705). */
export interface PartnerClient {
  /** A token that is good for a while yet. It counts only over a connection with the certificate of this client. */
  getToken(wish?: TokenWish): Promise<Token>;
  /**
   * Like the global `fetch`, over mutual TLS, with a token. Only https, only to the origin of the resource and to
   * `allowedOrigins`, else CallNotAllowed; redirects are given back, not followed. After 401 `invalid_token` it asks
   * once more with a new token, unless the body is a stream.
   */
  fetch(url: string | URL, init?: CallInit, wish?: TokenWish): Promise<Response>;
  /** Looks for a new certificate now instead of at the next turn. */
  reload(): void;
  /** Ends everything, also what is under way. */
  close(): void;
}

/** Throws a TypeError for options that are not right, a TlsFailure for a certificate and key that are not. */
export function createPartnerClient(options: PartnerClientOptions): PartnerClient {
  requireValidOptions(options);
  return new MutualTlsClient(options);
}

/** One certificate: its connections, and the tokens that are bound to it. They are replaced together. */
interface Session {
  readonly identity: Identity;
  readonly connection: Connection;
  readonly tokens: TokenCache;
}

interface Attempt {
  readonly response: Response;
  readonly isTokenRefused: boolean;
}

const DEFAULT_RELOAD_SECONDS = 5;
const DEFAULT_TIMEOUT_MS = 30_000;

class MutualTlsClient implements PartnerClient {
  readonly #readIdentity: () => Identity;
  readonly #settings: ConnectionSettings;
  readonly #clock: Clock;
  readonly #timer: NodeJS.Timeout | undefined;
  #session: Session;
  /** The last pair that could not be used: it is reported once. */
  #unusable: Identity | undefined;
  #unreadable: string | undefined;
  #endpoint: Promise<URL> | undefined;

  constructor(private readonly options: PartnerClientOptions) {
    const { ca, timeoutMs = DEFAULT_TIMEOUT_MS, clock = systemClock } = options;
    this.#settings = { ca, timeoutMs };
    this.#clock = clock;
    this.#readIdentity = identitySource(options);
    if (options.tokenEndpoint !== undefined) {
      this.#endpoint = Promise.resolve(requireHttps(options.tokenEndpoint, 'tokenEndpoint'));
    }
    this.#session = this.#open(this.#readIdentity());
    if (options.certificateFile === undefined) return;
    const every = (options.reloadSeconds ?? DEFAULT_RELOAD_SECONDS) * 1_000;
    this.#timer = setInterval(() => this.reload(), every).unref();
  }

  async getToken(wish: TokenWish = {}): Promise<Token> {
    const { connection, tokens } = this.#session;
    const { accessToken, expiresAt, scope } = await connection.during(() =>
      tokens.get(this.#withDefaults(wish)),
    );
    return { accessToken, expiresAt, scope };
  }

  async fetch(url: string | URL, init: CallInit = {}, wish: TokenWish = {}): Promise<Response> {
    const wanted = this.#withDefaults(wish);
    const target = this.#requireAllowed(url, init, wanted);
    const first = await this.#attempt(target, init, wanted);
    if (!first.isTokenRefused || !isReplayable(init.body)) return first.response;
    await first.response.body?.cancel();
    return (await this.#attempt(target, init, wanted)).response;
  }

  reload(): void {
    try {
      const identity = this.#readIdentity();
      this.#unreadable = undefined;
      if (isSame(identity, this.#session.identity)) return;
      if (this.#unusable !== undefined && isSame(identity, this.#unusable)) return;
      this.#unusable = identity;
      const old = this.#session;
      this.#session = this.#open(identity);
      this.#unusable = undefined;
      old.connection.retire();
    } catch (error) {
      return this.#report(error as Error);
    }
    this.options.onRotation?.();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#session.connection.destroy();
  }

  #open(identity: Identity): Session {
    requireMatching(identity);
    const connection = new Connection(identity, this.#settings);
    return {
      identity,
      connection,
      tokens: new TokenCache((wish) => this.#ask(connection, wish), this.#clock),
    };
  }

  /** A file that is away is reported once, not at every turn. */
  #report(problem: Error): void {
    if (this.#unreadable === problem.message) return;
    this.#unreadable = problem.message;
    this.options.onProblem?.(problem);
  }

  /** Token and call use one and the same certificate, whatever the files become meanwhile. */
  #attempt(target: URL, init: CallInit, wish: TokenWish): Promise<Attempt> {
    const { connection, tokens } = this.#session;
    return connection.during(async () => {
      const token = await tokens.get(wish);
      const response = await connection.fetch(target, init, { authorization: `Bearer ${token.accessToken}` });
      const isTokenRefused = refusesToken(response);
      if (isTokenRefused) tokens.forget(token);
      return { response, isTokenRefused };
    });
  }

  async #ask(connection: Connection, wish: TokenWish): Promise<Issued> {
    const endpoint = await this.#tokenEndpoint();
    return requestToken(connection, {
      ...wish,
      endpoint,
      clientId: this.options.clientId,
      now: this.#clock(),
    });
  }

  /** Looked up once; anew after a failure. Metadata is public: no certificate is shown for it. */
  #tokenEndpoint(): Promise<URL> {
    this.#endpoint ??= this.#discover().catch((error: unknown) => {
      this.#endpoint = undefined;
      throw error;
    });
    return this.#endpoint;
  }

  async #discover(): Promise<URL> {
    const connection = new Connection(undefined, this.#settings);
    try {
      return await discoverTokenEndpoint(connection, this.options.issuer ?? '');
    } finally {
      connection.destroy();
    }
  }

  #withDefaults(wish: TokenWish): TokenWish {
    const { resource = this.options.resource, scope = this.options.scope } = wish;
    return { ...(resource !== undefined && { resource }), ...(scope !== undefined && { scope }) };
  }

  #requireAllowed(url: string | URL, init: CallInit, { resource }: TokenWish): URL {
    const target = URL.canParse(String(url)) ? new URL(url) : undefined;
    if (target?.protocol !== 'https:')
      throw new CallNotAllowed(`A token goes to https URLs only, not to ${String(url)}.`);
    const own = resource !== undefined && URL.canParse(resource) ? [new URL(resource).origin] : [];
    const allowed = [...own, ...(this.options.allowedOrigins ?? [])];
    if (!allowed.includes(target.origin)) {
      throw new CallNotAllowed(
        `A token does not go to ${target.origin}: it is neither the origin of the resource nor in allowedOrigins (${allowed.join(', ') || 'none'}).`,
      );
    }
    if (new Headers(init.headers).has('authorization')) {
      throw new CallNotAllowed('The Authorization header is what this client adds; leave it out.');
    }
    return target;
  }
}

/** RFC 6750 §3.1: expired, revoked, or bound to a certificate that was replaced. */
function refusesToken({ status, headers }: Response): boolean {
  return (
    status === 401 && /\bBearer\b.*\berror="?invalid_token\b/i.test(headers.get('www-authenticate') ?? '')
  );
}
