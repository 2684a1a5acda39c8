import { isNativeError } from 'node:util/types';

/** What went wrong, where, and how to mend it, in one or two lines. Never a password. */
export function explainFailure(error: unknown): string {
  const { code, message } = rootOf(error);
  const remedy = REMEDIES[code ?? ''];
  return `migrate: ${message}${remedy === undefined ? '' : `\n  ${remedy}`}`;
}

const REMEDIES: { readonly [code: string]: string | undefined } = {
  ECONNREFUSED: 'Nothing listens at the address in DATABASE_URL. Is PostgreSQL running there?',
  ENOTFOUND: 'The host in DATABASE_URL has no address. Check its spelling, and DNS.',
  ETIMEDOUT: 'The host in DATABASE_URL does not answer. Check address, port and firewall.',
  '28P01': 'The user or the password in DATABASE_URL is wrong.',
  '28000': 'The server does not let this user in; look at its pg_hba.conf.',
  '42501':
    'The user in DATABASE_URL lacks a right. It has to own the database (or have CREATEDB) and to have CREATEROLE: ALTER ROLE … CREATEROLE.',
  '57P03': 'The server is starting up or shutting down. Try again in a moment.',
  '53300': 'The server has no connection left: raise max_connections or make the apps’ pools smaller.',
  '3D000': 'The database does not exist yet: run `migrate up` first.',
  '42P01': 'The schema is not there yet: run `migrate up` first.',
  ENOENT: 'The file does not exist.',
  EACCES: 'The file may not be read by this user.',
};

interface Failure {
  readonly code: string | undefined;
  readonly message: string;
}

/** Errors wrap others (a pool's timeout, a refused address among several); the innermost says what happened. */
function rootOf(error: unknown): Failure {
  if (!isNativeError(error)) return { code: undefined, message: String(error) };
  const { errors, code } = error as { errors?: unknown[]; code?: unknown };
  const inner = error.cause ?? errors?.[0];
  if (isNativeError(inner)) {
    const root = rootOf(inner);
    // What was being done is said once, by whoever knew it.
    const message = error.message === '' ? root.message : `${error.message}: ${root.message}`;
    return { code: root.code, message };
  }
  return { code: typeof code === 'string' ? code : undefined, message: error.message };
}
