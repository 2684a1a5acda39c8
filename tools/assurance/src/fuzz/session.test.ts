import { describe, expect, it } from '@jest/globals';
import type { Coverage } from './coverage.js';
import { decodeTree, encodeTree, nodesOf } from './der-tree.js';
import { randomFrom } from './random.js';
import { FuzzSession, problemWith, type Finding, type FuzzTarget } from './session.js';

/** Stands for V8's: a parser of this test says itself which block it has reached. */
class SaidCoverage implements Coverage {
  private readonly known = new Set<number>();
  private said: number[] = [];

  readonly say = (block: number): void => void this.said.push(block);

  measure(run: () => void): { blocks: number; remember(): void } {
    this.said = [];
    run();
    const fresh = new Set(this.said).difference(this.known);
    return { blocks: fresh.size, remember: () => fresh.forEach((block) => this.known.add(block)) };
  }
}

const octets = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

/** Throws behind four octets, each of which is one more block. */
function deepFault(coverage: SaidCoverage): FuzzTarget {
  return {
    name: 'deep fault',
    seeds: [octets('____')],
    try(input) {
      const wrong = [0x30, 0x00, 0xff, 0x80].findIndex((octet, at) => input[at] !== octet);
      coverage.say(wrong);
      if (wrong === -1) throw new Error('deep down');
      return undefined;
    },
  };
}

describe('a fuzz session', () => {
  it('finds a fault that is reached step by step, because it keeps what reaches new code', () => {
    const coverage = new SaidCoverage();
    const session = new FuzzSession(deepFault(coverage), coverage, randomFrom(1), () => 0);
    expect(session.trySeeds()).toBeUndefined();
    let finding: Finding | undefined;
    for (let left = 2_000; left > 0 && finding === undefined; left -= 1) finding = session.tryBatch();
    expect(finding?.problem).toMatch(/deep down/);
    expect([...finding!.input.subarray(0, 4)]).toEqual([0x30, 0x00, 0xff, 0x80]);
    expect(session.corpus.length).toBeGreaterThan(3);
  });

  it('calls an input slow only if it is slow each time', () => {
    const clockOf =
      (...times: number[]) =>
      () =>
        times.shift()!;
    const target = { try: () => undefined };
    expect(problemWith(target, octets(''), clockOf(0, 900, 900, 950))).toBeUndefined();
    expect(problemWith(target, octets(''), clockOf(0, 900, 900, 1_200, 1_200, 1_350))).toBe(
      'it takes 150 ms',
    );
  });
});

describe('a DER structure', () => {
  it('is written as it was read, also inside strings', () => {
    const der = Uint8Array.from([
      0x30, 0x0b, 0x04, 0x04, 0x30, 0x02, 0x05, 0x00, 0x03, 0x03, 0x00, 0x05, 0x00,
    ]);
    const tree = decodeTree(der)!;
    expect(nodesOf(tree).length).toBe(6);
    expect(encodeTree(tree)).toEqual(der);
  });

  it('is none where a length leads beyond the end', () => {
    expect(decodeTree(Uint8Array.of(0x30, 0x05, 0x00))).toBeUndefined();
  });
});
