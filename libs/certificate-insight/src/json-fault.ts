/** Where a text stops being JSON, counted from 1 as editors do. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
}

/** Deeper than any key, and shallow enough for every engine. */
const MAXIMUM_DEPTH = 32;

/**
 * The first place at which a text is not JSON (RFC 8259), or holds more levels than anything that is meant here;
 * `undefined` if it is JSON. Of its own, because what `JSON.parse` says differs by engine, and quotes the input.
 */
export function findJsonFault(text: string): JsonFault | undefined {
  const scanner = new Scanner(text);
  scanner.value(0);
  scanner.end();
  return scanner.fault;
}

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;

class Scanner {
  private at = 0;
  private failedAt: number | undefined;

  constructor(private readonly text: string) {
    this.skip(SPACE);
  }

  get fault(): JsonFault | undefined {
    if (this.failedAt === undefined) return undefined;
    const lines = this.text.slice(0, this.failedAt).split('\n');
    return { line: lines.length, column: lines.at(-1)!.length + 1 };
  }

  value(depth: number): boolean {
    if (depth > MAXIMUM_DEPTH) return this.fail();
    if (this.take('{')) return this.list('}', () => this.member(depth));
    if (this.take('[')) return this.list(']', () => this.value(depth + 1));
    return this.skip(STRING) || this.skip(SCALAR) || this.fail();
  }

  end(): void {
    if (this.failedAt === undefined && this.at < this.text.length) this.fail();
  }

  private member(depth: number): boolean {
    if (!this.skip(STRING) || !this.take(':')) return this.fail();
    return this.value(depth + 1);
  }

  private list(close: string, element: () => boolean): boolean {
    if (this.take(close)) return true;
    do {
      if (!element()) return false;
    } while (this.take(','));
    return this.take(close) || this.fail();
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return this.skip(SPACE);
  }

  /** Goes past what matches here, and past the space behind it. */
  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) return false;
    this.at = pattern.lastIndex;
    return pattern === SPACE || this.skip(SPACE);
  }

  private fail(): false {
    this.failedAt ??= this.at;
    return false;
  }
}
