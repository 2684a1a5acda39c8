import { describe, expect, test } from '@jest/globals';
import { parsePortBase, PORT_NAMES, portsFrom, requireFreePorts } from '@holdfast/stack';
import { Launcher } from '../harness/launcher.js';
import { makeClone, markedBlocks, toScript } from '../harness/pages.js';
import { needsPrograms, runProgram } from '../harness/programs.js';

const README = 'README.md';
const DEFAULT_BASE = parsePortBase(undefined);

/** The README writes the default ports, and nothing in it is replaced: another stack on them is in the way. */
const taken = await requireFreePorts(portsFrom(DEFAULT_BASE), PORT_NAMES).then(
  () => undefined,
  () => `a port from ${DEFAULT_BASE} on is taken`,
);

describe('the README', () => {
  test('has command blocks that are marked to be run', () => {
    expect(markedBlocks(README).length).toBeGreaterThan(0);
  });

  needsPrograms(['bash', 'curl', 'openssl'], taken)(
    'has marked command blocks that work as they are pasted',
    async () => {
      const { directory, home } = makeClone();
      const launcher = new Launcher({ home, portBase: DEFAULT_BASE });
      await launcher.up();
      try {
        const script = toScript(README, markedBlocks(README));
        const { exitCode, stderr } = await runProgram('bash', ['-e', '-o', 'pipefail', '-c', script], {
          cwd: directory,
          env: { HOLDFAST_HOME: home },
        });
        const where = stderr.match(/@@ README\.md line \d+/g)?.at(-1);
        expect({ exitCode, where, stderr }).toMatchObject({ exitCode: 0 });
      } finally {
        await launcher.interrupt();
      }
    },
    120_000,
  );
});
