import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parsePortBase, PORT_NAMES, portsFrom, requireFreePorts, workspaceRoot } from '@holdfast/stack';
import { Launcher } from '../harness/launcher.js';
import { needsPrograms, runProgram } from '../harness/programs.js';
import { newDirectory } from '../harness/run-directory.js';

/** A fenced block of the README that is marked with `<!-- run -->`, as somebody would paste it. */
interface Block {
  readonly line: number;
  readonly commands: string;
}

const MARKED = /^<!-- run -->\n+```(?:sh|bash|console|shell)?\n([\s\S]*?)^```$/gm;
const DEFAULT_BASE = parsePortBase(undefined);

function markedBlocks(): Block[] {
  const file = join(workspaceRoot, 'README.md');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return [...text.matchAll(MARKED)].map(({ index, 1: commands = '' }) => ({
    line: text.slice(0, index).split('\n').length,
    commands,
  }));
}

/** All blocks in one shell, as a reader has one: a later one may use the variables of an earlier one. */
function toScript(blocks: readonly Block[]): string {
  return blocks.map(({ line, commands }) => `echo "@@ README.md line ${line}" >&2\n${commands}`).join('\n');
}

/** What a clone looks like to the commands, with a state directory of its own: what they write stays out of this one. */
function makeClone(): { readonly directory: string; readonly home: string } {
  const directory = newDirectory('clone');
  for (const name of readdirSync(workspaceRoot).filter((entry) => !/^\.(holdfast|git)/.test(entry))) {
    symlinkSync(join(workspaceRoot, name), join(directory, name));
  }
  const home = join(directory, '.holdfast');
  mkdirSync(home, { mode: 0o711 });
  return { directory, home };
}

/** The README writes the default ports, and nothing in it is replaced: another stack on them is in the way. */
const taken = await requireFreePorts(portsFrom(DEFAULT_BASE), PORT_NAMES).then(
  () => undefined,
  () => `a port from ${DEFAULT_BASE} on is taken`,
);

describe('the README', () => {
  test('has command blocks that are marked to be run', () => {
    expect(markedBlocks().length).toBeGreaterThan(0);
  });

  needsPrograms(['bash', 'curl', 'openssl'], taken)(
    'has marked command blocks that work as they are pasted',
    async () => {
      const { directory, home } = makeClone();
      const launcher = new Launcher({ home, portBase: DEFAULT_BASE });
      await launcher.up();
      try {
        const script = toScript(markedBlocks());
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
