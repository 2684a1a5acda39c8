import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { identityOf, isSameProcess, readIdentity } from './process-identity.mjs';
import { statePath } from './workspace.mjs';

/** Registers this process as a stack of this checkout, until it exits: an install must not pull its packages away. */
export function registerRunningStack() {
  const file = statePath('stacks', String(process.pid));
  writeFileSync(file, JSON.stringify(identityOf(process.pid)));
  process.on('exit', () => rmSync(file, { force: true }));
}

/** The identities of the stacks of this checkout that live now. */
export function livingStacks() {
  const directory = dirname(statePath('stacks', 'any'));
  return readdirSync(directory)
    .map((name) => readIdentity(join(directory, name)))
    .filter((identity) => isSameProcess(identity));
}
