import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isListening } from './ports.js';

/** A program that listens on a port of the loopback interface. */
export interface ServerProgram {
  readonly program: string;
  readonly args: readonly string[];
  /** All of its environment but PATH, to which /usr/sbin is added: Debian has servers there. */
  readonly env?: Readonly<Record<string, string>>;
  readonly port: number;
  /** Everything that it says. */
  readonly logFile: string;
}

const UP_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 5_000;
const POLL_MS = 20;

/**
 * Starts a program and resolves when something listens on its port. Throws, with the end of its log, when it cannot be
 * started, ends instead, or takes longer than 30 seconds; it is gone then.
 */
export async function startServer(server: ServerProgram): Promise<ChildProcess> {
  const { program, args, env = {}, port, logFile } = server;
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(program, args, {
    env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin`, ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const failed = new Promise<never>((_resolve, reject) => child.once('error', reject));
  try {
    await Promise.race([untilListening(child, port), failed]);
    return child;
  } catch (cause) {
    await stopServer(child);
    const tail = readFileSync(logFile, 'utf8').slice(-2_000);
    throw new Error(`${program} did not start: ${(cause as Error).message}. Its log ends:\n${tail}`, {
      cause,
    });
  }
}

/** Ends a program in good order, or after five seconds by force. Resolves when it has ended. */
export async function stopServer(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await ended;
  clearTimeout(patience);
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

async function untilListening(child: ChildProcess, port: number): Promise<void> {
  const deadline = performance.now() + UP_WITHIN_MS;
  while (!(await isListening(port))) {
    if (child.pid === undefined || hasEnded(child)) throw new Error('it ended');
    if (performance.now() > deadline) throw new Error(`nothing listens after ${UP_WITHIN_MS / 1_000} s`);
    await delay(POLL_MS);
  }
}
