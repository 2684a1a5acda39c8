import { resolve } from 'node:path';
import type { StartArguments } from './bootstrap.js';
import { runDemo } from './demo.js';
import { homeDirectory } from './home.js';
import { parsePortBase } from './ports.js';
import { registerTemporaryClient } from './seed.js';
import { startStack, type RunningStack, type Step } from './stack.js';
import { summaryOf } from './summary.js';
import { StackError, workspaceRoot } from './workspace.js';

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const INTERRUPTED = 130;

/**
 * What `npm start` does once everything is built: starts the stack, runs the demo exchange, stays up until it is told
 * to stop (or, with `once`, stops by itself). Resolves to the exit code: 0 only if the exchange did what it must.
 */
export async function launch({ once, reset }: StartArguments): Promise<number> {
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort();
  for (const signal of STOP_SIGNALS) process.on(signal, interrupt);
  // The process that brought the right Node along, and that a person sees as the launcher, was killed.
  process.once('disconnect', interrupt);
  try {
    return await run({ once, reset }, interruption.signal);
  } catch (error) {
    if (interruption.signal.aborted) {
      say('\ninterrupted, nothing is left running');
      return INTERRUPTED;
    }
    const explanation = explain(error);
    if (explanation === undefined) throw error;
    say(`\n${explanation}`);
    return 1;
  }
}

/** What a person can do about it; undefined for a fault of ours, which is shown with its stack. */
function explain(error: unknown): string | undefined {
  if (error instanceof StackError) return error.message;
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (path === undefined || (code !== 'EACCES' && code !== 'EPERM')) return undefined;
  return `${message}\nWas Holdfast started by another user here? Start it as that user, or use another HOLDFAST_HOME.`;
}

async function run({ once, reset }: Omit<StartArguments, 'help'>, signal: AbortSignal): Promise<number> {
  const stack = await startStack({
    homeDirectory: homeDirectory(process.env['HOLDFAST_HOME']),
    portBase: parsePortBase(process.env['HOLDFAST_PORT_BASE']),
    databaseUrl: process.env['DATABASE_URL'] || undefined,
    proxiesFile: proxiesFile(process.env['HOLDFAST_PROXIES_FILE']),
    reset,
    step,
    say,
    signal,
  });
  try {
    const isAsItMust = await showDemo(stack);
    if (once || signal.aborted) return isAsItMust ? 0 : 1;
    say(`\n${summaryOf(stack)}`);
    const death = await Promise.race([stack.death, untilAborted(signal)]);
    if (death === undefined) return 0;
    say(`\n${death}`);
    return 1;
  } finally {
    say('\nstopping …');
    await stack.stop();
    say('stopped, nothing is left running');
  }
}

function proxiesFile(configured: string | undefined): string | undefined {
  return configured === undefined || configured === '' ? undefined : resolve(workspaceRoot, configured);
}

/** A demo that cannot go on, as its partner was suspended on the screens, ends no stack: that is where it is resumed. */
async function showDemo(stack: RunningStack): Promise<boolean> {
  try {
    return await playDemo(stack);
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    say(`\nThe demo exchange did not come to its end. ${error.message}`);
    return false;
  }
}

async function playDemo({ admin, clients, settings, file }: RunningStack): Promise<boolean> {
  const temporary = await registerTemporaryClient(admin, clients, settings.pki.directory, new Date());
  const lines = await runDemo({
    acme: clients.acme,
    acmeFreight: clients.acmeFreight,
    beta: clients.beta,
    gateway: file.gateway,
    temporary,
    suspendTemporary: () => admin.post(`/api/v1/clients/${temporary.clientId}/suspend`),
  });
  say('\nThe demo exchange:');
  for (const [index, { ok, text }] of lines.entries()) {
    process.stdout.write(` ${String(index + 1).padStart(2)} ${ok ? 'ok  ' : 'FAIL'} ${text}\n`);
  }
  return lines.every(({ ok }) => ok);
}

const step: Step = async (name, work, tell) => {
  const started = performance.now();
  const result = await work();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`  ${name.padEnd(13)}${tell(result)}  (${seconds} s)`);
  return result;
};

function untilAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
