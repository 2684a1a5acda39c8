import { spawn, spawnSync } from 'node:child_process';
import { test } from '@jest/globals';

/** How a program ended, and what it wrote. */
export interface ProgramResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramInput {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

type TestFunction = (name: string, work: () => Promise<void>, timeout?: number) => void;

/** `test` for tests that run one external program: see needsPrograms. */
export function needsProgram(program: string): TestFunction {
  return needsPrograms([program]);
}

/**
 * `test` for tests that need external programs. Where one is not installed, or `obstacle` says what else is in the
 * way, they are skipped by a name that says so; under HOLDFAST_REQUIRE_ALL=1 they fail instead (decisions 30).
 */
export function needsPrograms(programs: readonly string[], obstacle?: string): TestFunction {
  const missing = programs.filter((program) => !isInstalled(program));
  const reason = missing.length > 0 ? `${missing.join(', ')} not installed` : obstacle;
  if (reason === undefined) return (name, work, timeout) => test(name, work, timeout);
  if (process.env['HOLDFAST_REQUIRE_ALL'] !== '1') {
    return (name, work) => test.skip(`${name} [skipped: ${reason}]`, work);
  }
  return (name) =>
    test(name, () => {
      throw new Error(`${reason}, and HOLDFAST_REQUIRE_ALL=1 allows no skip`);
    });
}

/** Runs a program to its end, whatever its exit code. */
export function runProgram(
  program: string,
  args: readonly string[],
  { stdin = '', env, cwd }: ProgramInput = {},
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env } });
    const chunks: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
    child.stdout.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
    child.once('error', reject);
    child.once('close', (exitCode) =>
      resolve({
        exitCode,
        stdout: Buffer.concat(chunks.stdout).toString('utf8'),
        stderr: Buffer.concat(chunks.stderr).toString('utf8'),
      }),
    );
    // A program that has answered already may not read any more.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
  });
}

function isInstalled(program: string): boolean {
  return (
    (spawnSync(program, ['--version'], { stdio: 'ignore' }).error as NodeJS.ErrnoException)?.code !== 'ENOENT'
  );
}
