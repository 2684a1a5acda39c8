import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VARIABLE = 'HOLDFAST_E2E_RUN';

/** The directory of one run: everything that it writes lies below, and nothing of it outlives the run. */
export interface RunDirectory {
  readonly path: string;
  /** Removes it now. Everything that was started in it must have ended. */
  remove(): void;
}

/**
 * Makes the directory of this run. A janitor of its own process removes it when this process ends without having done
 * so, once the databases in it have ended.
 */
export function makeRunDirectory(): RunDirectory {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-e2e-'));
  // The embedded PostgreSQL runs as another user when we are root: it must get through.
  chmodSync(path, 0o711);
  process.env[VARIABLE] = path;
  const janitor = spawn(
    process.execPath,
    [join(import.meta.dirname, '..', '..', 'dist', 'harness', 'janitor.js'), path],
    {
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    },
  );
  janitor.unref();
  janitor.channel?.unref();
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A new, empty directory below the one of this run. */
export function newDirectory(name: string): string {
  const run = process.env[VARIABLE];
  if (run === undefined) throw new Error('there is no directory of this run: makeRunDirectory comes first');
  const path = mkdtempSync(join(run, `${name}-`));
  chmodSync(path, 0o711);
  return path;
}
