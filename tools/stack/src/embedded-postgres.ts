import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { tailOf, withLog } from './log-file.js';
import { POSTGRES_MAJOR } from './postgres-binaries.js';
import type { GuardianOrder, GuardianReport, GuardianRequest } from './postgres-guardian.js';
import { choosePlace, commandAt, handOver, outsideDirectory, type PostgresPlace } from './postgres-place.js';
import { stopLeftoverPostmaster } from './postmaster.js';
import { makePassableDirectory, makePrivateDirectory, readOrMakePrivateFile } from './private-files.js';
import { StackError, type Say } from './workspace.js';

export interface EmbeddedPostgresOptions {
  /** The state directory, an absolute path: `postgres/`, `secrets/` and `logs/` in it are used. */
  readonly home: string;
  /** On 127.0.0.1. */
  readonly port: number;
  /** False skips every fsync: for databases whose loss is no loss. */
  readonly durable: boolean;
  /** Removes `home` when the database has ended, however its user ended. */
  readonly discard: boolean;
  readonly say: Say;
}

/** A running PostgreSQL of our own. */
export interface EmbeddedPostgres {
  readonly pid: number;
  /** Of the superuser, to the database `postgres`. A secret. */
  readonly superuserUrl: string;
  /** Resolves to how PostgreSQL ended, once it has. */
  readonly ended: Promise<string>;
  /** Keeps the database up until that process has ended, also if this process ends first. */
  outlive(pid: number): void;
  /** Fast shutdown; resolves when the database has ended. */
  stop(): Promise<void>;
}

const SUPERUSER = 'postgres';
/** Run from the build also under test: a process of its own cannot read TypeScript with `.js` imports. */
const GUARDIAN = join(import.meta.dirname, '..', 'dist', 'postgres-guardian.js');
const STARTS = 20;
const BETWEEN_STARTS_MS = 250;

/**
 * Starts the PostgreSQL that npm brought, on files in `home` that are made the first time. A database left running by
 * an earlier start is stopped first. Throws a StackError with the end of the log when it does not start.
 *
 * Does NOT keep two starts on one `home` apart: the caller holds a lock on it.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { home, port, say } = options;
  (process.getuid?.() === 0 ? makePassableDirectory : makePrivateDirectory)(home);
  for (const name of ['logs', 'secrets']) makePrivateDirectory(join(home, name));

  const place = choosePlace(home, say);
  const leftover = await stopLeftoverPostmaster(place.dataDirectory);
  if (leftover !== undefined)
    say(`stopped the database that an earlier start left running (process ${leftover})`);

  const password = superuserPassword(home, place);
  if (!existsSync(place.dataDirectory)) createDataDirectory(place, password, options.durable);
  requireMajorVersion(place.dataDirectory);

  const superuserUrl = `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`;
  return { ...(await startServer(place, options)), superuserUrl };
}

/** Stops the database that an earlier start left running for this state directory. Returns its process id, if any. */
export async function stopLeftoverDatabase(home: string): Promise<number | undefined> {
  const inside = await stopLeftoverPostmaster(join(home, 'postgres', 'data'));
  return inside ?? (await stopLeftoverPostmaster(join(outsideDirectory(home), 'data')));
}

function superuserPassword(home: string, { dataDirectory }: PostgresPlace): string {
  const file = join(home, 'secrets', 'postgres-password');
  if (existsSync(dataDirectory) && !existsSync(file)) {
    throw new StackError(
      `The database in ${dataDirectory} is there, but its password file ${file} is not. ` +
        'Put it back, or throw the data away with: npm start -- --reset',
    );
  }
  return readOrMakePrivateFile(file, () => randomBytes(24).toString('base64url'));
}

