import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, withBuildLock } from './build.mjs';
import { runForeground, runQuietly } from './child-process.mjs';
import { ensureInstalled } from './install.mjs';
import { registerRunningStack } from './running-stacks.mjs';
import { ensureRuntime } from './runtime.mjs';
import { parseStartArguments, START_USAGE } from './start-arguments.mjs';
import { BootstrapError, say, statePath, workspaceRoot } from './workspace.mjs';

const RUN = join(workspaceRoot, 'tools', 'bootstrap', 'run.mjs');
const GENERATE = join(workspaceRoot, 'tools', 'generate', 'generate.mjs');
const NX = 'nx/dist/bin/nx.js';
const USAGE_EXIT_CODE = 64;

/** What each npm script does, on a Node that Holdfast accepts. Each resolves to the exit code. */
const TASKS = {
  start,
  build: async (args) => {
    refuseArguments(args);
    await prepare();
    return 0;
  },
  test,
  check,
  format: (args) => tool('prettier/bin/prettier.cjs', ['--write', ...(args.length > 0 ? args : ['.'])]),
  attack: (args) => builtScript('apps/platform-e2e/dist/attack.js', args),
  fault: (args) => builtScript('apps/platform-e2e/dist/fault.js', args),
  suites: (args) => builtScript('tools/assurance/dist/suites.js', args),
  bench: (args) => builtScript('tools/assurance/dist/bench.js', args),
  fuzz: (args) => builtScript('tools/assurance/dist/fuzz.js', args),
  mutation: (args) => builtScript('tools/mutation/run.mjs', args),
  screenshots: (args) => builtScript('apps/platform-e2e/dist/screenshots.js', args),
  jest,
  tsc: (args) => withInstalled(() => withBuildLock(() => tool('typescript/bin/tsc', args))),
  eslint: lint,
  generate: async (args) => {
    await prepare();
    return runForeground(process.execPath, [GENERATE, ...args]);
  },
  nx: (args) => tool(NX, args),
};

/** Runs `run.mjs <task> [arguments]` and ends the process with the task's exit code. */
export async function runTask([name, ...args]) {
  await exitWith(async () => {
    const task = Object.hasOwn(TASKS, name ?? '') ? TASKS[name] : undefined;
    if (task === undefined) {
      throw new BootstrapError(
        `unknown task "${name}": one of ${Object.keys(TASKS).join(', ')}`,
        USAGE_EXIT_CODE,
      );
    }
    if (name === 'start' && readStartArguments(args).help) {
      process.stdout.write(START_USAGE);
      return 0;
    }
    await ensureRuntime(RUN, [name, ...args]);
    return task(args);
  });
}

/** Runs the command line tool (`bin/holdfast.mjs`) with the arguments, built first if it is stale. */
export async function runCommandLineTool(script, args) {
  await exitWith(async () => {
    await ensureRuntime(script, args);
    return builtScript('apps/cli/dist/main.js', args);
  });
}

async function exitWith(work) {
  // Whoever reads the output may go away: no reason to fall over in the middle of the work, or of stopping a stack.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  try {
    process.exit(await work());
  } catch (error) {
    if (!(error instanceof BootstrapError)) throw error;
    say(error.message);
    process.exit(error.exitCode);
  }
}

async function prepare() {
  await ensureInstalled();
  await ensureBuilt();
}

async function withInstalled(work) {
  await ensureInstalled();
  return work();
}

function tool(script, args, nodeArguments = []) {
  return withInstalled(() =>
    runForeground(process.execPath, [...nodeArguments, join(workspaceRoot, 'node_modules', script), ...args]),
  );
}

async function builtScript(script, args) {
  await prepare();
  return runForeground(process.execPath, [join(workspaceRoot, script), ...args]);
}

async function start(args) {
  await prepare();
  registerRunningStack();
  const { launch } = await import('../../stack/dist/launch.js');
  return launch(readStartArguments(args));
}

function readStartArguments(args) {
  const parsed = parseStartArguments(args);
  if (parsed.unknown === undefined) return parsed;
  throw new BootstrapError(`unknown argument "${parsed.unknown}"\n${START_USAGE}`, USAGE_EXIT_CODE);
}

function refuseArguments(args) {
  if (args.length > 0) throw new BootstrapError(`unexpected argument "${args[0]}"`, USAGE_EXIT_CODE);
}

async function jest(args) {
  await prepare();
  return tool('jest/bin/jest.js', args, ['--experimental-vm-modules', '--no-warnings']);
}

/** Every test there is. The last line on stdout is the total, also when the run could not even begin. */
async function test(args) {
  const totals = statePath(`totals-${randomUUID()}.txt`);
  process.env['HOLDFAST_TEST_TOTALS'] = totals;
  try {
    return await jest(args);
  } finally {
    const line = existsSync(totals) ? readFileSync(totals, 'utf8') : '0 passed, 1 failed, 0 skipped\n';
    rmSync(totals, { force: true });
    process.stdout.write(line);
  }
}

/** The boundary rule reads Nx's project graph from a cache and binds nothing without one, so the graph is made first. */
async function lint(args) {
  await ensureInstalled();
  const nx = join(workspaceRoot, 'node_modules', NX);
  const graph = await runQuietly(process.execPath, [nx, 'show', 'projects'], { cwd: workspaceRoot });
  if (graph.code !== 0) throw new BootstrapError(`nx cannot make the project graph:\n${graph.output}`);
  return tool('eslint/bin/eslint.js', args);
}

/** Everything that can be said about the code without running it; all findings, not only the first tool's. */
async function check(args) {
  refuseArguments(args);
  await ensureInstalled();
  const steps = {
    format: () => tool('prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']),
    lint: () => lint(['.']),
    types: () => withBuildLock(() => tool('typescript/bin/tsc', ['-b'])),
    'types of tests': () => tool('typescript/bin/tsc', ['-p', 'tsconfig.spec.json']),
    'types of the screens': () =>
      tool('typescript/bin/tsc', ['-p', 'apps/admin-ui/tsconfig.json', '--noEmit']),
    'generated pages': () => runForeground(process.execPath, [GENERATE, '--check']),
    'lock file': () =>
      runForeground(process.execPath, [join(workspaceRoot, 'tools/generate/check-lock.mjs')]),
  };
  const failed = [];
  for (const [name, step] of Object.entries(steps)) {
    const ok = (await step()) === 0;
    say(`${ok ? 'ok    ' : 'FAILED'} ${name}`);
    if (!ok) failed.push(name);
  }
  return failed.length === 0 ? 0 : 1;
}
