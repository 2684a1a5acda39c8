import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimHome, holdHome, homeDirectory, resetHome, type Home } from './home.js';
import { workspaceRoot } from './workspace.js';

const OURS = { issuer: 'https://localhost:7410', portBase: 7400 };

describe('the state directory', () => {
  let parent: string;
  let home: Home;

  beforeEach(() => {
    parent = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-home-')));
    home = holdHome(join(parent, 'home'));
  });

  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  it('is .holdfast in the checkout unless HOLDFAST_HOME says otherwise', () => {
    expect(homeDirectory(undefined)).toBe(join(workspaceRoot, '.holdfast'));
    expect(homeDirectory('.other')).toBe(join(workspaceRoot, '.other'));
    expect(homeDirectory(parent)).toBe(parent);
  });

  it('takes the same issuer and ports again', () => {
    claimHome(home, OURS);
    expect(() => claimHome(home, OURS)).not.toThrow();
  });

  it('keeps secrets to their owner', () => {
    claimHome(home, OURS);
    for (const path of [home.pki, home.secrets, home.logs]) expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('refuses the state of another port base, naming it and --reset', () => {
    claimHome(home, OURS);
    const other = { issuer: 'https://localhost:7510', portBase: 7500 };
    expect(() => claimHome(home, other)).toThrow(/HOLDFAST_PORT_BASE=7400.*--reset/);
  });

  it('refuses a second launcher, naming the first', () => {
    expect(() => holdHome(home.directory)).toThrow(`process ${process.pid}`);
    home.release();
    expect(() => holdHome(home.directory)).not.toThrow();
  });

  it('takes over the lock of a launcher that was killed', () => {
    home.release();
    const gone = { pid: 4_000_000, startedAt: 'long ago', commandLine: 'node' };
    writeFileSync(join(home.directory, 'launcher.lock'), JSON.stringify(gone));
    expect(() => holdHome(home.directory)).not.toThrow();
  });

  it('takes over a lock whose process id now belongs to another process', () => {
    home.release();
    const earlier = { pid: process.ppid, startedAt: 'long ago', commandLine: 'node' };
    writeFileSync(join(home.directory, 'launcher.lock'), JSON.stringify(earlier));
    expect(() => holdHome(home.directory)).not.toThrow();
  });

  it('refuses a directory with foreign files, so that --reset can never empty it', () => {
    writeFileSync(join(parent, 'thesis.txt'), '');
    expect(() => holdHome(parent)).toThrow(/something else \((home|thesis\.txt)\)/);
  });

  it('is empty after a reset, and still held', () => {
    claimHome(home, OURS);
    resetHome(home);
    expect(readdirSync(home.directory)).toEqual(['launcher.lock']);
    expect(existsSync(home.pki)).toBe(false);
  });
});