/** Made under another name and then renamed: a first start that is cut off leaves nothing that looks complete. */
function createDataDirectory(place: PostgresPlace, password: string, durable: boolean): void {
  removeUnfinished(place.directory);
  const draft = mkdtempSync(join(place.directory, 'unfinished-data-'));
  const passwordFile = join(place.directory, 'unfinished-password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  handOver(place, draft);
  handOver(place, passwordFile);

  const { program, args, ...identity } = commandAt(place, place.binaries.initdb, [
    `--pgdata=${draft}`,
    `--username=${SUPERUSER}`,
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    // The same order of text on every machine, whatever its C library calls its locales.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(durable ? [] : ['--no-sync']),
  ]);
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    ...identity,
    cwd: '/',
    encoding: 'utf8',
  });
  rmSync(passwordFile);
  if (status !== 0) {
    rmSync(draft, { recursive: true, force: true });
    throw new StackError(
      `PostgreSQL could not make its data directory:\n${error?.message ?? `${stdout}${stderr}`.trim()}\n` +
        'Set DATABASE_URL to a PostgreSQL server to do without it.',
    );
  }
  renameSync(draft, place.dataDirectory);
}

function removeUnfinished(directory: string): void {
  for (const name of readdirSync(directory).filter((entry) => entry.startsWith('unfinished-'))) {
    rmSync(join(directory, name), { recursive: true, force: true });
  }
}

function requireMajorVersion(dataDirectory: string): void {
  const found = readFileSync(join(dataDirectory, 'PG_VERSION'), 'utf8').trim();
  if (found === POSTGRES_MAJOR) return;
  throw new StackError(
    `The data in ${dataDirectory} was written by PostgreSQL ${found}, and this is PostgreSQL ${POSTGRES_MAJOR}, ` +
      'which does not read it. Dump it with the old version, or throw it away with: npm start -- --reset',
  );
}

type Server = Omit<EmbeddedPostgres, 'superuserUrl'>;

/** The processes of a killed server need a moment to notice and to let go of its shared memory: hence the attempts. */
async function startServer(place: PostgresPlace, options: EmbeddedPostgresOptions): Promise<Server> {
  const logFile = join(options.home, 'logs', 'postgres.log');
  for (let attempt = 1; ; attempt += 1) {
    const server = await startGuardian(place, options, logFile);
    if ('pid' in server) return server;
    const tail = tailOf(logFile);
    if (!/pre-existing shared memory block/.test(tail) || attempt === STARTS) {
      if (options.discard) rmSync(options.home, { recursive: true, force: true });
      throw new StackError(`PostgreSQL did not start (${server.ended}). The end of ${logFile}:\n${tail}`);
    }
    await delay(BETWEEN_STARTS_MS);
  }
}

async function startGuardian(
  place: PostgresPlace,
  options: EmbeddedPostgresOptions,
  logFile: string,
): Promise<Server | { readonly ended: string }> {
  const guardian = withLog(logFile, (log) =>
    spawn(process.execPath, [GUARDIAN], { detached: true, cwd: '/', stdio: ['ignore', log, log, 'ipc'] }),
  );
  const order: GuardianOrder = {
    command: commandAt(place, place.binaries.postgres, serverArguments(place, options)),
    dataDirectory: place.dataDirectory,
    discard: options.discard ? [options.home] : [],
  };
  const ended = endOf(guardian);
  guardian.send(order);
  const ready = await Promise.race([readinessOf(guardian), ended]);
  if (typeof ready === 'string') return { ended: ready };
  const send = (request: GuardianRequest): void => {
    if (guardian.connected) guardian.send(request);
  };
  return {
    pid: ready,
    ended,
    outlive: (pid) => send({ outlive: pid }),
    stop: async () => {
      send({ stop: true });
      await ended;
      // A guardian that was killed has left it running.
      await stopLeftoverPostmaster(place.dataDirectory);
    },
  };
}

function serverArguments(place: PostgresPlace, { port, durable }: EmbeddedPostgresOptions): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    password_encryption: 'scram-sha-256',
    max_connections: 200,
    log_line_prefix: '%m [%p] %q%u@%d ',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', place.dataDirectory, ...options];
}

function readinessOf(guardian: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    guardian.on('message', (report: GuardianReport) => {
      if ('ready' in report) resolve(report.ready);
    });
  });
}

function endOf(guardian: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let how = 'its guardian was killed';
    guardian.on('message', (report: GuardianReport) => {
      if ('ended' in report) how = report.ended;
    });
    guardian.once('error', (error) => resolve(error.message));
    guardian.once('exit', () => resolve(how));
  });
}
