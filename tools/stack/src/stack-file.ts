import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { CertificateFiles } from './development-pki.js';
import { writePrivateFile } from './private-files.js';

/** `stack.json`: what runs where, for people, scripts and the command line tool (docs/contract.md). Paths are absolute. */
export interface StackFile {
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly resourceServer: string;
  /** The API of another provider, of the same program. */
  readonly secondResourceServer: string;
  /** The same API through the gateway. */
  readonly gateway: string;
  /** Where people administer, in a browser. */
  readonly admin: string;
  readonly adminApi: string;
  readonly caFile: string;
  /** Of the registry's owner: a secret. */
  readonly databaseUrl: string;
  readonly operator: CertificateFiles & { readonly clientId: string };
  readonly demo: readonly DemoClient[];
  /** The one-time link of the first owner: a secret. Absent once an owner has a passkey; it may have been used meanwhile. */
  readonly setupUrl?: string;
  readonly pids: Readonly<Record<string, number>>;
}

/** What one client of a demo partner calls with, and a call that works. */
export interface DemoClient extends CertificateFiles {
  readonly partner: string;
  readonly clientId: string;
  readonly resource: string;
  readonly scope: string;
  readonly exampleUrl: string;
}

/** Writes `stack.json` for a stack that is ready. */
export function writeStackFile(path: string, stack: StackFile): void {
  writePrivateFile(path, `${JSON.stringify(stack, undefined, 2)}\n`);
}

/** The stack that the file describes, undefined when there is none. Does NOT check that it still runs. */
export function readStackFile(path: string): StackFile | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as StackFile) : undefined;
}

/** Removes `stack.json`: its stack is gone. */
export function removeStackFile(path: string): void {
  rmSync(path, { force: true });
}
