import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { findFreePort } from '@holdfast/test-server';
import { identityOf } from './bootstrap.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.js';

// A server is made and started here, on a machine that may be busy.
jest.setTimeout(60_000);

describe('startEmbeddedPostgres', () => {
  let home: string;
  let port: number;
  let running: EmbeddedPostgres[] = [];
  const said: string[] = [];

  const start = async (): Promise<EmbeddedPostgres> => {
    const say = (line: string): number => said.push(line);
    const postgres = await startEmbeddedPostgres({ home, port, durable: false, discard: false, say });
    running.push(postgres);
    return postgres;
  };

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'holdfast-postgres-'));
    port = await findFreePort();
  });

  afterEach(async () => {
    for (const postgres of running) await postgres.stop();
    running = [];
  });

  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('keeps what was written over a restart', async () => {
    const first = await start();
    await query(first.superuserUrl, 'CREATE TABLE kept (value text)');
    await query(first.superuserUrl, "INSERT INTO kept VALUES ('still here')");
    await first.stop();
    expect(identityOf(first.pid)).toBeUndefined();

    const second = await start();
    expect(await query(second.superuserUrl, 'SELECT value FROM kept')).toEqual([{ value: 'still here' }]);
  });

  it('refuses a connection without the password', async () => {
    const { superuserUrl } = await start();
    const url = new URL(superuserUrl);
    url.password = 'guessed';
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
  });

  it('listens on 127.0.0.1 only, and on no socket file', async () => {
    const { superuserUrl } = await start();
    const rows = await query(
      superuserUrl,
      "SELECT name, setting FROM pg_settings WHERE name IN ('listen_addresses', 'unix_socket_directories') ORDER BY 1",
    );
    expect(rows).toEqual([
      { name: 'listen_addresses', setting: '127.0.0.1' },
      { name: 'unix_socket_directories', setting: '' },
    ]);
  });

  it('keeps its password and its log to its owner', async () => {
    await start();
    for (const file of ['secrets/postgres-password', 'logs/postgres.log']) {
      expect(statSync(join(home, file)).mode & 0o777).toBe(0o600);
    }
    expect(readdirSync(join(home, 'postgres'))).toEqual(['data']);
  });

  it('takes over from a database that a killed launcher left running', async () => {
    const first = await start();
    process.kill(parentOf(first.pid), 'SIGKILL');
    await first.ended;
    expect(identityOf(first.pid)).toBeDefined();

    const second = await start();
    expect(said.at(-1)).toContain(`process ${first.pid}`);
    expect(identityOf(first.pid)).toBeUndefined();
    expect(await query(second.superuserUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('starts although another process got the recorded process id', async () => {
    await (await start()).stop();
    const data = join(home, 'postgres', 'data');
    writeFileSync(
      join(data, 'postmaster.pid'),
      `${process.pid}\n${data}\n0\n${port}\n\n127.0.0.1\n  0 0\nready\n`,
    );
    const { superuserUrl } = await start();
    expect(await query(superuserUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('recovers after the server was killed', async () => {
    const first = await start();
    process.kill(first.pid, 'SIGKILL');
    await expect(first.ended).resolves.toContain('SIGKILL');
    const second = await start();
    expect(await query(second.superuserUrl, 'SELECT value FROM kept')).toEqual([{ value: 'still here' }]);
  });

  it('ends by itself when its launcher is killed, after the applications', async () => {
    const { launcher, postgres, application } = await startInAnotherProcess(home, port);
    process.kill(launcher, 'SIGKILL');
    await delay(300);
    expect(identityOf(application)).toBeDefined();
    expect(identityOf(postgres)).toBeDefined();

    process.kill(application, 'SIGKILL');
    await untilEnded(postgres);
  });

  it('shows the end of the log when the port is taken', async () => {
    const first = await start();
    const other = mkdtempSync(join(tmpdir(), 'holdfast-postgres-'));
    const options = { home: other, port, durable: false, discard: true, say: () => undefined };
    await expect(startEmbeddedPostgres(options)).rejects.toThrow(/could not bind IPv4 address/);
    expect(existsSync(other)).toBe(false);
    await first.stop();
  });

  it('refuses data of another major version and names the way out', async () => {
    await (await start()).stop();
    const file = join(home, 'postgres', 'data', 'PG_VERSION');
    writeFileSync(file, '16\n');
    await expect(start()).rejects.toThrow(/PostgreSQL 16.*--reset/s);
    writeFileSync(file, '17\n');
  });

  it('refuses data whose password is lost', async () => {
    rmSync(join(home, 'secrets', 'postgres-password'));
    await expect(start()).rejects.toThrow(/password file .* is not.*--reset/s);
  });
});

/** A launcher of its own process: the database, and one application that takes its time to end. */
async function startInAnotherProcess(
  home: string,
  port: number,
): Promise<{ launcher: number; postgres: number; application: number }> {
  const built = join(import.meta.dirname, '..', 'dist', 'embedded-postgres.js');
  const script = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(built)});
    const { spawn } = await import('node:child_process');
    const options = { home: ${JSON.stringify(home)}, port: ${port}, durable: false, discard: false, say() {} };
    const postgres = await startEmbeddedPostgres(options);
    const application = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 30000)'], { detached: true });
    postgres.outlive(application.pid);
    console.log(JSON.stringify({ postgres: postgres.pid, application: application.pid }));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { launcher: child.pid!, ...JSON.parse(line.toString()) };
}

async function untilEnded(pid: number): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (identityOf(pid) !== undefined) {
    if (performance.now() > deadline) throw new Error(`process ${pid} is still there`);
    await delay(20);
  }
}

function parentOf(pid: number): number {
  if (process.platform !== 'linux') {
    return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }));
  }
  return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
