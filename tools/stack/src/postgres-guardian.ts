/**
 * The parent of the embedded PostgreSQL: a process of its own, so that the database stops in good order when the
 * launcher ends, however it ends. When the channel to the launcher closes it lets the applications end first.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { identityOf, isSameProcess, type ProcessIdentity } from './bootstrap.js';
import type { Command } from './postgres-account.js';
import { readPostmasterFile } from './postmaster.js';

/** The first message to the guardian: what to run, and what to throw away afterwards. */
export interface GuardianOrder {
  readonly command: Command;
  readonly dataDirectory: string;
  /** Removed once PostgreSQL has ended: for databases that live as long as a test run. */
  readonly discard: readonly string[];
}

/** Later messages to the guardian: a process that must end before the database does, or the wish to stop. */
export type GuardianRequest = { readonly outlive: number } | { readonly stop: true };

/** What the guardian reports: `ready` with the process id of PostgreSQL, `ended` as its last word. */
export type GuardianReport = { readonly ready: number } | { readonly ended: string };

const APPLICATIONS_END_WITHIN_MS = 15_000;
const FAST_STOP_MS = 20_000;
const POLL_MS = 20;

const applications: ProcessIdentity[] = [];
let isReady = false;

process.once('message', (order: GuardianOrder) => guard(order));

function guard({ command, dataDirectory, discard }: GuardianOrder): void {
  const { program, args, ...identity } = command;
  const postgres = spawn(program, args, { ...identity, cwd: '/', stdio: ['ignore', 'inherit', 'inherit'] });
  const end = (how: string): void => {
    // A start that failed is told to the launcher, which still wants to read the log.
    if (isReady || !process.connected) {
      for (const path of discard) rmSync(path, { recursive: true, force: true });
    }
    report({ ended: how }, () => process.exit(0));
  };
  postgres.once('error', (error) => end(error.message));
  postgres.once('exit', (code, signal) => end(`it ended with ${signal ?? `code ${code}`}`));

  process.on('message', (request: GuardianRequest) => {
    if ('outlive' in request) remember(request.outlive);
    else stop(postgres);
  });
  process.once('SIGTERM', () => stop(postgres));
  process.once('disconnect', () => void applicationsEnded().then(() => stop(postgres)));
  void reportReadiness(postgres, dataDirectory);
}

async function reportReadiness(postgres: ChildProcess, dataDirectory: string): Promise<void> {
  while (postgres.exitCode === null && postgres.signalCode === null) {
    const file = readPostmasterFile(dataDirectory);
    if (file?.pid === postgres.pid && file?.isReady === true) {
      isReady = true;
      return report({ ready: file.pid });
    }
    await delay(POLL_MS);
  }
}

/** Fast shutdown; if that hangs, the immediate one, from which the next start recovers. */
function stop(postgres: ChildProcess): void {
  postgres.kill('SIGINT');
  setTimeout(() => postgres.kill('SIGQUIT'), FAST_STOP_MS).unref();
}

function remember(pid: number): void {
  const identity = identityOf(pid);
  if (identity !== undefined) applications.push(identity);
}

/** Applications end by themselves when the launcher is gone; one that does not is ended here. */
async function applicationsEnded(): Promise<void> {
  const deadline = performance.now() + APPLICATIONS_END_WITHIN_MS;
  while (applications.some(isSameProcess)) {
    if (performance.now() > deadline) {
      for (const { pid } of applications.filter(isSameProcess)) process.kill(pid, 'SIGKILL');
    }
    await delay(POLL_MS);
  }
}

function report(message: GuardianReport, then: () => void = () => undefined): void {
  if (process.connected) process.send?.(message, undefined, undefined, then);
  else then();
}
