import { join } from 'node:path';
import { homeDirectory, readStackFile } from '@holdfast/stack';
import { makeRunDirectory } from './run-directory.js';
import { startOwnStack } from './shared-stack.js';
import { openStack, type StackUnderTest } from './stack-under-test.js';

/**
 * Does something with the stack that runs with the state in HOLDFAST_HOME, or, where none runs, with one that is
 * started for it and stopped afterwards. `say` tells which.
 */
export async function withStartedStack<T>(
  say: (line: string) => void,
  work: (stack: StackUnderTest) => Promise<T>,
): Promise<T> {
  const directory = makeRunDirectory();
  try {
    const home = homeDirectory(process.env['HOLDFAST_HOME']);
    if (runsAt(home)) {
      say(`against the stack with the state in ${home}`);
      return await work(openStack(home));
    }
    say(`no stack runs with the state in ${home}: starting one of its own …`);
    const stack = await startOwnStack('own-stack');
    try {
      return await work(stack);
    } finally {
      await stack.stop();
      say('stopped the stack of its own');
    }
  } finally {
    directory.remove();
  }
}

/** `stack.json` of a launcher that was killed is left behind. */
function runsAt(home: string): boolean {
  const pids = Object.values(readStackFile(join(home, 'stack.json'))?.pids ?? {});
  return pids.length > 0 && pids.every(isAlive);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
