// `npm run mutation [-- PART …]`: mutation testing of libs/certificate-validation, one folder after the other, each by
// the tests that stand in it. It takes most of an hour; what survives is listed at the end.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '..', '..');
const PARTS = ['der,certificate', 'name,identity', 'path', 'revocation'];
/** Percent of the mutants that a test must notice. */
const ENOUGH = 85;

const wanted = process.argv.slice(2);
if (wanted.some((part) => !PARTS.includes(part))) {
  process.stderr.write(`Usage: npm run mutation [-- PART …], of: ${PARTS.join(' ')}\n`);
  process.exit(64);
}
if (!existsSync(join(HERE, 'node_modules'))) run('npm', ['ci', '--prefix', HERE, '--no-audit', '--no-fund']);
const scores = (wanted.length > 0 ? wanted : PARTS).map(judge);
const total = sum(scores);
print(`\nall: ${describe(total)}`);
process.exitCode = share(total) >= ENOUGH ? 0 : 1;

function judge(part) {
  const folders = part.includes(',') ? `{${part}}` : part;
  run(
    process.execPath,
    [
      join(HERE, 'node_modules/@stryker-mutator/core/bin/stryker.js'),
      'run',
      join(HERE, 'stryker.config.mjs'),
    ],
    { HOLDFAST_MUTATION_PART: folders },
  );
  const report = JSON.parse(readFileSync(join(ROOT, `.stryker-tmp/report-${folders}.json`), 'utf8'));
  const score = sum(Object.entries(report.files).map(([file, { mutants }]) => scoreOf(file, mutants)));
  print(`\n${part}: ${describe(score)}`);
  for (const line of score.survivors) print(`  ${line}`);
  return score;
}

/** A mutant that no test reaches counts as survived; one that is never built when a test runs is left out. */
function scoreOf(file, mutants) {
  const noticed = mutants.filter(({ status }) => ['Killed', 'Timeout', 'RuntimeError'].includes(status));
  const missed = mutants.filter(({ status }) => ['Survived', 'NoCoverage'].includes(status));
  const survivors = missed.map(
    ({ location, mutatorName, replacement }) =>
      `${file}:${location.start.line}:${location.start.column} ${mutatorName}: ${oneLine(replacement)}`,
  );
  return { noticed: noticed.length, missed: missed.length, survivors };
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
