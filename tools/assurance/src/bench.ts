/** `npm run bench`: ratios against baselines of the same run (docs/performance.md). */
import { certificatePathContestants } from './bench/certificate-paths.js';
import { measureGateways, measureGuards, type MeasuredShape } from './bench/protected-calls.js';
import { measure, type Measured } from './bench/rounds.js';
import { canReadCpuTime } from './bench/server-process.js';
import { print, runMain, say, UsageError } from './program.js';

const USAGE = `Usage: npm run bench [-- PART …] [--rounds N]

Does the same work by Holdfast and by others, round after round, and prints the median CPU time of one piece of work, its
ratio to the last line, the baseline, and how many times the first line is cheaper. No result fails: these are no tests.

  certificates   judging a leaf with one intermediate
  guard          calls of an API that is protected by the guard (Linux)
  gateway        calls through the gateway, beside Apache with mod_oauth2 and nginx (Linux)

Examples:
  npm run bench                         all of it, about five minutes
  npm run bench -- gateway --rounds 25
`;

const ROUNDS = 9;
const PARTS = {
  certificates: benchCertificates,
  guard: (rounds: number) => benchCalls('an API that answers by itself', measureGuards, rounds),
  gateway: (rounds: number) => benchCalls('before a backend', measureGateways, rounds),
};
type Part = keyof typeof PARTS;

await runMain(async (args) => {
  if (args.includes('--help') || args.includes('-h')) {
    print(USAGE.trimEnd());
    return 0;
  }
  const { parts, rounds } = readArguments(args);
  print(`Node ${process.version}, ${rounds} rounds`);
  for (const part of parts) await PARTS[part](rounds);
  return 0;
});

async function benchCertificates(rounds: number): Promise<void> {
  for (const keyAlgorithm of ['P-256', 'RSA-2048'] as const) {
    say(`certificate paths, ${keyAlgorithm} …`);
    const contestants = await certificatePathContestants(keyAlgorithm, rounds);
    printTable(`leaf and one intermediate, ${keyAlgorithm}`, await measure(contestants, rounds));
  }
}

async function benchCalls(
  what: string,
  measureAll: (rounds: number) => Promise<MeasuredShape[]>,
  rounds: number,
): Promise<void> {
  if (!canReadCpuTime) {
    say('The CPU time of other processes can be read on Linux alone: left out.');
    return;
  }
  for (const { title, measured } of await measureAll(rounds)) printTable(`${what}, ${title}`, measured);
}

function printTable(title: string, measured: readonly Measured[]): void {
  const [first, baseline] = [measured[0]!.micros, measured.at(-1)!.micros];
  print(`\n| ${title} | µs | lowest to highest | ratio | ÷ first |`);
  print('| --- | ---: | ---: | ---: | ---: |');
  for (const { name, micros, lowest, highest } of measured)
    print(
      `| ${name} | ${short(micros)} | ${short(lowest)} to ${short(highest)} | ${short(micros / baseline)} | ${short(micros / first)} |`,
    );
}

function readArguments(args: readonly string[]): { parts: readonly Part[]; rounds: number } {
  const at = args.indexOf('--rounds');
  const value = at < 0 ? String(ROUNDS) : args[at + 1];
  const parts = at < 0 ? args : args.toSpliced(at, 2);
  if (!/^[1-9][0-9]?$/.test(value ?? '') || !parts.every(isPart)) throw new UsageError(USAGE);
  return { parts: parts.length === 0 ? (Object.keys(PARTS) as Part[]) : parts, rounds: Number(value) };
}

function isPart(text: string): text is Part {
  return Object.hasOwn(PARTS, text);
}

/** Three significant digits, never an exponent. */
function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
