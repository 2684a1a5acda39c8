import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../../..');
const MINUTES = 60_000;

/** A stack of its own beside any other: own names, own ports (8011 or so instead of 7411). */
const PREFIX = String(80 + (process.pid % 19));
const ENV = {
  ...process.env,
  COMPOSE_PROJECT_NAME: `holdfast-e2e-${process.pid}`,
  HOLDFAST_PORT_PREFIX: PREFIX,
};

const hasEngine =
  spawnSync('docker', ['compose', 'version']).status === 0 && spawnSync('docker', ['info']).status === 0;
const mustRun = process.env['HOLDFAST_REQUIRE_ALL'] === '1';

function compose(...args: string[]): string {
  return execFileSync('docker', ['compose', ...args], {
    cwd: ROOT,
    env: ENV,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

describe('docker compose', () => {
  if (!hasEngine && !mustRun) {
    it.skip('needs a Docker engine with compose', () => undefined);
    return;
  }

  const home = mkdtempSync(join(tmpdir(), 'holdfast-compose-'));
  const partners = join(home, 'partners');

  /** curl, as the README has it: exit code aside, the body and the status. */
  function curl(
    certificate: string | undefined,
    ...args: string[]
  ): { status: number; body: Record<string, unknown> } {
    const own =
      certificate === undefined ? [] : ['--cert', `${certificate}.pem`, '--key', `${certificate}.key.pem`];
    const output = execFileSync(
      'curl',
      ['-sS', '--max-time', '10', '--cacert', 'server-ca.pem', '-w', '\n%{http_code}', ...own, ...args],
      {
        cwd: partners,
        encoding: 'utf8',
      },
    );
    const [body = '', status = ''] = output.split(/\n(?=\d{3}$)/);
    return { status: Number(status), body: JSON.parse(body) as Record<string, unknown> };
  }
  const tokenFor = (client: string, certificate: string) =>
    curl(
      certificate,
      '-d',
      'grant_type=client_credentials',
      '-d',
      `client_id=${client}`,
      `https://localhost:${PREFIX}11/token`,
    );

  beforeAll(() => {
    compose('build', '--quiet');
    compose('up', '--wait', '--wait-timeout', '180');
    compose('cp', 'tls-init:/for/partners', partners);
  }, 7 * MINUTES);

  afterAll(() => {
    compose('down', '--volumes', '--timeout', '5');
    rmSync(home, { recursive: true, force: true });
  }, MINUTES);

  it('gives a partner a token and serves its call; refuses the token over another certificate', () => {
    const token = tokenFor('acme-orders', 'acme-orders');
    expect(token).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
    const bearer = `Authorization: Bearer ${String(token.body['access_token'])}`;
    expect(curl('acme-orders', '-H', bearer, `https://localhost:${PREFIX}20/orders`)).toMatchObject({
      status: 200,
    });
    expect(curl('beta-sync', '-H', bearer, `https://localhost:${PREFIX}20/orders`)).toMatchObject({
      status: 401,
      body: { error: 'invalid_token' },
    });
    expect(curl(undefined, '-H', bearer, `https://localhost:${PREFIX}20/orders`)).toMatchObject({
      status: 401,
      body: { error: 'invalid_token' },
    });
  });

  it(
    'is up again, with its data, after down and up',
    () => {
      compose('down', '--timeout', '5');
      compose('up', '--wait', '--wait-timeout', '180');
      expect(tokenFor('beta-sync', 'beta-sync').status).toBe(200);
    },
    4 * MINUTES,
  );

  it(
    'runs every app as an ordinary user on a read-only file system, without test certificates in the image',
    () => {
      for (const app of ['token-service', 'admin', 'resource-server']) {
        expect(compose('exec', '-T', app, 'id', '-u').trim()).toBe('1000');
        expect(
          compose(
            'exec',
            '-T',
            app,
            'sh',
            '-c',
            'touch /holdfast/x 2>/dev/null && echo writable || echo read-only',
          ).trim(),
        ).toBe('read-only');
        expect(compose('exec', '-T', app, 'ls', 'libs')).not.toContain('test-pki');
      }
    },
    MINUTES,
  );

  it('gives each service its own secrets and no others', () => {
    const files = (app: string): string[] =>
      compose('exec', '-T', app, 'ls', '/run/holdfast').trim().split('\n');
    expect(files('resource-server')).toEqual([
      'resource-server-database-url',
      'server-ca.pem',
      'server.key.pem',
      'server.pem',
    ]);
    expect(files('admin')).not.toContain('key-encryption-key');
  });
});
