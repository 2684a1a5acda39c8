import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  asAccount,
  chooseAccount,
  databaseOwner,
  type Command,
  type PostgresAccount,
} from './postgres-account.js';
import { binariesIn, findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { makePassableDirectory, makePrivateDirectory } from './private-files.js';
import { StackError, type Say } from './workspace.js';

/** Which programs run as whom on which files. */
export interface PostgresPlace {
  readonly binaries: PostgresBinaries;
  readonly account: PostgresAccount;
  /** Holds the data directory and, for moments, what is needed to make it. */
  readonly directory: string;
  readonly dataDirectory: string;
}

/** The command that runs one of the place's programs as the place's user. */
export function commandAt({ account }: PostgresPlace, program: string, args: readonly string[]): Command {
  return asAccount(account, program, args);
}

/** Gives the path to the user that PostgreSQL runs as. */
export function handOver({ account }: Pick<PostgresPlace, 'account'>, path: string): void {
  if (account.kind !== 'self') chownSync(path, account.uid, account.gid);
}

/**
 * Finds out how PostgreSQL can run for the state directory `home`: in it, or, when root's unprivileged user cannot
 * reach it even with help, in a directory of its own outside, which is then said in one line.
 */
export function choosePlace(home: string, say: Say): PostgresPlace {
  const inside = join(home, 'postgres');
  const outside = outsideDirectory(home);
  const binaries = findPostgresBinaries();
  if (!existsSync(join(outside, 'data'))) {
    const place = placeIn(inside, binaries);
    if (place !== undefined) return place;
    requireNoData(inside);
  }
  say(`the database is kept in ${outside}: its user cannot reach ${home}`);
  makePassableDirectory(outside);
  const place = placeIn(outside, copiedBinaries(binaries, join(outside, 'postgresql')));
  if (place !== undefined) return place;
  throw new StackError(
    `PostgreSQL cannot run as an unprivileged user, neither in ${home} nor in ${outside}. Run as an ordinary user, ` +
      'or set DATABASE_URL to a PostgreSQL server.',
  );
}

/** Where the database of a state directory lies when it cannot lie in it. */
export function outsideDirectory(home: string): string {
  return join('/var/lib/holdfast', createHash('sha256').update(home).digest('hex').slice(0, 12));
}

function placeIn(directory: string, binaries: PostgresBinaries): PostgresPlace | undefined {
  const isRoot = process.getuid?.() === 0;
  (isRoot ? makePassableDirectory : makePrivateDirectory)(directory);
  const dataDirectory = join(directory, 'data');
  requireOwnData(dataDirectory);
  const owner = databaseOwner(dataDirectory);
  const probe = mkdtempSync(join(directory, 'probe-'));
  try {
    if (owner !== undefined) chownSync(probe, owner.uid, owner.gid);
    const account = chooseAccount(owner, binaries.postgres, probe);
    return account && { binaries, account, directory, dataDirectory };
  } finally {
    rmSync(probe, { recursive: true });
  }
}

/** To go on elsewhere with an empty database would look like the loss of this one. */
function requireNoData(directory: string): void {
  if (!existsSync(join(directory, 'data'))) return;
  throw new StackError(
    `The database in ${directory} cannot be reached by its user here: setpriv with the capability dac_read_search ` +
      'did not work. Allow it, or move the checkout out of the closed directory, or throw the data away with: ' +
      'npm start -- --reset',
  );
}

function requireOwnData(dataDirectory: string): void {
  const user = process.getuid?.();
  if (user === undefined || user === 0 || !existsSync(dataDirectory)) return;
  const { uid } = statSync(dataDirectory);
  if (uid === user) return;
  throw new StackError(
    `The database in ${dataDirectory} belongs to user ${uid}: Holdfast was started as root here before. Start it as ` +
      'root again, or remove that directory as root, or use another HOLDFAST_HOME.',
  );
}

/** A copy of the programs that every user may run; npm under a strict umask leaves them closed. */
function copiedBinaries({ directory }: PostgresBinaries, target: string): PostgresBinaries {
  if (!existsSync(target)) {
    const draft = `${target}.${process.pid}.new`;
    cpSync(directory, draft, { recursive: true, verbatimSymlinks: true });
    openToAll(draft);
    renameSync(draft, target);
  }
  return binariesIn(target);
}

function openToAll(directory: string): void {
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const isProgram = entry.isDirectory() || (statSync(path).mode & 0o100) !== 0;
    chmodSync(path, isProgram ? 0o755 : 0o644);
  }
}
