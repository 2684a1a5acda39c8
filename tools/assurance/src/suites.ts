/** `npm run suites`: our validator and OpenSSL's on the same public test vectors (docs/certificate-suites.md). */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isInstalled, print, runMain, runProgram, say, UsageError } from './program.js';
import { verifyWithOpenssl, type PathCase } from './suites/openssl-verify.js';

const USAGE = `Usage: npm run suites -- DIRECTORY

Decides the test vectors in DIRECTORY (files of the shape that \`holdfast cert judge\` reads) and prints a table,
with what OpenSSL's strict mode says about the path cases, if it is installed.
`;

/** OpenSSL processes at a time. */
const BATCH = 4;
const ROOT = join(import.meta.dirname, '..', '..', '..');

interface Judged {
  readonly suite: string;
  readonly id: string;
  readonly tier: string | null;
  readonly expected: 'accept' | 'reject' | null;
  readonly verdict: 'accept' | 'reject' | 'unsupported';
  readonly ms: number;
}

await runMain(async ([directory, ...rest]) => {
  if (directory === undefined || rest.length > 0 || directory.startsWith('-')) throw new UsageError(USAGE);
  if (!existsSync(directory)) throw new UsageError(`${directory} does not exist.\n\n${USAGE}`);
  const files = readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(directory, name));
  const judged = await judge(files);
  const theirs = isInstalled('openssl') ? await askOpenssl(files) : new Map<string, 'accept' | 'reject'>();
  print(
    '| suite | tier | cases | right | false accepts | false rejects | slowest ms | OpenSSL right | its false accepts |',
  );
  print('| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const group of Map.groupBy(judged, ({ suite, tier }) => `${suite} ${tier}`).values())
    print(toRow(group, theirs));
  const mean = judged.reduce((sum, { ms }) => sum + ms, 0) / judged.length;
  print(`\n${judged.length} cases, ${mean.toFixed(2)} ms each on average`);
  return 0;
});

async function judge(files: readonly string[]): Promise<Judged[]> {
  const args = [join(ROOT, 'apps/cli/dist/main.js'), 'cert', 'judge', '-o', 'json', '--cases', ...files];
  const { exitCode, stdout } = await runProgram(process.execPath, args);
  if (exitCode !== 0) throw new UsageError('The files cannot be judged; holdfast cert judge says why.');
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Judged);
}

/** By the id of a case; one process for each, a few at a time. */
async function askOpenssl(files: readonly string[]): Promise<Map<string, 'accept' | 'reject'>> {
  const cases = files
    .flatMap((file) => (JSON.parse(readFileSync(file, 'utf8')) as { testcases: PathCase[] }).testcases)
    .filter((found) => 'leaf' in found);
  const verdicts = new Map<string, 'accept' | 'reject'>();
  for (let at = 0; at < cases.length; at += BATCH) {
    const batch = cases.slice(at, at + BATCH);
    const results = await Promise.all(batch.map((found) => verifyWithOpenssl(found)));
    results.forEach((verdict, index) => verdicts.set(batch[index]!.id, verdict));
    if (at % 100 < BATCH) say(`openssl: ${at + batch.length} of ${cases.length}`);
  }
  return verdicts;
}

function toRow(group: readonly Judged[], theirs: ReadonlyMap<string, 'accept' | 'reject'>): string {
  const count = (isOne: (found: Judged) => boolean): number => group.filter(isOne).length;
  const asked = group.some(({ id }) => theirs.has(id));
  const cells = [
    group[0]!.suite,
    group[0]!.tier ?? '',
    group.length,
    count(({ verdict, expected }) => verdict === expected),
    count(({ verdict, expected }) => verdict === 'accept' && expected !== 'accept'),
    count(({ verdict, expected }) => verdict === 'reject' && expected !== 'reject'),
    Math.max(...group.map(({ ms }) => ms)).toFixed(1),
    asked ? count(({ id, expected }) => theirs.get(id) === expected) : '',
    asked ? count(({ id, expected }) => theirs.get(id) === 'accept' && expected !== 'accept') : '',
  ];
  return `| ${cells.join(' | ')} |`;
}
