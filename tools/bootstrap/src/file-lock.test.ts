import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryLock } from './file-lock.mjs';

describe('tryLock', () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-lock-'));
    path = join(directory, 'a.lock');
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('gives the lock to one, tells the other who has it, and leaves nothing behind', () => {
    const first = tryLock(path);
    expect(tryLock(path).holder?.pid).toBe(process.pid);
    first.release?.();
    expect(readdirSync(directory)).toEqual([]);
  });

  it.each([
    ['a process that is gone', JSON.stringify({ pid: 4_000_000, startedAt: 'x', commandLine: 'y' })],
    [
      'an earlier process with our id',
      JSON.stringify({ pid: process.pid, startedAt: 'x', commandLine: 'y' }),
    ],
    ['nobody, being torn', '{"pid":'],
  ])('takes over the lock of %s', (_name, content) => {
    writeFileSync(path, content);
    expect(tryLock(path).release).toBeDefined();
    expect(readdirSync(directory)).toEqual(['a.lock']);
  });

  it('lets one process in at a time, also past a stale lock', async () => {
    writeFileSync(path, '{}');
    const log = join(directory, 'log');
    const script = `
      const { withLock } = await import(${JSON.stringify(join(import.meta.dirname, 'file-lock.mjs'))});
      const { appendFileSync } = await import('node:fs');
      await withLock(${JSON.stringify(path)}, () => {}, async () => {
        appendFileSync(${JSON.stringify(log)}, 'in ');
        await new Promise((resolve) => setTimeout(resolve, 50));
        appendFileSync(${JSON.stringify(log)}, 'out ');
      });`;
    const runs = [1, 2, 3, 4].map(() =>
      once(spawn(process.execPath, ['--input-type=module', '-e', script]), 'exit'),
    );
    expect((await Promise.all(runs)).map(([code]) => code as number)).toEqual([0, 0, 0, 0]);
    expect(readFileSync(log, 'utf8')).toBe('in out '.repeat(4));
  }, 30_000);
});
