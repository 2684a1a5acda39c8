/** `npm run attack`: the attack cases, by id, against the started stack (docs/contract.md). */
import type { AttackCase } from './attack/attack-case.js';
import { AttackWorld } from './attack/attack-world.js';
import { ATTACK_CASES } from './attack/cases/index.js';
import { runCase, stillServes } from './attack/oracle.js';
import { print, runMain, say, UsageError } from './harness/main-program.js';
import type { StackUnderTest } from './harness/stack-under-test.js';
import { withStartedStack } from './harness/started-stack.js';

const USAGE = `Usage: npm run attack [-- ID …]

Attacks the stack of HOLDFAST_HOME (.holdfast), or one of its own where none runs, and prints a verdict for
each case. The exit code is 1 when a case failed. It registers partners of its own and suspends them afterwards.

  ID        only these cases, like CA-02 or all of a kind, like TV
  --list    the cases, without running them
  --help    this text
`;

await runMain(async (args) => {
  if (args.includes('--help') || args.includes('-h')) {
    print(USAGE.trimEnd());
    return 0;
  }
  if (args.includes('--list')) {
    for (const { id, title, source } of ATTACK_CASES) print(`${id}  ${title}  [${source}]`);
    return 0;
  }
  const chosen = choose(args);
  return withStartedStack(say, (stack) => attack(stack, chosen));
});

function choose(args: readonly string[]): readonly AttackCase[] {
  const wanted = args.map((arg) => arg.toUpperCase());
  const fits = (text: string, { id }: AttackCase): boolean => id === text || id.startsWith(`${text}-`);
  const unknown = wanted.filter((text) => !ATTACK_CASES.some((one) => fits(text, one)));
  if (unknown.length > 0) throw new UsageError(`unknown case: ${unknown.join(', ')}\n\n${USAGE}`);
  return ATTACK_CASES.filter((one) => wanted.length === 0 || wanted.some((text) => fits(text, one)));
}

async function attack(stack: StackUnderTest, cases: readonly AttackCase[]): Promise<number> {
  const world = await AttackWorld.create(stack, { measuresTime: true });
  try {
    const control = await stillServes(world);
    if (control.length > 0) {
      say(`a valid partner is not served, so refusals would prove nothing: ${control.join('; ')}`);
      return 1;
    }
    let failed = 0;
    for (const one of cases) failed += (await verdictOf(one, world)) ? 0 : 1;
    print(`\n${cases.length - failed} held, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  } finally {
    await world.close();
  }
}

async function verdictOf(one: AttackCase, world: AttackWorld): Promise<boolean> {
  const violations = await runCase(one, world).catch((error: unknown) => [
    `it could not be run: ${String(error)}`,
  ]);
  print(`${one.id.padEnd(6)} ${violations.length === 0 ? 'held  ' : 'FAILED'} ${one.title}`);
  for (const violation of violations) print(`         ${violation}`);
  return violations.length === 0;
}
