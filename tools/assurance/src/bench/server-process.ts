import { spawnSync, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { startServer, stopServer, type ServerProgram } from '@holdfast/test-server';

/** `sysconf(_SC_CLK_TCK)` of every Linux that Node runs on. */
const MICROS_PER_TICK = 10_000;

/** Whether the CPU time of other processes can be read here. */
export const canReadCpuTime = process.platform === 'linux';

/** A server under measurement: a program with all its children, on a processor of its own where there are two. */
export class ServerProcess {
  private constructor(private readonly child: ChildProcess) {}

  /** Resolves when something listens on the port; throws, with the end of the log, if the program ends before. */
  static async start({ program, args, ...server }: ServerProgram): Promise<ServerProcess> {
    const [command = program, ...rest] = [...onOneProcessor(), program, ...args];
    return new ServerProcess(await startServer({ ...server, program: command, args: rest }));
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

  stop(): Promise<void> {
    return stopServer(this.child);
  }
}

/** So that load and server do not take turns on one processor; what makes the load stays free to run on both. */
function onOneProcessor(): string[] {
  const hasTaskset = spawnSync('taskset', ['--version'], { stdio: 'ignore' }).error === undefined;
  return hasTaskset && availableParallelism() > 1 ? ['taskset', '--cpu-list', '1'] : [];
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
