import type { ConnectionFailureCode } from './connection-failure.js';

/** Everything that this library throws by itself. No text of it holds a token or a key. */
export abstract class PartnerClientError extends Error {}

/** What a refusal of the token endpoint says (RFC 6749 §5.2). */
export interface Refusal {
  readonly error: string;
  readonly description: string | undefined;
  readonly errorUri: string | undefined;
  readonly requestId: string | undefined;
}

/** The token endpoint says no (RFC 6749 §5.2). Asking again without a change gives the same answer. */
export class TokenRefused extends PartnerClientError {
  override readonly name = 'TokenRefused';
  /** RFC 6749 §5.2, RFC 8707 §2: `invalid_client`, `invalid_scope` … */
  readonly error: string;
  readonly description: string | undefined;
  /** Where it is explained. */
  readonly errorUri: string | undefined;
  /** What the operator of the token service finds the refusal by. */
  readonly requestId: string | undefined;
  /** Which check failed, like `certificate_expired`; undefined where the service does not tell. */
  readonly reason: string | undefined;

  constructor(
    clientId: string,
    { error, description, errorUri, requestId }: Refusal,
    readonly status: number,
  ) {
    super(
      [
        `The token service refuses ${clientId}: ${error}${description === undefined ? '' : `, ${description}`}.`,
        ...(errorUri === undefined ? [] : [`More about it: ${errorUri}.`]),
        ...(requestId === undefined ? [] : [`The operator finds it by the request id ${requestId}.`]),
      ].join(' '),
    );
    this.error = error;
    this.description = description;
    this.errorUri = errorUri;
    this.requestId = requestId;
    this.reason = errorUri && /\/errors\/([a-z0-9_]+)$/.exec(errorUri)?.[1];
  }
}

/** What is wrong with one's own certificate and key, found before anything is sent. */
export type IdentityFailureCode =
  | 'file_unreadable'
  | 'certificate_unreadable'
  | 'key_unreadable'
  | 'key_encrypted'
  | 'key_does_not_fit'
  | 'certificate_unusable';

export type TlsFailureCode = ConnectionFailureCode | IdentityFailureCode;

/** There is no connection: `code` says why, `message` says it in words, `remedy` says what to do. */
export class TlsFailure extends PartnerClientError {
  override readonly name = 'TlsFailure';

  constructor(
    readonly code: TlsFailureCode,
    what: string,
    readonly remedy: string,
    cause?: unknown,
  ) {
    super(`${what} ${remedy}`, { cause });
  }
}

/** The token service cannot decide at present: 429 or 5xx. Not a no; ask again after `retryAfterSeconds`. */
export class ServiceUnavailable extends PartnerClientError {
  override readonly name = 'ServiceUnavailable';

  constructor(
    server: string,
    readonly status: number,
    readonly retryAfterSeconds: number | undefined,
    readonly requestId?: string,
  ) {
    const again =
      retryAfterSeconds === undefined ? '' : ` It asks to be tried again in ${retryAfterSeconds} s.`;
    super(`${server} cannot answer at present (${status}).${again}`);
  }
}

/** Something answers that is not what it should be: another program, or metadata of another issuer (RFC 8414 §3.3). */
export class UnexpectedAnswer extends PartnerClientError {
  override readonly name = 'UnexpectedAnswer';
}

/** The token would have gone where it must not: nothing was sent. */
export class CallNotAllowed extends PartnerClientError {
  override readonly name = 'CallNotAllowed';
}
