import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ComposeStack, describeOnEngine } from './harness/compose-stack.js';

const MINUTES = 60_000;

const stack = new ComposeStack('direct');
const PREFIX = stack.prefix;

describeOnEngine('docker compose', () => {
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
    stack.build();
    stack.up();
    stack.compose('cp', 'tls-init:/for/partners', partners);
  }, 7 * MINUTES);

  afterAll(() => {
    stack.remove();
    rmSync(home, { recursive: true, force: true });
  }, MINUTES);

  it('gives a partner a token and serves its call; refuses the token over another certificate', () => {
    const token = tokenFor('acme-orders', 'acme-orders');
    expect(token).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
    const bearer = `Authorization: Bearer ${String(token.body['access_token'])}`;
    expect(curl('acme-orders', '-H', bearer, `https://localhost:${PREFIX}20/orders`)).toMatchObject({
      status: 200,
    });
    expect(curl('acme-orders', '-H', bearer, `https://localhost:${PREFIX}30/orders`)).toMatchObject({
      status: 200,
    });
    expect(curl('acme-orders', '-H', bearer, `https://localhost:${PREFIX}25/orders`)).toMatchObject({
      status: 401,
      body: { error: 'invalid_token' },
    });
    expect(curl('beta-sync', '-H', bearer, `https://localhost:${PREFIX}30/orders`)).toMatchObject({
      status: 401,
      body: { error: 'invalid_token' },
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

  it("serves acme's other application at the API of the second provider, to read only (RFC 8707 §2)", () => {
    const token = tokenFor('acme-freight', 'acme-freight');
    const bearer = `Authorization: Bearer ${String(token.body['access_token'])}`;
    const orders = `https://localhost:${PREFIX}25/orders`;
    expect(curl('acme-freight', '-H', bearer, orders)).toMatchObject({
      status: 200,
      body: { orders: [{ item: 'Container to Bergen' }, { item: 'Pallet to Basel' }] },
    });
    const order = ['-H', 'Content-Type: application/json', '-d', '{"item":"Pallet to Oslo","quantity":1}'];
    expect(curl('acme-freight', '-H', bearer, ...order, orders)).toMatchObject({
      status: 403,
      body: { error: 'insufficient_scope' },
    });
  });

  it(
    'is up again, with its data, after down and up',
    () => {
      stack.compose('down', '--timeout', '5');
      stack.up();
      expect(tokenFor('beta-sync', 'beta-sync').status).toBe(200);
    },
    4 * MINUTES,
  );

  it(
    'runs every app as an ordinary user on a read-only file system, without test certificates in the image',
    () => {
      for (const app of ['token-service', 'admin', 'resource-server', 'freight-api', 'gateway']) {
        expect(stack.standingOf(app)).toEqual({ uid: '1000', fileSystem: 'read-only' });
        expect(stack.filesIn(app, 'libs')).not.toContain('test-pki');
      }
    },
    MINUTES,
  );

  it('gives each service its own secrets and no others', () => {
    expect(stack.filesIn('gateway')).toEqual([
      'gateway-identity.key.pem',
      'gateway.key.pem',
      'gateway.pem',
      'gateway.yaml',
      'server-ca.pem',
      'server.key.pem',
      'server.pem',
    ]);
    expect(stack.filesIn('resource-server')).toEqual([
      'gateway-keys.json',
      'orders-api.key.pem',
      'orders-api.pem',
      'resource-server-database-url',
      'server-ca.pem',
      'server.key.pem',
      'server.pem',
    ]);
    expect(stack.filesIn('freight-api')).toEqual([
      'freight-api.key.pem',
      'freight-api.pem',
      'freight-database-url',
      'server-ca.pem',
      'server.key.pem',
      'server.pem',
    ]);
    expect(stack.filesIn('admin')).not.toContain('key-encryption-key');
  });
});
