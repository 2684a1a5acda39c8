import { spawn, type ChildProcess } from 'node:child_process';
import { get } from 'node:http';
import { basename, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { tailOf, withLog } from './log-file.js';
import { StackError, workspaceRoot } from './workspace.js';

/** One of our programs: a built script and the whole of its configuration. */
export interface Program {
  readonly name: string;
  /** From the root of the checkout. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A program that stays up and says on its management port when it is ready. */
export interface Application extends Program {
  readonly managementPort: number;
}

export interface SupervisorOptions {
  readonly logs: string;
  /** Told of every process, before it does anything: the database must outlive it. */
  readonly onProcess: (pid: number) => void;
  /** How long an application may take to stop before it is killed; 10 s if absent. */
  readonly stopWithinMs?: number;
}

/**
 * What a child may know of our own environment; everything else it is told explicitly. The last two are a developer's own
 * settings: from which hosts of this machine CRLs and key sets may be fetched, and whose certificates those may have.
 */
const INHERITED = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TZ',
  'LANG',
  'LC_ALL',
  'NODE_OPTIONS',
  'EGRESS_ALLOWED_HOSTS',
  'NODE_EXTRA_CA_CERTS',
];
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 10_000;
const POLL_MS = 50;

/**
 * Runs the programs of a stack. They are detached, so Ctrl-C in the terminal reaches the launcher alone, and they have
 * a channel to it whose end tells them that it is gone.
 */
export class Supervisor {
  readonly #running = new Map<string, { readonly child: ChildProcess; readonly ended: Promise<string> }>();
  #isStopping = false;
  #reportDeath: (message: string) => void = () => undefined;
  /** Resolves to a message when an application ends although nobody stopped it. */
  readonly death: Promise<string>;

  constructor(private readonly options: SupervisorOptions) {
    this.death = new Promise((resolve) => {
      this.#reportDeath = resolve;
    });
  }

  /** The process ids of the running programs. */
  get pids(): Record<string, number> {
    return Object.fromEntries([...this.#running].map(([name, { child }]) => [name, child.pid!]));
  }

  /** Runs a program to its end. Throws a StackError with the end of its log when it fails. */
  async run(program: Program): Promise<void> {
    const how = await this.#spawn(program).ended;
    if (how !== 'code 0') throw this.#failure(program, `failed (${how})`);
  }

  /** Runs a program to its end and gives what it printed, which is then in no log. Fails as `run` does. */
  async read(program: Program): Promise<string> {
    const { ended, output } = this.#spawn(program, 'read');
    const how = await ended;
    if (how !== 'code 0') throw this.#failure(program, `failed (${how})`);
    return output();
  }

  /** Starts an application and resolves when it is ready. Throws a StackError with the end of its log when it ends instead. */
  async start(application: Application): Promise<void> {
    const { ended } = this.#spawn(application);
    await Promise.race([this.#untilReady(application), ended]);
    const end = this.#running.has(application.name) ? undefined : await ended;
    if (end !== undefined) throw this.#failure(application, `ended while it started (${end})`);
    void ended.then((how) => {
      if (!this.#isStopping) this.#reportDeath(this.#failure(application, `has ended (${how})`).message);
    });
  }

  /** Stops everything, the last started first, for good. Resolves when no process is left. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const { child, ended } of [...this.#running.values()].reverse()) {
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), this.options.stopWithinMs ?? STOP_WITHIN_MS);
      await ended;
      clearTimeout(patience);
    }
  }

  #spawn(
    { name, script, args = [], env }: Program,
    output: 'log' | 'read' = 'log',
  ): { readonly ended: Promise<string>; readonly output: () => string } {
    if (this.#isStopping) throw new StackError('stopped before everything was started');
    const child = withLog(this.#logFile(name), (log) =>
      spawn(process.execPath, ['--enable-source-maps', resolve(workspaceRoot, script), ...args], {
        detached: true,
        cwd: workspaceRoot,
        env: { ...inheritedEnvironment(), ...env },
        stdio: ['ignore', output === 'read' ? 'pipe' : log, log, 'ipc'],
      }),
    );
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code, signal) => resolve(signal ?? `code ${code}`));
    });
    const printed: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => printed.push(chunk));
    if (child.pid !== undefined) this.options.onProcess(child.pid);
    this.#running.set(name, { child, ended });
    void ended.then(() => this.#running.delete(name));
    return { ended, output: () => Buffer.concat(printed).toString('utf8') };
  }

  async #untilReady({ managementPort, name }: Application): Promise<void> {
    const deadline = performance.now() + READY_WITHIN_MS;
    while (this.#running.has(name) && !(await isReady(managementPort))) {
      if (performance.now() > deadline) {
        throw new StackError(
          `${name} is not ready after ${READY_WITHIN_MS / 1000} s.\n${this.#quotedLog(name)}`,
        );
      }
      await delay(POLL_MS);
    }
  }

  #failure({ name }: Program, what: string): StackError {
    return new StackError(`${name} ${what}.\n${this.#quotedLog(name)}`);
  }

  #quotedLog(name: string): string {
    const file = this.#logFile(name);
    return `The end of ${basename(this.options.logs)}/${basename(file)}:\n${tailOf(file)}`;
  }

  #logFile(name: string): string {
    return join(this.options.logs, `${name}.log`);
  }
}

function inheritedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    INHERITED.map((name) => [name, process.env[name]]).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}

function isReady(managementPort: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({
      host: '127.0.0.1',
      port: managementPort,
      path: '/readyz',
      timeout: 2_000,
      agent: false,
    });
    request.once('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy(new Error('timeout')));
    request.once('error', () => resolve(false));
  });
}
