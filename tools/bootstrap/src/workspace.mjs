import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** The root of this checkout. */
export const workspaceRoot = join(import.meta.dirname, '..', '..', '..');

/** Locks, stamps and the list of running stacks of this checkout. Outside node_modules, which `npm ci` deletes. */
export const stateDirectory = join(import.meta.dirname, '..', '.state');

/** An expected failure: its message is all that a person needs, so no stack is printed. */
export class BootstrapError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Talk goes to stderr: stdout belongs to the data of the task. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** The path of a file in the state directory, which exists afterwards. */
export function statePath(...names) {
  const path = join(stateDirectory, ...names);
  try {
    mkdirSync(join(path, '..'), { recursive: true });
  } catch (error) {
    throw new BootstrapError(`Holdfast cannot write to its own checkout: ${error.message}`);
  }
  return path;
}
