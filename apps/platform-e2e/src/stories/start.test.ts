import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PORT_NAMES, portsFrom, requireFreePorts } from '@holdfast/stack';
import { Launcher, placeAt } from '../harness/launcher.js';
import { requireNoSecretsInLogs } from '../harness/logs.js';
import { newDirectory } from '../harness/run-directory.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { demoClients, tokenOf } from '../harness/token-endpoint.js';

const DEMO_LINES = 12;

describe('npm start -- --once', () => {
  it('shows the exchange beside another stack, twice, and keeps its data (issue: what it must show, 1)', async () => {
    const place = await placeAt(newDirectory('twice'));
    const operatorFile = join(place.home, 'pki', 'operator.pem');
    const seen: string[] = [];
    for (const attempt of ['first', 'second']) {
      const launcher = new Launcher(place, ['--once']);
      expect({ attempt, ...(await launcher.ended), output: launcher.output }).toMatchObject({ exitCode: 0 });
      expect(launcher.output.match(/^ [ \d]\d ok {3}/gm)).toHaveLength(DEMO_LINES);
      seen.push(readFileSync(operatorFile, 'utf8'));
      await requireFreePorts(portsFrom(place.portBase), PORT_NAMES);
    }
    expect(seen[1]).toBe(seen[0]);
    requireNoSecretsInLogs({ home: place.home, logs: join(place.home, 'logs') });

    const stack = sharedStack();
    await tokenOf(stack, demoClients(stack).acme);
  }, 120_000);

  it('refuses the state of another stack and says how to go on', async () => {
    const { home, ports } = sharedStack();
    const launcher = new Launcher({ home, portBase: ports.base }, ['--once']);
    expect(await launcher.ended).toMatchObject({ exitCode: 1 });
    expect(launcher.output).toContain('HOLDFAST_PORT_BASE and HOLDFAST_HOME');
  });
});
