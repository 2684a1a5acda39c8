import { findFreePortBase, startStack, type StackOptions } from '@holdfast/stack';
import { requireNoSecretsInLogs } from './logs.js';
import { makeRunDirectory, newDirectory } from './run-directory.js';
import { openStack, type StackUnderTest } from './stack-under-test.js';

/** A stack that this process started, in a directory of its own and on ports of its own. */
export interface OwnStack extends StackUnderTest {
  /** Stops it. Throws if a secret stands in one of its logs. */
  stop(): Promise<void>;
}

/** Starts a stack. It ends, and leaves nothing behind, also when this process is killed. */
export async function startOwnStack(
  name: string,
  options: Pick<StackOptions, 'databaseUrl'> = {},
): Promise<OwnStack> {
  const home = newDirectory(name);
  const running = await startStack({
    homeDirectory: home,
    portBase: await findFreePortBase(),
    reset: false,
    step: (_name, work) => work(),
    say: () => undefined,
    signal: new AbortController().signal,
    ...options,
  });
  const stack = openStack(running.home.directory);
  return {
    ...stack,
    stop: async () => {
      await running.stop();
      requireNoSecretsInLogs(stack);
    },
  };
}

/** Starts a stack whose admin app may fetch from a server on this machine, over https if `authorityFile` names who vouches for it. */
export async function startFetchingStack(
  name: string,
  { host, authorityFile }: { readonly host: string; readonly authorityFile?: string },
): Promise<OwnStack> {
  const more = { EGRESS_ALLOWED_HOSTS: host, ...(authorityFile && { NODE_EXTRA_CA_CERTS: authorityFile }) };
  Object.assign(process.env, more);
  try {
    return await startOwnStack(name);
  } finally {
    for (const variable of Object.keys(more)) delete process.env[variable];
  }
}

/** Starts the stack of a whole run and tells everybody where it is. With HOLDFAST_E2E_HOME set, that one is used. */
export async function startSharedStack(): Promise<OwnStack> {
  const directory = makeRunDirectory();
  const existing = process.env['HOLDFAST_E2E_HOME'];
  if (existing !== undefined) return { ...openStack(existing), stop: async () => directory.remove() };
  const stack = await startOwnStack('shared-stack').catch((error: unknown) => {
    directory.remove();
    throw error;
  });
  process.env['HOLDFAST_E2E_HOME'] = stack.home;
  return {
    ...stack,
    stop: () => stack.stop().finally(() => directory.remove()),
  };
}
