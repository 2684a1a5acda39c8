import type { StackUnderTest } from '../harness/stack-under-test.js';

/** One reliability test of the table (docs: R-nn): a fault, a load, a figure and its target. */
export interface FaultTest {
  readonly id: string;
  readonly title: string;
  /** In words, e.g. `0 lost of all acknowledged writes`. */
  readonly target: string;
  /** Runs it. `short` is for every test run: fewer faults, the same target. */
  readonly run: (stack: StackUnderTest, size: 'full' | 'short') => Promise<FaultReport>;
}

export interface FaultReport {
  /** What was measured, in words. */
  readonly figure: string;
  /** How many faults were really injected, while there was something to break. None is a failure of the test. */
  readonly injected: number;
  /** Empty when the target was met. */
  readonly violations: readonly string[];
}

/** Everything that keeps a fault test from counting as passed. */
export function failuresOf({ injected, violations }: FaultReport): readonly string[] {
  return injected === 0 ? ['no fault was injected', ...violations] : violations;
}
