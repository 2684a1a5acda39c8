import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A program that listens on a port of the loopback interface. */
export interface ServerProgram {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly port: number;
  /** Everything that it says. */
  readonly logFile: string;
}

const UP_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 5_000;
const POLL_MS = 50;
/** `sysconf(_SC_CLK_TCK)` of every Linux that Node runs on. */
const MICROS_PER_TICK = 10_000;

/** Whether the CPU time of other processes can be read here. */
export const canReadCpuTime = process.platform === 'linux';

/** A server under measurement: a program with all its children, on a processor of its own where there are two. */
export class ServerProcess {
  private constructor(private readonly child: ChildProcess) {}

  /** Resolves when something listens on the port; throws, with the end of the log, if the program ends before. */
  static async start({ program, args, env = {}, port, logFile }: ServerProgram): Promise<ServerProcess> {
    const log = openSync(logFile, 'a', 0o600);
    const [command, ...rest] = [...onOneProcessor(), program, ...args];
    const child = spawn(command!, rest, {
      env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin`, ...env },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const failed = new Promise<never>((_resolve, reject) => child.once('error', reject));
    const server = new ServerProcess(child);
    try {
      await Promise.race([untilListening(child, port), failed]);
    } catch (error) {
      await server.stop();
      throw new Error(
        `${program} did not start. Its log ends:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`,
        {
          cause: error,
        },
      );
    }
    return server;
  }

  /** CPU time of the program and of all that it started and that is still there: user and system, microseconds. */
  cpuTime(): number {
    const processes = readProcesses();
    const family = new Set([this.child.pid!]);
    // A child may have a smaller number than its parent: look until none is added.
    for (let known = 0; known < family.size;) {
      known = family.size;
      for (const { pid, parent } of processes) if (family.has(parent)) family.add(pid);
    }
    const ticks = processes.filter(({ pid }) => family.has(pid)).reduce((sum, one) => sum + one.ticks, 0);
    return ticks * MICROS_PER_TICK;
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const patience = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(patience);
  }
}

/** A port that is free now. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** So that load and server do not take turns on one processor; what makes the load stays free to run on both. */
function onOneProcessor(): string[] {
  const hasTaskset = spawnSync('taskset', ['--version'], { stdio: 'ignore' }).error === undefined;
  return hasTaskset && availableParallelism() > 1 ? ['taskset', '--cpu-list', '1'] : [];
}

async function untilListening(child: ChildProcess, port: number): Promise<void> {
  const deadline = performance.now() + UP_WITHIN_MS;
  while (!(await isListening(port))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended');
    if (performance.now() > deadline) throw new Error(`nothing listens after ${UP_WITHIN_MS / 1_000} s`);
    await delay(POLL_MS);
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

interface ProcessTimes {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

/** proc(5): after the name in brackets, which may hold anything, the parent is field 4, utime and stime are 14 and 15. */
function readProcesses(): ProcessTimes[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const text = readStat(name);
      if (text === undefined) return [];
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      return [
        { pid: Number(name), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) },
      ];
    });
}

function readStat(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // It ended meanwhile.
  }
}
