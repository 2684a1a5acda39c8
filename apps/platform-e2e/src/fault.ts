/** `npm run fault`: one reliability test with its figure and target (docs/contract.md). */
import { failuresOf, type FaultTest } from './faults/fault-test.js';
import { FAULT_TESTS } from './faults/index.js';
import { print, runMain, say, UsageError } from './harness/main-program.js';
import type { StackUnderTest } from './harness/stack-under-test.js';
import { withStartedStack } from './harness/started-stack.js';

const USAGE = `Usage: npm run fault -- R-nn …

Injects a fault into the stack of HOLDFAST_HOME (.holdfast), or into one of its own where none runs, and
prints what came of it beside the target. The exit code is 1 when a target was missed, or when no fault was
really injected. Processes that are killed are extra ones, not those of the stack.

  --short   fewer faults
  --list    the tests, without running them
  --help    this text
`;

await runMain(async (args) => {
  if (args.includes('--help') || args.includes('-h')) {
    print(USAGE.trimEnd());
    return 0;
  }
  if (args.includes('--list')) {
    for (const { id, title, target } of FAULT_TESTS) print(`${id}  ${title}\n      target: ${target}`);
    return 0;
  }
  const chosen = choose(args.filter((arg) => arg !== '--short'));
  const size = args.includes('--short') ? 'short' : 'full';
  return withStartedStack(say, async (stack) => {
    let failed = 0;
    for (const test of chosen) failed += (await isMet(test, stack, size)) ? 0 : 1;
    return failed === 0 ? 0 : 1;
  });
});

function choose(args: readonly string[]): readonly FaultTest[] {
  const wanted = args.map((arg) => arg.toUpperCase());
  const unknown = wanted.filter((id) => !FAULT_TESTS.some((test) => test.id === id));
  if (unknown.length > 0) throw new UsageError(`unknown test: ${unknown.join(', ')}\n\n${USAGE}`);
  if (wanted.length === 0) throw new UsageError(USAGE);
  return FAULT_TESTS.filter(({ id }) => wanted.includes(id));
}

async function isMet(test: FaultTest, stack: StackUnderTest, size: 'full' | 'short'): Promise<boolean> {
  say(`${test.id}  ${test.title} …`);
  const report = await test.run(stack, size);
  const failures = failuresOf(report);
  print(`${test.id}  ${failures.length === 0 ? 'met' : 'MISSED'}`);
  print(`      figure: ${report.figure}`);
  print(`      target: ${test.target}`);
  print(`      faults injected: ${report.injected}`);
  for (const failure of failures) print(`      ${failure}`);
  return failures.length === 0;
}
