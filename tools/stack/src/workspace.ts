import { join } from 'node:path';

/** The root of this checkout. Source and built code lie equally deep below it. */
export const workspaceRoot = join(import.meta.dirname, '..', '..', '..');

/** A failure that a person can act on: the message says what and how, a stack would only hide it. */
export class StackError extends Error {}

/** Talks to the person at the terminal, one line at a time. */
export type Say = (line: string) => void;
