/** `npm run bench`: ratios against baselines of the same run (docs/performance.md). */
import { certificatePathContestants } from './bench/certificate-paths.js';
import { measure } from './bench/rounds.js';
import { print, runMain, say, UsageError } from './program.js';

const USAGE = `Usage: npm run bench [-- --rounds N]

Judges a leaf with one intermediate, by Holdfast and by others, round after round, and prints the median time of one
judgement and its ratio to the last line, the baseline. No result fails: these are no tests.
`;

const ROUNDS = 9;

await runMain(async (args) => {
  if (args.includes('--help') || args.includes('-h')) {
    print(USAGE.trimEnd());
    return 0;
  }
  const rounds = readRounds(args);
  print(`Node ${process.version}, ${rounds} rounds`);
  for (const keyAlgorithm of ['P-256', 'RSA-2048'] as const) {
    say(`certificate paths, ${keyAlgorithm} …`);
    const measured = await measure(await certificatePathContestants(keyAlgorithm, rounds), rounds);
    const baseline = measured.at(-1)!.micros;
    print(`\n| leaf and one intermediate, ${keyAlgorithm} | µs | lowest to highest | ratio |`);
    print('| --- | ---: | ---: | ---: |');
    for (const { name, micros, lowest, highest } of measured)
      print(
        `| ${name} | ${short(micros)} | ${short(lowest)} to ${short(highest)} | ${short(micros / baseline)} |`,
      );
  }
  return 0;
});

function readRounds(args: readonly string[]): number {
  if (args.length === 0) return ROUNDS;
  const [option, value] = args;
  if (option === '--rounds' && args.length === 2 && /^[1-9][0-9]?$/.test(value!)) return Number(value);
  throw new UsageError(USAGE);
}

/** Three significant digits, never an exponent. */
function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
