import { writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runQuietly } from './child-process.mjs';
import { identityOf, readIdentity } from './process-identity.mjs';
import { BootstrapError, say, statePath } from './workspace.mjs';
import { runtimeDirectory } from './runtime-location.mjs';

/**
 * Runs `npm ci` in a directory, silently; on failure its whole output is shown and a BootstrapError is thrown.
 * npm runs on the machine's own Node, which it came with.
 */
export async function installLocked(directory) {
  const record = statePath('npm.pid');
  await untilEnded(readIdentity(record));
  const { code, output } = await runQuietly('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: directory,
    env: environmentForNpm(process.env),
    onStart: (pid) => writeFileSync(record, JSON.stringify(identityOf(pid) ?? {})),
  }).catch((error) => {
    throw new BootstrapError(`npm cannot be started (${error.message}). Is it installed and on the PATH?`);
  });
  if (code === 0) return;
  say(output.trimEnd());
  throw new BootstrapError(`"npm ci" failed in ${directory} (its output is above)`);
}

/** An npm whose bootstrap was killed goes on by itself: a second one beside it would spoil both. */
async function untilEnded(earlier) {
  // Not by its command line, which npm rewrites.
  const isThere = () =>
    earlier?.pid !== undefined && identityOf(earlier.pid)?.startedAt === earlier.startedAt;
  if (isThere()) say(`waiting for npm (process ${earlier.pid}), which an earlier start left running …`);
  while (isThere()) await delay(200);
}

/** What an enclosing `npm start` says about *its* package must not steer the inner npm. */
function environmentForNpm(env) {
  const kept = Object.entries(env).filter(
    ([name]) => !/^npm_(package|lifecycle|config_local_prefix)/.test(name),
  );
  const path = (env.PATH ?? '').split(delimiter).filter((folder) => !folder.startsWith(runtimeDirectory));
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter) };
}
