import { Session, type Profiler } from 'node:inspector';

/** Which code runs. */
export interface Coverage {
  /** Runs something, and says what it reached that is not remembered yet. */
  measure(run: () => void): Reached;
}

export interface Reached {
  /** Blocks that have never run, as far as is remembered. */
  readonly blocks: number;
  remember(): void;
}

/** V8's precise block coverage of the scripts whose address `concerns`, in this process. */
export class BlockCoverage implements Coverage {
  private readonly session = new Session();
  /** By script: 1 for every character of the source that has run. */
  private readonly seen = new Map<string, Uint8Array>();

  constructor(private readonly concerns: (url: string) => boolean) {
    this.session.connect();
    this.session.post('Profiler.enable');
    this.session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    this.take();
  }

  measure(run: () => void): Reached {
    run();
    const scripts = this.take().map(({ url, functions }) => ({ url, ran: runningCharacters(functions) }));
    const blocks = scripts.reduce((sum, { url, ran }) => sum + countNew(ran, this.seen.get(url)), 0);
    const remember = (): void =>
      scripts.forEach(({ url, ran }) => this.seen.set(url, union(ran, this.seen.get(url))));
    return { blocks, remember };
  }

  /** What has run since the last call. */
  private take(): readonly Profiler.ScriptCoverage[] {
    let scripts: readonly Profiler.ScriptCoverage[] = [];
    // A session with its own thread answers before `post` returns.
    this.session.post('Profiler.takePreciseCoverage', (error, answer) => {
      if (error !== null) throw error;
      scripts = answer.result.filter(({ url }) => this.concerns(url));
    });
    return scripts;
  }
}

/** A block is a stretch of source without a gap. */
function countNew(ran: Uint8Array, seen: Uint8Array | undefined): number {
  let blocks = 0;
  for (let at = 0, within = false; at < ran.length; at += 1) {
    const isNew = ran[at] === 1 && seen?.[at] !== 1;
    if (isNew && !within) blocks += 1;
    within = isNew;
  }
  return blocks;
}

function union(ran: Uint8Array, seen: Uint8Array = new Uint8Array()): Uint8Array {
  const both = new Uint8Array(Math.max(ran.length, seen.length));
  both.set(seen);
  ran.forEach((value, at) => (both[at]! |= value));
  return both;
}

/** Ranges and functions come outermost first, so that inner ones overrule. */
function runningCharacters(functions: readonly Profiler.FunctionCoverage[]): Uint8Array {
  const ranges = functions.flatMap((one) => one.ranges);
  const ran = new Uint8Array(Math.max(0, ...ranges.map(({ endOffset }) => endOffset)));
  for (const { startOffset, endOffset, count } of ranges) ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  return ran;
}
