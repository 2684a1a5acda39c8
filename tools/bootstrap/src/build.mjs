import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runQuietly } from './child-process.mjs';
import { withLock } from './file-lock.mjs';
import { withProgress } from './progress.mjs';
import { BootstrapError, say, statePath, workspaceRoot } from './workspace.mjs';

const COMPILER = join(workspaceRoot, 'node_modules', 'typescript', 'bin', 'tsc');
const SHARED_INPUTS = ['package-lock.json', 'tsconfig.json', 'tsconfig.base.json'];

const BUNDLER = join(workspaceRoot, 'node_modules', 'vite', 'bin', 'vite.js');
/** The screens, and what is bundled into them. */
const SCREENS = join(workspaceRoot, 'apps', 'admin-ui');
const BUNDLED = ['apps/admin-ui', 'libs/certificate-insight', 'libs/admin-contract'];

/** Builds the whole workspace if any source, configuration or output changed since the last complete build. */
export async function ensureBuilt() {
  const stamps = { code: statePath('built.stamp'), screens: statePath('screens.stamp') };
  if (isBuilt(stamps.code) && isBundled(stamps.screens)) return;
  await withBuildLock(async () => {
    if (!isBuilt(stamps.code)) await build(stamps.code);
    if (!isBundled(stamps.screens)) await bundle(stamps.screens);
  });
}

/** The screens are bundled after the libraries are compiled. */
async function bundle(stampFile) {
  rmSync(stampFile, { force: true });
  const inputs = fingerprint(bundleInputs());
  const { code, output } = await withProgress('building the screens', () =>
    runQuietly(process.execPath, [BUNDLER, 'build', '--logLevel', 'warn'], { cwd: SCREENS }),
  );
  if (code !== 0) {
    say(output.trimEnd());
    throw new BootstrapError("the build of the screens failed (the bundler's messages are above)");
  }
  writeFileSync(stampFile, JSON.stringify({ inputs, outputs: [join(SCREENS, 'dist', 'index.html')] }));
}

function isBundled(stampFile) {
  const stamp = readStamp(stampFile);
  return (
    stamp !== undefined &&
    stamp.outputs.every((file) => existsSync(file)) &&
    stamp.inputs === fingerprint(bundleInputs())
  );
}

function bundleInputs() {
  const files = BUNDLED.flatMap((folder) => filesBelow(join(workspaceRoot, folder)));
  return [join(workspaceRoot, 'package-lock.json'), ...files];
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(
      (entry) =>
        entry.isFile() &&
        !/[\\/](dist|node_modules)([\\/]|$)/.test(entry.parentPath) &&
        !entry.name.endsWith('.test.ts'),
    )
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Runs `work` while no other build of this checkout runs. */
export function withBuildLock(work) {
  return withLock(
    statePath('build.lock'),
    ({ pid }) => say(`waiting for process ${pid}, which is building …`),
    work,
  );
}

async function build(stampFile) {
  rmSync(stampFile, { force: true });
  // Taken before the compiler reads: a file that is edited meanwhile makes the stamp stale, never wrongly fresh.
  const inputs = fingerprint(buildInputs());
  const { code, output } = await withProgress('building', () =>
    runQuietly(process.execPath, [COMPILER, '-b', '--pretty', String(process.stderr.isTTY === true)], {
      cwd: workspaceRoot,
    }),
  );
  if (code !== 0) {
    say(output.trimEnd());
    throw new BootstrapError("the build failed (the compiler's messages are above)");
  }
  writeFileSync(
    stampFile,
    JSON.stringify({ inputs, outputs: projectFolders().map(recordOf).filter(existsSync) }),
  );
}

function isBuilt(stampFile) {
  const stamp = readStamp(stampFile);
  if (stamp === undefined) return false;
  return stamp.outputs.every((file) => existsSync(file)) && stamp.inputs === fingerprint(buildInputs());
}

/** A stamp that is torn, or of another form, is as good as none. */
function readStamp(file) {
  try {
    const { inputs, outputs } = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(outputs) ? { inputs, outputs } : undefined;
  } catch {
    return undefined;
  }
}

/** The compiler's own record beside a project's output: when it is gone, the output was cleaned away. */
function recordOf(folder) {
  return join(folder, 'dist', '.tsbuildinfo');
}

function projectFolders() {
  const { references } = JSON.parse(readFileSync(join(workspaceRoot, 'tsconfig.json'), 'utf8'));
  return references.map(({ path }) => join(workspaceRoot, path));
}

function buildInputs() {
  const ofProjects = projectFolders().flatMap((folder) => [
    join(folder, 'tsconfig.json'),
    join(folder, 'package.json'),
    ...sourcesBelow(join(folder, 'src')),
  ]);
  return [...SHARED_INPUTS.map((name) => join(workspaceRoot, name)), ...ofProjects];
}

function sourcesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(folder, name));
}

/** A digest over path, size and modification time of the files: changes when one is edited, added or removed. */
export function fingerprint(files) {
  const digest = createHash('sha256');
  for (const file of [...files].sort()) {
    const { size, mtimeMs } = statSync(file);
    digest.update(`${relative(workspaceRoot, file)}\0${size}\0${mtimeMs}\n`);
  }
  return digest.digest('hex');
}
