import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tailOf } from './log-file.js';

describe('tailOf', () => {
  let directory: string;
  let file: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-log-'));
    file = join(directory, 'app.log');
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('is the last lines, indented', () => {
    writeFileSync(file, 'one\ntwo\nthree\n');
    expect(tailOf(file, 2)).toBe('    two\n    three');
  });

  it('is empty without a log', () => {
    expect(tailOf(file)).toBe('');
  });

  it('shows a logged error as people know it, and the top of its stack only', () => {
    const stack = ['Error: key is missing', 'at a', 'at b', 'at c', 'at d'].join('\n');
    writeFileSync(file, `${JSON.stringify({ level: 'fatal', msg: 'could not start', err: { stack } })}\n`);
    expect(tailOf(file)).toBe(
      '    fatal: could not start: Error: key is missing\n    at a\n    at b\n    at c',
    );
  });

  it('leaves other lines alone, also torn ones', () => {
    writeFileSync(file, '{"level":"info","msg":"ready"}\n{"level":');
    expect(tailOf(file)).toBe('    {"level":"info","msg":"ready"}\n    {"level":');
  });
});
