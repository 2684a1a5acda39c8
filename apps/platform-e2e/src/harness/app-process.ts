import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { workspaceRoot, type Application } from '@holdfast/stack';
import { isListening } from '@holdfast/test-server';

const UP_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 12_000;
const POLL_MS = 25;

/** When an application counts as up: it says so itself, or something listens on the port. */
export type UpWhen = 'ready' | { readonly listeningOn: number };

/** An application that a test runs beside the ones of the stack, to do to it what must not be done to those. */
export class AppProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  private constructor(
    readonly application: Application,
    readonly logFile: string,
  ) {
    const log = openSync(logFile, 'a', 0o600);
    this.#child = spawn(process.execPath, [join(workspaceRoot, application.script)], {
      detached: true,
      env: { PATH: process.env['PATH'], ...application.env },
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    this.#ended = new Promise((resolve) => this.#child.once('exit', () => resolve()));
  }

  /** Starts it and waits until it is up. Throws when it ends instead, or takes too long. */
  static async start(application: Application, logs: string, when: UpWhen = 'ready'): Promise<AppProcess> {
    const started = new AppProcess(application, join(logs, `${application.name}.log`));
    const deadline = performance.now() + UP_WITHIN_MS;
    while (!(await started.#isUp(when))) {
      if (!started.isRunning || performance.now() > deadline) {
        await started.stop();
        const tail = readFileSync(started.logFile, 'utf8').slice(-2_000);
        throw new Error(`${application.name} did not come up. The end of its log:\n${tail}`);
      }
      await delay(POLL_MS);
    }
    return started;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** `kill -9`; resolves when it has ended. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Stops it in good order. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), STOP_WITHIN_MS);
    await this.#ended;
    clearTimeout(patience);
  }

  #isUp(when: UpWhen): Promise<boolean> {
    return when === 'ready' ? isReady(this.application.managementPort) : isListening(when.listeningOn);
  }
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/readyz', agent: false, timeout: 2_000 });
    request.once('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy(new Error('timeout')));
    request.once('error', () => resolve(false));
  });
}
