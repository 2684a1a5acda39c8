import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './file-lock.mjs';
import { installLocked } from './npm.mjs';
import { withProgress } from './progress.mjs';
import { livingStacks } from './running-stacks.mjs';
import { BootstrapError, say, statePath, workspaceRoot } from './workspace.mjs';

const STAMP = join(workspaceRoot, 'node_modules', '.holdfast-installed');

/** Installs exactly what package-lock.json says, if node_modules is missing or holds something else. */
export async function ensureInstalled() {
  const wanted = stampOf(readFileSync(join(workspaceRoot, 'package-lock.json')));
  if (isInstalled(wanted)) return;
  await withLock(
    statePath('install.lock'),
    ({ pid }) => say(`waiting for process ${pid}, which is installing the dependencies …`),
    () => (isInstalled(wanted) ? undefined : install(wanted)),
  );
}

async function install(stamp) {
  const [stack] = livingStacks();
  if (stack !== undefined) {
    throw new BootstrapError(
      'The dependencies have to be installed anew, but a stack of this checkout is running ' +
        `(process ${stack.pid}). Stop it first (Ctrl-C in its terminal, or: kill ${stack.pid}).`,
    );
  }
  rmSync(STAMP, { force: true });
  await withProgress('installing the locked dependencies (a minute or two the first time)', () =>
    installLocked(workspaceRoot),
  );
  writeFileSync(STAMP, stamp);
}

/** The stamp is the quick answer; without it (someone ran `npm ci` by hand) npm's own record of the tree decides. */
function isInstalled(stamp) {
  const found = readIfThere(STAMP);
  if (found !== undefined) return found === stamp;
  const installed = readIfThere(join(workspaceRoot, 'node_modules', '.package-lock.json'));
  if (installed === undefined) return false;
  const locked = readFileSync(join(workspaceRoot, 'package-lock.json'), 'utf8');
  if (!isTreeOf(JSON.parse(locked), JSON.parse(installed), process)) return false;
  writeFileSync(STAMP, stamp);
  return true;
}

function stampOf(lockFile) {
  return `${createHash('sha256').update(lockFile).digest('hex')} ${process.platform}-${process.arch}\n`;
}

/**
 * Whether npm's record of node_modules (`node_modules/.package-lock.json`) is the tree that the lock asks for on this
 * platform: every package there in the locked version. An optional package may be missing, unless it is plainly the
 * one for this platform.
 */
export function isTreeOf(lock, installed, { platform, arch }) {
  return Object.entries(lock.packages)
    .filter(([path]) => path.includes('node_modules/'))
    .every(([path, wanted]) => {
      const found = installed.packages[path];
      if (found === undefined) return wanted.optional === true && !isMadeFor(wanted, platform, arch);
      return found.version === wanted.version && found.integrity === wanted.integrity;
    });
}

/** A package for one libc or for WebAssembly is npm's choice, which this cannot repeat: not plainly ours. */
function isMadeFor({ os, cpu, libc }, platform, arch) {
  return libc === undefined && os?.includes(platform) === true && cpu?.includes(arch) === true;
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
