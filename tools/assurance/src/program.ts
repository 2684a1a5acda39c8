import { spawnSync, spawn } from 'node:child_process';

/** The command line cannot be understood; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const EX_USAGE = 64;

/** Runs a command with what stands behind its name, and sets the exit code of the process. */
export async function runMain(main: (args: readonly string[]) => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(error.message);
    process.exitCode = EX_USAGE;
  }
}

/** Talk, beside the result. */
export const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** The result. */
export const print = (line: string): void => void process.stdout.write(`${line}\n`);

export const isInstalled = (program: string): boolean =>
  spawnSync(program, ['version'], { stdio: 'ignore' }).error === undefined;

/** Runs a program to its end, whatever its exit code. Its errors go nowhere. */
export function runProgram(
  program: string,
  args: readonly string[],
): Promise<{ exitCode: number | null; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout: Buffer.concat(chunks).toString('utf8') }));
  });
}
