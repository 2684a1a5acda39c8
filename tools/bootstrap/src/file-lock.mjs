import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { identityOf, isSameProcess } from './process-identity.mjs';

/**
 * Tries to become the holder of the lock file at `path`. Returns `{ release }`, or `{ holder }` with the identity of
 * the living process that has it. The lock of a process that is gone is taken over.
 */
export function tryLock(path) {
  const mine = JSON.stringify(identityOf(process.pid));
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, mine, { mode: 0o600 });
  try {
    for (;;) {
      // link() is the one step that creates the file together with its content, or fails if it is there.
      if (linked(draft, path)) return { release: () => releaseLock(path, mine) };
      const found = readIfThere(path);
      if (found === undefined) continue;
      const holder = parse(found);
      if (holder !== undefined && isSameProcess(holder)) return { holder };
      removeStale(path, found);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Runs `work` while holding the lock at `path`, after waiting for it; `onWait(holder)` is called once if it must wait. */
export async function withLock(path, onWait, work) {
  let told = false;
  for (;;) {
    const attempt = tryLock(path);
    if (attempt.release !== undefined) {
      try {
        return await work();
      } finally {
        attempt.release();
      }
    }
    if (!told) onWait(attempt.holder);
    told = true;
    await delay(200);
  }
}

function linked(draft, path) {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves the stale lock away under a name of our own: of two processes that try, one finds it gone. */
function removeStale(path, staleContent) {
  const aside = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  // Another process was faster, and this is its fresh lock: give it back.
  if (readIfThere(aside) !== staleContent) linked(aside, path);
  rmSync(aside, { force: true });
}

function releaseLock(path, mine) {
  if (readIfThere(path) === mine) rmSync(path, { force: true });
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
