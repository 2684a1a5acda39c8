import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runForeground } from './child-process.mjs';
import { withLock } from './file-lock.mjs';
import { installLocked } from './npm.mjs';
import { runtimeDirectory, runtimePackage } from './runtime-location.mjs';
import { BootstrapError, say, statePath } from './workspace.mjs';

/** The oldest Node that the product runs on: see ADR "Node 26". Anything older only bootstraps. */
export const REQUIRED_NODE = '24.18.1';

const INSTALL_YOURSELF = `Install Node ${REQUIRED_NODE} or newer yourself and run the command again.`;

/**
 * Makes sure that the rest runs on a Node that Holdfast accepts. Returns on such a Node. On an older one it installs
 * the Node of tools/runtime, runs `script` again with it and ends this process with that run's exit code.
 */
export async function ensureRuntime(script, args) {
  if (isAtLeast(process.versions.node, REQUIRED_NODE)) return;
  const binary = await installedBinary();
  const version = probe(binary);
  say(`Node ${process.versions.node} is too old for Holdfast: using Node ${version} from tools/runtime`);
  const path = `${dirname(binary)}${delimiter}${process.env.PATH ?? ''}`;
  process.exit(await runForeground(binary, [script, ...args], { ...process.env, PATH: path }));
}

/** Whether the dotted version is `minimum` or newer. */
export function isAtLeast(version, minimum) {
  const [a, b] = [version, minimum].map((text) => text.split('.').map(Number));
  const differing = b.findIndex((part, index) => a[index] !== part);
  return differing === -1 || a[differing] > b[differing];
}

async function installedBinary() {
  const name = runtimePackage();
  if (name === undefined) {
    throw new BootstrapError(
      `Node ${process.versions.node} is too old for Holdfast, and there is no Node to bring along for ` +
        `${process.platform}-${process.arch}. ${INSTALL_YOURSELF}`,
    );
  }
  if (!isInstalled(name)) {
    await withLock(
      statePath('runtime.lock'),
      ({ pid }) => say(`waiting for process ${pid}, which is installing tools/runtime …`),
      () => (isInstalled(name) ? undefined : installLocked(runtimeDirectory)),
    );
  }
  return join(runtimeDirectory, 'node_modules', name, 'bin', 'node');
}

function isInstalled(name) {
  const folder = join(runtimeDirectory, 'node_modules', name);
  if (!existsSync(join(folder, 'bin', 'node'))) return false;
  const locked = readJson(join(runtimeDirectory, 'package-lock.json')).packages[`node_modules/${name}`];
  return readJson(join(folder, 'package.json')).version === locked.version;
}

/** The version the binary reports. A binary that cannot run here gets a message that names what is missing. */
function probe(binary) {
  const { error, status, stdout, stderr } = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  if (error === undefined && status === 0) return stdout.trim().replace(/^v/, '');
  throw new BootstrapError(explainFailure(error?.code, `${stderr ?? ''}${error?.message ?? ''}`.trim()));
}

/** What to tell a person when the Node of tools/runtime does not start. */
export function explainFailure(errorCode, output) {
  if (output.includes('libatomic')) {
    return (
      'The Node of tools/runtime needs the library libatomic, which is not installed here. Install it ' +
      `(Debian, Ubuntu: apt-get install libatomic1; Fedora: dnf install libatomic), or: ${INSTALL_YOURSELF}`
    );
  }
  if (errorCode === 'ENOENT') {
    return `The Node of tools/runtime needs the GNU C library, which this system does not have. ${INSTALL_YOURSELF}`;
  }
  const reason = output.split('\n')[0] || 'no reason given';
  return `The Node of tools/runtime does not run here (${reason}). ${INSTALL_YOURSELF}`;
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
