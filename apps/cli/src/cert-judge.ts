import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { withExamples } from './arguments.js';
import { Failure } from './failure.js';
import { judgeCase, type JudgedCase } from './judge/judge.js';
import { parseVectorFile, type VectorFile } from './judge/vectors.js';
import { toTable } from './output.js';
import type { Session } from './session.js';

/** `holdfast cert judge`: our validator against anybody's test vectors, offline. */
export function addJudgeCommand(cert: Command, session: Session): void {
  const judge = cert
    .command('judge')
    .description('decide public test vectors: with -o json one line for each case, else a score')
    .requiredOption('--cases <file...>', 'JSON files with "suite" and "testcases"')
    .action(({ cases }: { cases: string[] }) => {
      const files = cases.map((path) => readVectors(path, session.world.directory));
      const judged = files.flatMap((file) =>
        file.cases.map((found) => judgeCase(found, file, session.world.now, () => performance.now())),
      );
      if (session.out.format === 'json') {
        session.out.raw(Buffer.from(judged.map((line) => `${JSON.stringify(line)}\n`).join('')));
      } else session.out.data(judged, () => toScores(judged));
    });
  withExamples(
    judge,
    'cert judge --cases pkits.json',
    'cert judge --cases pkits.json bettertls.json -o json',
  );
}

function readVectors(path: string, directory: string): VectorFile {
  try {
    return parseVectorFile(readFileSync(resolve(directory, path), 'utf8'));
  } catch (error) {
    throw new Failure('error', `--cases: ${path} cannot be used. ${(error as Error).message}`);
  }
}

const COLUMNS = [
  ['suite', (row: Score) => row.suite],
  ['tier', (row: Score) => row.tier],
  ['cases', (row: Score) => row.cases],
  ['as expected', (row: Score) => row.right],
  ['false accepts', (row: Score) => row.falseAccepts],
  ['false rejects', (row: Score) => row.falseRejects],
  ['unsupported', (row: Score) => row.unsupported],
  ['slowest ms', (row: Score) => row.slowest.toFixed(1)],
] as const;

interface Score {
  suite: string;
  tier: string;
  cases: number;
  right: number;
  falseAccepts: number;
  falseRejects: number;
  unsupported: number;
  slowest: number;
}

function toScores(judged: readonly JudgedCase[]): string {
  const groups = Map.groupBy(judged, ({ suite, tier }) => `${suite} ${tier ?? ''}`);
  const scores = [...groups.values()].map(toScore);
  const deviating = judged.filter(
    ({ verdict, expected }) => verdict !== expected && verdict !== 'unsupported',
  );
  const lines = deviating.map(
    ({ id, verdict, reason }) => `${verdict} ${id}${reason === null ? '' : ` (${reason})`}\n`,
  );
  return [toTable(scores, COLUMNS), ...(lines.length === 0 ? [] : ['\nNot as expected:\n', ...lines])].join(
    '',
  );
}

function toScore(group: readonly JudgedCase[]): Score {
  const count = (isOne: (found: JudgedCase) => boolean): number => group.filter(isOne).length;
  return {
    suite: group[0]!.suite,
    tier: group[0]!.tier ?? '-',
    cases: group.length,
    right: count(({ verdict, expected }) => verdict === expected),
    falseAccepts: count(({ verdict, expected }) => verdict === 'accept' && expected !== 'accept'),
    falseRejects: count(({ verdict, expected }) => verdict === 'reject' && expected !== 'reject'),
    unsupported: count(({ verdict }) => verdict === 'unsupported'),
    slowest: Math.max(...group.map(({ ms }) => ms)),
  };
}
