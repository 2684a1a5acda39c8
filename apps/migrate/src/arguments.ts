import { parseArgs } from 'node:util';
import { isClientId, isResourceIndicator, type ClientId } from '@holdfast/oauth-protocol';

export const OPERATOR_CLIENT = 'holdfast-operator' as ClientId;

export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'up' }
  | {
      readonly name: 'bootstrap';
      readonly operatorCertificate: string;
      readonly adminAudience: string;
      readonly issuer?: string;
      readonly feedReaders: readonly FeedReader[];
    };

/** A client that follows the deny feed, and the file with its certificate. */
export interface FeedReader {
  readonly clientId: ClientId;
  readonly certificateFile: string;
}

/** The command line cannot be understood: exit code 64. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `Usage: migrate [up]
       migrate bootstrap --operator-certificate FILE --admin-audience URL [--issuer URL]
                         [--feed-reader CLIENT=FILE]...

  up          creates the database if it is missing, brings its schema to this version,
              makes the apps' database roles and gives them their rights. Idempotent.
  bootstrap   registers the operator: partner holdfast, client holdfast-operator with this
              certificate (PEM or DER), and its grant for the admin API. Idempotent; a changed
              certificate is added. With --issuer clients can be granted the deny feed; each
              --feed-reader registers a client of holdfast with that grant, for an API of yours.

Environment; each secret may also come from a file, by the same name with _FILE:
  DATABASE_URL            as a role that owns the database and may create roles
  TOKEN_SERVICE_PASSWORD  (up) password of the role PREFIX_token_service
  ADMIN_PASSWORD          (up) password of the role PREFIX_admin
  ROLE_PREFIX             (up) optional; the database's name if absent

Exit codes: 0 done, 1 failed, 64 the command line or the configuration cannot be used`;

/** Reads the command line. Throws `UsageError`, naming what is wrong. */
export function parseArguments(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help === true) return { name: 'help' };
  const [name = 'up', ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`unexpected argument: ${rest[0]}`);
  if (name === 'bootstrap') return parseBootstrap(values);
  if (name !== 'up') throw new UsageError(`unknown command: ${name}`);
  const [foreign] = Object.keys(values);
  if (foreign !== undefined) throw new UsageError(`--${foreign} belongs to bootstrap`);
  return { name };
}

function parseBootstrap(values: ReturnType<typeof parse>['values']): Command {
  const { 'operator-certificate': operatorCertificate, 'admin-audience': adminAudience, issuer } = values;
  if (operatorCertificate === undefined || operatorCertificate === '')
    throw new UsageError('bootstrap needs --operator-certificate FILE');
  if (adminAudience === undefined) throw new UsageError('bootstrap needs --admin-audience URL');
  if (!isResourceIndicator(adminAudience))
    throw new UsageError('--admin-audience must be an absolute URI without a fragment (RFC 8707 §2)');
  if (issuer !== undefined && !isResourceIndicator(issuer))
    throw new UsageError('--issuer must be an absolute URI without a fragment (RFC 8707 §2)');
  const feedReaders = (values['feed-reader'] ?? []).map(parseFeedReader);
  if (feedReaders.length > 0 && issuer === undefined)
    throw new UsageError('--feed-reader needs --issuer URL, whose feed is read');
  return {
    name: 'bootstrap',
    operatorCertificate,
    adminAudience,
    feedReaders,
    ...(issuer !== undefined && { issuer }),
  };
}

function parseFeedReader(text: string): FeedReader {
  const [, clientId = '', certificateFile = ''] = /^([^=]*)=(.+)$/.exec(text) ?? [];
  if (!isClientId(clientId)) throw new UsageError(`--feed-reader "${text}" is not CLIENT=FILE`);
  // Its certificate would be one that administers everything.
  if (clientId === OPERATOR_CLIENT) throw new UsageError('--feed-reader cannot be the operator');
  return { clientId, certificateFile };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        'operator-certificate': { type: 'string' },
        'admin-audience': { type: 'string' },
        issuer: { type: 'string' },
        'feed-reader': { type: 'string', multiple: true },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
