import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { tryLock } from './bootstrap.js';
import { outsideDirectory } from './postgres-place.js';
import { makePassableDirectory, makePrivateDirectory, writePrivateFile } from './private-files.js';
import { StackError, workspaceRoot } from './workspace.js';

/** The state directory of one stack, held by this process alone. */
export interface Home {
  readonly directory: string;
  readonly pki: string;
  readonly secrets: string;
  readonly logs: string;
  readonly auditSpool: string;
  readonly stackFile: string;
  /** The path of a file in it, as a person at the root of the checkout would write it. */
  shown(path: string): string;
  release(): void;
}

/** What the state belongs to: tokens, certificates and registrations in it name this issuer. */
export interface HomeIdentity {
  readonly issuer: string;
  readonly portBase: number;
}

const IDENTITY_FILE = 'home.json';
const LOCK_FILE = 'launcher.lock';

/** The state directory that HOLDFAST_HOME names, from the root of the checkout; `.holdfast` when it is not set. */
export function homeDirectory(configured: string | undefined): string {
  return resolve(workspaceRoot, configured === undefined || configured === '' ? '.holdfast' : configured);
}

/**
 * Takes hold of the state directory, which is made if it is missing. Throws a StackError when another launcher has it,
 * or when the directory holds something else than Holdfast's state.
 */
export function holdHome(directory: string): Home {
  mkdirSync(directory, { recursive: true });
  // One spelling: the command line of a leftover database is compared with it.
  const path = realpathSync(directory);
  requireOurs(path);
  const lock = tryLock(join(path, LOCK_FILE));
  if (lock.holder !== undefined) {
    throw new StackError(
      `A stack runs with the state in ${path} already (process ${lock.holder.pid}). Stop it first, or start another ` +
        'one beside it with HOLDFAST_PORT_BASE and HOLDFAST_HOME.',
    );
  }
  return homeAt(path, lock.release);
}

/** Throws away everything in the state directory, and the database that lies outside of it. */
export function resetHome({ directory }: Home): void {
  const names = readdirSync(directory).filter((name) => name !== LOCK_FILE);
  // The identity goes last: a reset that is cut off leaves a directory that is still recognised as ours.
  names.sort((a, b) => Number(a === IDENTITY_FILE) - Number(b === IDENTITY_FILE));
  for (const path of [outsideDirectory(directory), ...names.map((name) => join(directory, name))]) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch (error) {
      throw new StackError(`${path} cannot be thrown away: ${(error as Error).message}`);
    }
  }
}

/** Throws a StackError when the state in the directory is that of a stack with another issuer or other ports. */
export function requireStateOf(home: Home, identity: HomeIdentity): void {
  const file = join(home.directory, IDENTITY_FILE);
  if (existsSync(file)) {
    requireSame(JSON.parse(readFileSync(file, 'utf8')) as HomeIdentity, identity, home.directory);
  }
}

/** Prepares the directory for a stack: from now on its state belongs to that issuer and those ports. */
export function claimHome(home: Home, identity: HomeIdentity): void {
  requireStateOf(home, identity);
  (process.getuid?.() === 0 ? makePassableDirectory : makePrivateDirectory)(home.directory);
  writePrivateFile(join(home.directory, IDENTITY_FILE), `${JSON.stringify(identity, undefined, 2)}\n`);
  // Wherever in a checkout it lies, it is never a part of it.
  writePrivateFile(join(home.directory, '.gitignore'), '*\n');
  for (const path of [home.pki, home.secrets, home.logs, home.auditSpool]) makePrivateDirectory(path);
}

function requireSame(found: HomeIdentity, wanted: HomeIdentity, directory: string): void {
  if (found.issuer === wanted.issuer && found.portBase === wanted.portBase) return;
  throw new StackError(
    `The state in ${directory} was made for ${found.issuer}, port base ${found.portBase}; this start has ` +
      `${wanted.issuer}, port base ${wanted.portBase}. Start with HOLDFAST_PORT_BASE=${found.portBase}, give this ` +
      'one a HOLDFAST_HOME of its own, or throw the state away with: npm start -- --reset',
  );
}

/** A directory with foreign files must never become one that `--reset` empties. */
function requireOurs(directory: string): void {
  const names = readdirSync(directory);
  if (names.includes(IDENTITY_FILE) || names.every((name) => name.startsWith(LOCK_FILE))) return;
  throw new StackError(
    `HOLDFAST_HOME is ${directory}, which holds something else (${names[0]}). Name a new or empty directory.`,
  );
}

function homeAt(directory: string, release: () => void): Home {
  const inWorkspace = relative(workspaceRoot, directory);
  const shownDirectory = inWorkspace.startsWith('..') || isAbsolute(inWorkspace) ? directory : inWorkspace;
  return {
    directory,
    pki: join(directory, 'pki'),
    secrets: join(directory, 'secrets'),
    logs: join(directory, 'logs'),
    auditSpool: join(directory, 'audit-spool'),
    stackFile: join(directory, 'stack.json'),
    shown: (path) => join(shownDirectory, relative(directory, path)),
    release,
  };
}
