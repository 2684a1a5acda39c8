import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { identityOf, isSameProcess, type ProcessIdentity } from './bootstrap.js';
import { writePrivateFile } from './private-files.js';

const END_WITHIN_MS = 10_000;
const POLL_MS = 50;

/** The processes that a launcher has started, written down as they start: the next launcher ends what is left of them. */
export class ProcessList {
  readonly #processes: ProcessIdentity[] = [];

  constructor(private readonly file: string) {}

  /** Writes down a process that was just started. */
  add(pid: number): void {
    const identity = identityOf(pid);
    if (identity === undefined) return;
    this.#processes.push(identity);
    writePrivateFile(this.file, `${JSON.stringify(this.#processes, undefined, 2)}\n`);
  }

  /** Forgets them all: they have ended. */
  clear(): void {
    rmSync(this.file, { force: true });
  }
}

/**
 * Ends what an earlier launcher left running, and waits until it is gone. Returns how many processes that were. A
 * recorded id that now belongs to another process is left alone: its start or its command line differs.
 */
export async function endLeftovers(file: string): Promise<number> {
  const left = readList(file).filter(isSameProcess);
  signal(left, 'SIGTERM');
  const deadline = performance.now() + END_WITHIN_MS;
  while (left.some(isSameProcess)) {
    if (performance.now() > deadline) signal(left, 'SIGKILL');
    await delay(POLL_MS);
  }
  rmSync(file, { force: true });
  return left.length;
}

function readList(file: string): ProcessIdentity[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity[]) : [];
}

function signal(processes: readonly ProcessIdentity[], name: NodeJS.Signals): void {
  for (const process_ of processes.filter(isSameProcess)) process.kill(process_.pid, name);
}
