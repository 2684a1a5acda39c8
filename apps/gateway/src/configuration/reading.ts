import { createSecureContext } from 'node:tls';

/** Takes down what is wrong with a member. */
export type Problem = (member: string, text: string) => void;

/** Reads files that the gateway file names, relative to it; takes down what cannot be read. */
export interface NamedFiles {
  read(name: string, member: string): string | undefined;
}

/** What every part of the file is read with. */
export interface Reading {
  readonly directory: string;
  readonly files: NamedFiles;
  readonly ownPorts: readonly number[];
  readonly problem: Problem;
}

/** PEM that Node cannot use is a problem of the file, not of the first call. */
export function requireUsable(tls: object, member: string, problem: Problem): void {
  try {
    createSecureContext(tls);
  } catch (error) {
    problem(member, `certificate, key or CA cannot be used (${(error as Error).message})`);
  }
}
