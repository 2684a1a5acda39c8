import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { findFreePortBase, workspaceRoot } from '@holdfast/stack';
import { openStack, type StackUnderTest } from './stack-under-test.js';

/** How a launcher ended. */
export interface LauncherEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The state directory and ports with which `npm start` is run again and again. */
export interface Place {
  readonly home: string;
  readonly portBase: number;
}

const UP_WITHIN_MS = 90_000;

/** A place for a stack on free ports. */
export async function placeAt(home: string): Promise<Place> {
  return { home, portBase: await findFreePortBase() };
}

/** What `npm start` runs, as a process of its own. It ends when we end: there is a channel between us. */
export class Launcher {
  readonly #child: ChildProcess;
  readonly ended: Promise<LauncherEnd>;
  #output = '';
  #heard: () => void = () => undefined;

  constructor(
    private readonly place: Place,
    args: readonly string[] = [],
  ) {
    this.#child = spawn(
      process.execPath,
      [join(workspaceRoot, 'tools', 'bootstrap', 'run.mjs'), 'start', ...args],
      {
        env: {
          ...process.env,
          DATABASE_URL: undefined,
          HOLDFAST_HOME: place.home,
          HOLDFAST_PORT_BASE: String(place.portBase),
        },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString('utf8');
        this.#heard();
      });
    }
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (exitCode, signal) => {
        resolve({ exitCode, signal });
        this.#heard();
      });
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Everything it has printed. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when it says that the stack is up. Throws, with what it printed, when it ends instead. */
  async up(): Promise<StackUnderTest> {
    const deadline = setTimeout(() => this.#child.kill('SIGKILL'), UP_WITHIN_MS);
    let hasEnded = false;
    void this.ended.then(() => (hasEnded = true));
    while (!this.#output.includes('Holdfast is up') && !hasEnded) {
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
    clearTimeout(deadline);
    if (hasEnded) throw new Error(`the stack did not come up:\n${this.#output}`);
    return openStack(this.place.home);
  }

  /** Ctrl-C, and waits until it has ended. */
  async interrupt(): Promise<LauncherEnd> {
    this.#child.kill('SIGINT');
    return this.ended;
  }
}
