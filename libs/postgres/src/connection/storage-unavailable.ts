import { isNativeError } from 'node:util/types';
import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';

/**
 * PostgreSQL cannot answer at the moment: a fault of ours, 503 for the caller.
 *
 * `outcome` tells whether a write may have happened: `unknown` means that the connection was lost while the
 * commit was under way, so whoever repeats the write has to look first.
 */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';

  constructor(
    readonly outcome: 'unchanged' | 'unknown',
    options: { readonly cause: unknown },
  ) {
    super(
      outcome === 'unchanged'
        ? 'the database is not available'
        : 'the database was lost while it committed; the change may or may not have been made',
      options,
    );
  }
}

/**
 * SQLSTATE classes that say that the server, not the statement, is the trouble: connection exception (08),
 * transaction rollback (40), insufficient resources (53), operator intervention and time limits (57), system error (58).
 */
const OUTAGE_CLASSES = new Set(['08', '40', '53', '57', '58']);
/** read_only_sql_transaction: the server became a standby; lock_not_available. */
const OUTAGE_CODES = new Set(['25006', '55P03']);

/** What PostgreSQL said, if the statement reached it and it answered with an error. */
export interface ServerError {
  readonly severity: string;
  /** SQLSTATE. */
  readonly code: string;
  readonly constraint?: string;
}

/** The server's own answer inside `error`; `undefined` when it never answered. */
export function serverErrorIn(error: unknown): ServerError | undefined {
  const inner: unknown = error instanceof QueryFailedError ? error.driverError : error;
  // Socket errors have a `code` too (EPIPE even has five letters); only the server's answers have a severity.
  return isNativeError(inner) && 'severity' in inner ? (inner as unknown as ServerError) : undefined;
}

/** Whether the failure of a statement means that the database is away, as against a fault of the statement. */
export function isOutage(error: unknown): boolean {
  const answer = serverErrorIn(error);
  if (answer !== undefined)
    return OUTAGE_CLASSES.has(answer.code.slice(0, 2)) || OUTAGE_CODES.has(answer.code);
  return error instanceof QueryFailedError || error instanceof QueryRunnerAlreadyReleasedError;
}

/** cannot_connect_now: the server starts or stops. */
const CANNOT_CONNECT_NOW = '57P03';
const NO_PEER = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Whether no server answered, or one that is just starting: waiting helps. With a wrong password it does not. */
export function isServerAbsent(error: unknown): boolean {
  const answer = serverErrorIn(error);
  if (answer !== undefined) return answer.code === CANNOT_CONNECT_NOW;
  const { code, message, errors } = error as { code?: string; message?: string; errors?: unknown[] };
  if (code !== undefined) return NO_PEER.has(code);
  // pg gives these two no code; several addresses of one name are tried together.
  return (
    /^(timeout expired|timeout exceeded|Connection terminated)/.test(message ?? '') ||
    errors?.every(isServerAbsent) === true
  );
}
