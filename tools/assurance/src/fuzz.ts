/** `npm run fuzz`: coverage-guided fuzzing of the parsers (docs/reliability.md). */
import { createHash, randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BlockCoverage } from './fuzz/coverage.js';
import { randomFrom } from './fuzz/random.js';
import { FuzzSession, problemWith, type Finding, type FuzzTarget } from './fuzz/session.js';
import { fuzzTargets } from './fuzz/targets.js';
import { makeFuzzWorld } from './fuzz/world.js';
import { print, runMain, say, UsageError } from './program.js';

const USAGE = `Usage: npm run fuzz -- --minutes N [TARGET]
       npm run fuzz -- --replay FILE TARGET

Changes valid certificates, CRLs, OCSP responses, names and keys at random, keeps what reaches new code, and looks for
an input that makes a parser throw, takes longer than 100 ms, is trusted although nobody signed it, or does not survive
being printed and read again. Without TARGET all take turns. A finding is written to a file; then the exit code is 1.
`;

const ROOT = join(import.meta.dirname, '..', '..', '..');
const FUZZED = /\/libs\/(?:certificate-validation|certificate-insight|client-registry)\/dist\//;
const PROGRESS_MS = 10_000;
const MINUTE_MS = 60_000;
const milliseconds = (): number => performance.now();

await runMain(async (args) => {
  if (args.includes('--help') || args.includes('-h')) {
    print(USAGE.trimEnd());
    return 0;
  }
  const [option, value, name] = args;
  const targets = fuzzTargets(await makeFuzzWorld());
  const chosen = name === undefined ? targets : targets.filter((target) => target.name === name);
  if (chosen.length === 0 || args.length > 3) throw new UsageError(usageWith(targets));
  if (option === '--replay' && name !== undefined) return replay(value!, chosen[0]!);
  if (option !== '--minutes' || !/^[0-9]+(?:\.[0-9]+)?$/.test(value ?? ''))
    throw new UsageError(usageWith(targets));
  return fuzz(chosen, Number(value) * MINUTE_MS);
});

function usageWith(targets: readonly FuzzTarget[]): string {
  return `${USAGE}\nTargets: ${targets.map(({ name }) => name).join(', ')}`;
}

function replay(file: string, target: FuzzTarget): number {
  if (!existsSync(file)) throw new UsageError(`${file} does not exist.\n\n${USAGE}`);
  const problem = problemWith(target, Uint8Array.from(readFileSync(file)), milliseconds);
  print(problem ?? 'What must hold does hold.');
  return problem === undefined ? 0 : 1;
}

function fuzz(targets: readonly FuzzTarget[], duration: number): number {
  const random = randomFrom(randomInt(2 ** 31));
  const coverage = new BlockCoverage((url) => FUZZED.test(url));
  const sessions = targets.map((target) => new FuzzSession(target, coverage, random, milliseconds));
  say(`fuzzing ${targets.map(({ name }) => name).join(', ')}`);
  const started = milliseconds();
  let told = started;
  for (const [index, session] of sessions.entries()) {
    const finding = session.trySeeds();
    if (finding !== undefined) return report(targets[index]!, finding);
  }
  while (milliseconds() - started < duration) {
    for (const [index, session] of sessions.entries()) {
      const finding = session.tryBatch();
      if (finding !== undefined) return report(targets[index]!, finding);
    }
    if (milliseconds() - told > PROGRESS_MS) {
      told = milliseconds();
      say(summaryOf(sessions, told - started));
    }
  }
  print(`Nothing found: ${summaryOf(sessions, milliseconds() - started)}`);
  return 0;
}

function summaryOf(sessions: readonly FuzzSession[], elapsed: number): string {
  const sum = (of: (session: FuzzSession) => number): number =>
    sessions.reduce((all, one) => all + of(one), 0);
  const inputs = sum(({ progress }) => progress.inputs);
  const seconds = elapsed / 1_000;
  return [
    `${Math.round(seconds)} s`,
    `${inputs} inputs`,
    `${Math.round(inputs / seconds)} a second`,
    `corpus ${sum(({ corpus }) => corpus.length)}`,
    `${sum(({ progress }) => progress.blocks)} blocks`,
  ].join(', ');
}

function report({ name }: FuzzTarget, { input, problem }: Finding): number {
  const directory = join(process.env['HOLDFAST_HOME'] ?? join(ROOT, '.holdfast'), 'fuzz');
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${name}-${createHash('sha256').update(input).digest('hex').slice(0, 16)}`);
  writeFileSync(file, input);
  print(
    `${name}: ${problem}\n\nThe input is in ${file}; look at it again with:\n  npm run fuzz -- --replay ${file} ${name}`,
  );
  return 1;
}
