import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identityOf } from './bootstrap.js';
import { StackError } from './workspace.js';

/** What a running PostgreSQL says about itself in `postmaster.pid`. */
export interface PostmasterFile {
  readonly pid: number;
  readonly isReady: boolean;
}

const STOP_WITHIN_MS = 20_000;
const POLL_MS = 20;

/** Reads `postmaster.pid`; undefined when the file is missing or not complete yet. */
export function readPostmasterFile(dataDirectory: string): PostmasterFile | undefined {
  try {
    const lines = readFileSync(fileIn(dataDirectory), 'utf8').split('\n');
    const pid = Number(lines[0]);
    if (!Number.isInteger(pid) || pid <= 0) return undefined;
    return { pid, isReady: lines[7]?.trim() === 'ready' };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Stops a PostgreSQL that an earlier run left on these files and waits until it has ended. Returns its process id, or
 * undefined when there was none. A process that merely got the recorded id later is left alone, and the file that
 * names it is removed: PostgreSQL would refuse to start because of it.
 */
export async function stopLeftoverPostmaster(dataDirectory: string): Promise<number | undefined> {
  const recorded = readPostmasterFile(dataDirectory);
  if (recorded === undefined) return undefined;
  if (!isPostmasterOf(recorded.pid, dataDirectory)) {
    rmSync(fileIn(dataDirectory), { force: true });
    return undefined;
  }
  process.kill(recorded.pid, 'SIGINT');
  const deadline = performance.now() + STOP_WITHIN_MS;
  while (isPostmasterOf(recorded.pid, dataDirectory)) {
    if (performance.now() > deadline) {
      throw new StackError(
        `PostgreSQL (process ${recorded.pid}) does not stop: end it by hand and try again.`,
      );
    }
    await delay(POLL_MS);
  }
  return recorded.pid;
}

function isPostmasterOf(pid: number, dataDirectory: string): boolean {
  const commandLine = identityOf(pid)?.commandLine ?? '';
  return /\bpostgres /.test(commandLine) && `${commandLine} `.includes(` ${dataDirectory} `);
}

function fileIn(dataDirectory: string): string {
  return join(dataDirectory, 'postmaster.pid');
}
