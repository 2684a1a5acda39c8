import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '@holdfast/stack';
import { newDirectory } from './run-directory.js';
import { runProgram, type ProgramResult } from './run-program.js';
import type { StackUnderTest } from './stack-under-test.js';

/** A fenced block of a page that is marked with `<!-- run -->`, as somebody would paste it. */
export interface Block {
  readonly line: number;
  readonly commands: string;
}

/** Blocks of every language: the end of one that is skipped would be taken for the beginning of another. */
const FENCED = /^(<!-- run -->\n+)?```([a-z]*)\n([\s\S]*?)^```$/gm;
const SHELLS = ['sh', 'bash', 'console', 'shell'];

/** What a page has to be pasted. `page` is a path from the root of the workspace. */
export function markedBlocks(page: string): Block[] {
  const text = readFileSync(join(workspaceRoot, page), 'utf8');
  return [...text.matchAll(FENCED)]
    .filter(([, mark]) => mark !== undefined)
    .map(({ index, 3: commands = '' }) => ({ line: text.slice(0, index).split('\n').length, commands }));
}

/** Blocks in the language of a shell that carry no mark: commands that no test runs. */
export function unmarkedCommands(page: string): string[] {
  const text = readFileSync(join(workspaceRoot, page), 'utf8');
  return [...text.matchAll(FENCED)]
    .filter(
      ([, mark, language, body = '']) =>
        mark === undefined && (SHELLS.includes(language ?? '') || /^npx /m.test(body)),
    )
    .map(([, , , body = '']) => body);
}

/** What a clone looks like to the commands, with a state directory of its own: what they write stays out of this one. */
export function makeClone(): { readonly directory: string; readonly home: string } {
  const directory = newDirectory('clone');
  for (const name of readdirSync(workspaceRoot).filter((entry) => !/^\.(holdfast|git)/.test(entry))) {
    symlinkSync(join(workspaceRoot, name), join(directory, name));
  }
  const home = join(directory, '.holdfast');
  mkdirSync(home, { mode: 0o711 });
  return { directory, home };
}

/** Blocks in one shell, as a reader has one: a later one may use the variables of an earlier one. */
export function toScript(page: string, blocks: readonly Block[]): string {
  return blocks.map(({ line, commands }) => `echo "@@ ${page} line ${line}" >&2\n${commands}`).join('\n');
}

/**
 * A guide whose commands are run, against a running stack and in a folder like that of a reader. What a guide calls by the
 * name of an example (a partner, an address) has another one here: `names` says which.
 */
export class Guide {
  readonly directory: string;
  private readonly blocks: readonly Block[];
  private done = 0;

  constructor(
    private readonly page: string,
    private readonly stack: StackUnderTest,
    private readonly names: Readonly<Record<string, string>> = {},
  ) {
    this.directory = makeClone().directory;
    this.blocks = markedBlocks(page);
  }

  /** How many blocks have not been run yet. */
  get left(): number {
    return this.blocks.length - this.done;
  }

  /** Pastes the next blocks, into a new shell. Throws when a command fails; gives what they printed. */
  async paste(count = 1): Promise<string> {
    const next = this.blocks.slice(this.done, this.done + count);
    this.done += next.length;
    const script = Object.entries(this.names).reduce(
      (text, [name, here]) => text.replaceAll(name, here),
      toScript(this.page, next),
    );
    const result = await this.run(script);
    if (next.length === count && result.exitCode === 0) return result.stdout;
    throw new Error(`${this.page}: exit code ${result.exitCode}\n${result.stdout}\n${result.stderr}`);
  }

  private run(script: string): Promise<ProgramResult> {
    const { home, file } = this.stack;
    return runProgram('bash', ['-e', '-o', 'pipefail', '-c', script], {
      cwd: this.directory,
      env: { HOLDFAST_HOME: home, CURL_CA_BUNDLE: file.caFile },
    });
  }
}
