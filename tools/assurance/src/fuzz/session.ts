import type { Coverage, Reached } from './coverage.js';
import { mutate } from './mutate.js';
import type { Random } from './random.js';

/** A parser, and what must hold for every input. */
export interface FuzzTarget {
  readonly name: string;
  /** Valid inputs to start from. */
  readonly seeds: readonly Uint8Array[];
  /** Feeds the parser. Throws, or returns a sentence, if what must hold does not. */
  try(input: Uint8Array): string | undefined;
}

/** An input for which something does not hold. */
export interface Finding {
  readonly input: Uint8Array;
  readonly problem: string;
}

/** What one target has seen so far. */
export interface Progress {
  inputs: number;
  /** Blocks that no input had reached before this target did. */
  blocks: number;
}

/** No input may take longer, in milliseconds. */
const LONGEST_MS = 100;
/** Asking which code ran costs as much as many inputs; so a batch is asked about, and searched if it reached more. */
const BATCH = 200;
/** A slow machine is no finding: the input must be slow each time. */
const ATTEMPTS = 3;

/** Coverage-guided fuzzing of one target: what reaches new code is kept, and changed further. */
export class FuzzSession {
  readonly corpus: Uint8Array[];
  readonly progress: Progress = { inputs: 0, blocks: 0 };

  constructor(
    private readonly target: FuzzTarget,
    private readonly coverage: Coverage,
    private readonly random: Random,
    private readonly milliseconds: () => number,
  ) {
    this.corpus = [...target.seeds];
  }

  /** What is wrong with the seeds themselves, if so. */
  trySeeds(): Finding | undefined {
    let finding: Finding | undefined;
    const reached = this.coverage.measure(() => (finding = this.findIn(this.corpus)));
    this.remember(reached);
    return finding;
  }

  /** Tries one batch of mutants, and keeps those that reach new code. */
  tryBatch(): Finding | undefined {
    const mutants = Array.from({ length: BATCH }, () => mutate(this.pick(), this.pick(), this.random));
    let finding: Finding | undefined;
    const { blocks } = this.coverage.measure(() => (finding = this.findIn(mutants)));
    if (finding === undefined && blocks > 0) this.keepFrom(mutants);
    return finding;
  }

  private findIn(inputs: readonly Uint8Array[]): Finding | undefined {
    for (const input of inputs) {
      const problem = problemWith(this.target, input, this.milliseconds);
      this.progress.inputs += 1;
      if (problem !== undefined) return { input, problem };
    }
    return undefined;
  }

  /** The newest inputs reach furthest, so half of the time one of them is taken. */
  private pick(): Uint8Array {
    const { length } = this.corpus;
    const from = this.random(2) === 0 ? Math.max(0, length - RECENT) : 0;
    return this.corpus[from + this.random(length - from)]!;
  }

  /** Searches half by half for the mutants that reach new code. */
  private keepFrom(mutants: readonly Uint8Array[]): void {
    const reached = this.coverage.measure(() => mutants.forEach((input) => this.target.try(input)));
    if (reached.blocks === 0) return;
    if (mutants.length === 1) {
      this.corpus.push(...mutants);
      this.remember(reached);
      return;
    }
    const half = mutants.length >> 1;
    this.keepFrom(mutants.slice(0, half));
    this.keepFrom(mutants.slice(half));
  }

  private remember(reached: Reached): void {
    reached.remember();
    this.progress.blocks += reached.blocks;
  }
}

const RECENT = 16;

/** What does not hold for this input: an exception, a broken promise of the target, or too long a time. */
export function problemWith(
  { try: attempt }: Pick<FuzzTarget, 'try'>,
  input: Uint8Array,
  milliseconds: () => number,
): string | undefined {
  let fastest = Infinity;
  for (let left = ATTEMPTS; left > 0 && fastest > LONGEST_MS; left -= 1) {
    const started = milliseconds();
    try {
      const problem = attempt(input);
      if (problem !== undefined) return problem;
    } catch (error) {
      return `it throws ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    }
    fastest = Math.min(fastest, milliseconds() - started);
  }
  return fastest > LONGEST_MS ? `it takes ${Math.round(fastest)} ms` : undefined;
}
