import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { StackError } from './workspace.js';

/** How to become the user that PostgreSQL runs as: it refuses to run as root. */
export type PostgresAccount =
  | { readonly kind: 'self' }
  | { readonly kind: 'user'; readonly uid: number; readonly gid: number }
  /** Another user that may also read and pass through what its own rights do not reach: a checkout below a 0700 home. */
  | { readonly kind: 'user-with-search'; readonly uid: number; readonly gid: number };

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

type Identity = { readonly uid: number; readonly gid: number };

/** The command that runs `program` under the account. */
export function asAccount(account: PostgresAccount, program: string, args: readonly string[]): Command {
  switch (account.kind) {
    case 'self':
      return { program, args };
    case 'user':
      return { program, args, uid: account.uid, gid: account.gid };
    case 'user-with-search':
      return { program: 'setpriv', args: [...keepOnlySearch(account), '--', program, ...args] };
  }
}

/**
 * `no_setuid_fixup` makes access(2), with which PostgreSQL looks for its own programs, respect the one capability kept.
 */
function keepOnlySearch({ uid, gid }: Identity): string[] {
  const only = '-all,+dac_read_search';
  return [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    '--no-new-privs',
    '--securebits=+no_setuid_fixup',
    `--inh-caps=${only}`,
    `--ambient-caps=${only}`,
    `--bounding-set=${only}`,
  ];
}

/** The user that owns the database files, or that would own new ones. Undefined means: whoever runs this process. */
export function databaseOwner(dataDirectory: string): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (existsSync(dataDirectory)) {
    const { uid, gid } = statSync(dataDirectory);
    if (uid !== 0) return { uid, gid };
  }
  return unprivilegedUser(readFileSync('/etc/passwd', 'utf8'));
}

/** The first of `postgres` and `nobody` in the text of /etc/passwd. */
export function unprivilegedUser(passwd: string): Identity {
  const users = new Map(passwd.split('\n').map((line) => [line.split(':')[0], line.split(':')]));
  const entry = users.get('postgres') ?? users.get('nobody');
  if (entry === undefined) {
    throw new StackError(
      'PostgreSQL refuses to run as root, and /etc/passwd has neither "postgres" nor "nobody". Run as an ordinary ' +
        'user, add one of them, or set DATABASE_URL to a PostgreSQL server.',
    );
  }
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

/**
 * Chooses how to run PostgreSQL so that it reaches its program and can write its directory: plainly as `owner`, else
 * with the right to pass through closed directories. Undefined when neither works, then both must lie elsewhere.
 */
export function chooseAccount(
  owner: Identity | undefined,
  program: string,
  writableDirectory: string,
  reaches: (command: Command) => boolean = runsWell,
): PostgresAccount | undefined {
  if (owner === undefined) return { kind: 'self' };
  const candidates: PostgresAccount[] = [
    { kind: 'user', ...owner },
    { kind: 'user-with-search', ...owner },
  ];
  const script = 'test -x "$1" && test -w "$2"';
  return candidates.find((account) =>
    reaches(asAccount(account, '/bin/sh', ['-c', script, 'sh', program, writableDirectory])),
  );
}

function runsWell({ program, args, ...identity }: Command): boolean {
  return spawnSync(program, args, { ...identity, cwd: '/', stdio: 'ignore' }).status === 0;
}
