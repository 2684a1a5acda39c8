import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '@holdfast/test-server';
import { identityOf } from './bootstrap.js';
import { Supervisor, type Application } from './supervisor.js';

jest.setTimeout(30_000);

const READY = `
  require('node:http')
    .createServer((request, response) => response.writeHead(request.url === '/readyz' ? 200 : 404).end())
    .listen(Number(process.env.MANAGEMENT_PORT), '127.0.0.1');
  process.on('SIGTERM', () => { console.log('asked to stop'); process.exit(0); });
  console.log(JSON.stringify(Object.keys(process.env).sort()));`;

describe('Supervisor', () => {
  let directory: string;
  let supervisor: Supervisor;
  let seen: number[];

  const application = async (name: string, code: string): Promise<Application> => {
    const script = join(directory, `${name}.cjs`);
    writeFileSync(script, code);
    const managementPort = await findFreePort();
    return { name, script, managementPort, env: { MANAGEMENT_PORT: String(managementPort) } };
  };
  const log = (name: string): string => readFileSync(join(directory, `${name}.log`), 'utf8');

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-supervisor-'));
    seen = [];
    supervisor = new Supervisor({ logs: directory, onProcess: (pid) => seen.push(pid), stopWithinMs: 500 });
  });

  afterEach(async () => {
    await supervisor.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('resolves when the application is ready, and stops it in order', async () => {
    await supervisor.start(await application('good', READY));
    expect(Object.values(supervisor.pids)).toEqual(seen);
    await supervisor.stop();
    expect(log('good')).toContain('asked to stop');
    expect(identityOf(seen[0]!)).toBeUndefined();
  });

  it('tells a child nothing of our environment but what every program needs', async () => {
    process.env['HOLDFAST_SECRET_OF_THIS_TEST'] = 'x';
    await supervisor.start(await application('good', READY));
    delete process.env['HOLDFAST_SECRET_OF_THIS_TEST'];
    expect(log('good')).toContain('"MANAGEMENT_PORT"');
    expect(log('good')).not.toContain('HOLDFAST_SECRET_OF_THIS_TEST');
  });

  it('gives what a program printed, and keeps that out of its log', async () => {
    const printing = await application('printing', "console.log('the link'); console.error('a remark')");
    expect(await supervisor.read(printing)).toBe('the link\n');
    expect(log('printing')).toBe('a remark\n');
    const failing = await application('failing', "console.log('the link'); process.exit(1)");
    await expect(supervisor.read(failing)).rejects.toThrow(/failing failed \(code 1\)/);
  });

  it('shows the end of the log of an application that ends while it starts', async () => {
    const bad = await application('bad', "console.error('no such file: key.pem'); process.exit(78);");
    await expect(supervisor.start(bad)).rejects.toThrow(
      /bad ended while it started \(code 78\).*no such file/s,
    );
  });

  it('reports an application that ends later', async () => {
    await supervisor.start(await application('good', READY));
    process.kill(seen[0]!, 'SIGKILL');
    expect(await supervisor.death).toContain('good has ended (SIGKILL)');
  });

  it('ends an application that does not listen to being stopped', async () => {
    await supervisor.start(await application('deaf', READY.replace('process.exit(0);', '')));
    await supervisor.stop();
    expect(identityOf(seen[0]!)).toBeUndefined();
  });

  it('shows the end of the log of a program that fails', async () => {
    const { name, script, env } = await application(
      'job',
      "console.error('relation exists'); process.exit(1);",
    );
    await expect(supervisor.run({ name, script, env })).rejects.toThrow(
      /job failed \(code 1\).*relation exists/s,
    );
  });

  it('starts nothing once it was stopped', async () => {
    await supervisor.stop();
    await expect(supervisor.start(await application('late', READY))).rejects.toThrow('stopped before');
    expect(seen).toEqual([]);
  });
});
