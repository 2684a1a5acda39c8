import { spawnSync } from 'node:child_process';
import { test } from '@jest/globals';

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

function isInstalled(program: string): boolean {
  return (
    (spawnSync(program, ['--version'], { stdio: 'ignore' }).error as NodeJS.ErrnoException)?.code !== 'ENOENT'
  );
}
