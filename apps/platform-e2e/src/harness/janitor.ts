/** Removes the directory of a run whose process ended without doing so (Ctrl-C, kill -9): run-directory.ts. */
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const WITHIN_MS = 60_000;
const POLL_MS = 200;

const [directory] = process.argv.slice(2);
if (directory !== undefined) process.once('disconnect', () => void removeWhenUnused(directory));

/** The databases end last, after every application: then nobody writes here any more. */
async function removeWhenUnused(path: string): Promise<void> {
  const deadline = performance.now() + WITHIN_MS;
  while (existsSync(path) && hasRunningDatabase(path) && performance.now() < deadline) await delay(POLL_MS);
  await delay(POLL_MS);
  rmSync(path, { recursive: true, force: true, maxRetries: 5 });
}

function hasRunningDatabase(path: string): boolean {
  return globSync(join(path, '{*,*/.holdfast}', 'postgres', 'data', 'postmaster.pid')).some((file) => {
    try {
      process.kill(Number(readFileSync(file, 'utf8').split('\n')[0]), 0);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
  });
}
