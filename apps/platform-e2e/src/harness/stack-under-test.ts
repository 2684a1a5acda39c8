import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  developmentPkiIn,
  ensureDatabaseSecrets,
  GATEWAY_FILE,
  portsFrom,
  readStackFile,
  type Ports,
  type StackFile,
  type StackSettings,
} from '@holdfast/stack';

/** A running stack as its `stack.json` and its state directory describe it: all that the tests know about it. */
export interface StackUnderTest {
  readonly home: string;
  readonly file: StackFile;
  readonly ports: Ports;
  /** PEM: what its servers are trusted by. */
  readonly ca: string;
  readonly logs: string;
  /** The audience and address of the sample API. */
  readonly orders: string;
}

/** The stack whose state is in `home`. Throws when none runs there. */
export function openStack(home: string): StackUnderTest {
  const file = readStackFile(join(home, 'stack.json'));
  if (file === undefined) throw new Error(`no stack runs with the state in ${home}`);
  const { portBase } = JSON.parse(readFileSync(join(home, 'home.json'), 'utf8')) as { portBase: number };
  return {
    home,
    file,
    ports: portsFrom(portBase),
    ca: readFileSync(file.caFile, 'utf8'),
    logs: join(home, 'logs'),
    orders: file.resourceServer,
  };
}

/** What the programs of the stack are configured from, to run another one of them beside it. */
export function settingsOf({ home, file, ports }: StackUnderTest): StackSettings {
  return {
    ports,
    pki: { ...developmentPkiIn(join(home, 'pki')), made: [] },
    secrets: ensureDatabaseSecrets(join(home, 'secrets'), file.databaseUrl),
    auditSpool: join(home, 'audit-spool'),
    gatewayFile: join(home, GATEWAY_FILE),
  };
}

/** The stack that all test files share; `jest/start-stack.mjs` has started it. */
export function sharedStack(): StackUnderTest {
  const home = process.env['HOLDFAST_E2E_HOME'];
  if (home === undefined) throw new Error('the shared stack is missing: run the tests with `npm test`');
  return openStack(home);
}
