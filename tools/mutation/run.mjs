// `npm run mutation [-- PART …]`: mutation testing of what decides about certificates and tokens, one folder after the
// other: first by the tests that stand in it, then what those missed by the tests of the whole library, which read every
// certificate with it. It takes an hour and more; what survives is listed at the end.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '..', '..');
/** The library and its folders. */
const PARTS = {
  'der,certificate': ['certificate-validation', '{der,certificate}'],
  'name,identity': ['certificate-validation', '{name,identity}'],
  path: ['certificate-validation', 'path'],
  revocation: ['certificate-validation', 'revocation'],
  tokens: ['cnf-token-verification', '.'],
};
/** Percent of the mutants that a test must notice. */
const ENOUGH = 85;

const wanted = process.argv.slice(2);
if (wanted.some((part) => !Object.hasOwn(PARTS, part))) {
  process.stderr.write(`Usage: npm run mutation [-- PART …], of: ${Object.keys(PARTS).join(' ')}\n`);
  process.exit(64);
}
if (!existsSync(join(HERE, 'node_modules'))) run('npm', ['ci', '--prefix', HERE, '--no-audit', '--no-fund']);
const scores = (wanted.length > 0 ? wanted : Object.keys(PARTS)).map(judge);
const total = sum(scores);
print(`\nall: ${describe(total)}`);
process.exitCode = share(total) >= ENOUGH ? 0 : 1;

function judge(part) {
  const mutants = new Map(mutate(PARTS[part]).map((mutant) => [mutant.place, mutant]));
  const ranges = [...mutants.values()].filter(isMissed).map(({ range }) => range);
  // A library without folders has had all its tests already.
  if (ranges.length > 0 && PARTS[part][1] !== '.') {
    for (const mutant of mutate(PARTS[part], [...new Set(ranges)])) {
      const known = mutants.get(mutant.place);
      if (known !== undefined && isMissed(known)) mutants.set(mutant.place, mutant);
    }
  }
  const score = scoreOf([...mutants.values()]);
  print(`\n${part}: ${describe(score)}`);
  for (const line of score.survivors) print(`  ${line}`);
  return score;
}

/** One run of Stryker: over whole files by the tests beside them, or over ranges of them by all tests. */
function mutate([library, folders], ranges) {
  const stryker = join(HERE, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  const env = {
    HOLDFAST_MUTATION_LIBRARY: library,
    HOLDFAST_MUTATION_PART: folders,
    HOLDFAST_MUTATION_RANGES: ranges?.join('\n') ?? '',
  };
  run(process.execPath, [stryker, 'run', join(HERE, 'stryker.config.mjs')], env);
  const { files } = JSON.parse(readFileSync(join(ROOT, '.stryker-tmp/report.json'), 'utf8'));
  return Object.entries(files).flatMap(([file, { mutants }]) =>
    mutants.map(({ status, location: { start, end }, mutatorName, replacement }) => ({
      status,
      place: `${file}:${start.line}:${start.column} ${mutatorName}: ${oneLine(replacement)}`,
      // Columns count from 1 in a report, and from 0 in a range.
      range: `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`,
    })),
  );
}

/** A mutant that no test reaches is missed, too. */
function isMissed({ status }) {
  return status === 'Survived' || status === 'NoCoverage';
}

/** One that is never built when a test runs is left out. */
function scoreOf(mutants) {
  const noticed = mutants.filter(({ status }) => ['Killed', 'Timeout', 'RuntimeError'].includes(status));
  const survivors = mutants.filter(isMissed).map(({ place }) => place);
  return { noticed: noticed.length, missed: survivors.length, survivors };
}

function sum(scores) {
  return {
    noticed: scores.reduce((total, { noticed }) => total + noticed, 0),
    missed: scores.reduce((total, { missed }) => total + missed, 0),
    survivors: scores.flatMap(({ survivors }) => survivors),
  };
}

function share({ noticed, missed }) {
  return (100 * noticed) / (noticed + missed);
}

function describe(score) {
  return `${score.noticed} of ${score.noticed + score.missed} mutants noticed, ${share(score).toFixed(1)} %`;
}

function oneLine(text) {
  return (text ?? '').replace(/\s+/g, ' ').slice(0, 100);
}

function run(program, args, env = {}) {
  const { status } = spawnSync(program, args, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  if (status !== 0) process.exit(status ?? 1);
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
