import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { findFreePort, isListening } from './ports.js';
import { startServer, stopServer } from './server-program.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-test-server-'));
let child: ChildProcess | undefined;
afterEach(async () => {
  if (child !== undefined) await stopServer(child);
  child = undefined;
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A program that waits a moment, then listens. */
async function listener() {
  const port = await findFreePort();
  const script = `setTimeout(() => require('node:net').createServer().listen(${port}, '127.0.0.1'), 100)`;
  return { program: process.execPath, args: ['-e', script], port, logFile: join(directory, `${port}.log`) };
}

describe('startServer', () => {
  it('resolves when the program listens, and stopServer ends it', async () => {
    const server = await listener();
    child = await startServer(server);
    expect(await isListening(server.port)).toBe(true);
    await stopServer(child);
    expect(await isListening(server.port)).toBe(false);
  });

  it('throws with the end of the log of a program that ends instead', async () => {
    const args = ['-e', "console.error('no such file: x.conf'); process.exit(1)"];
    await expect(startServer({ ...(await listener()), args })).rejects.toThrow('no such file: x.conf');
  });

  it('throws for a program that is not there', async () => {
    const program = '/nowhere/program';
    await expect(startServer({ ...(await listener()), program })).rejects.toThrow('ENOENT');
  });
});
