import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityOf } from './bootstrap.js';
import { endLeftovers, ProcessList } from './process-list.js';

describe('endLeftovers', () => {
  let directory: string;
  let file: string;
  let left: number;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-processes-'));
    file = join(directory, 'processes.json');
    left = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { detached: true }).pid!;
    new ProcessList(file).add(left);
  });

  afterEach(() => {
    if (identityOf(left) !== undefined) process.kill(left, 'SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });

  it('ends what an earlier launcher left running', async () => {
    expect(await endLeftovers(file)).toBe(1);
    expect(identityOf(left)).toBeUndefined();
    expect(existsSync(file)).toBe(false);
  });

  it.each(['startedAt', 'commandLine'])('leaves a process alone whose %s differs', async (fact) => {
    const [identity] = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify([{ ...identity, [fact]: 'other' }]));
    expect(await endLeftovers(file)).toBe(0);
    expect(identityOf(left)).toBeDefined();
  });

  it('has nothing to do without a list', async () => {
    expect(await endLeftovers(join(directory, 'missing.json'))).toBe(0);
  });
});
