import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RegistryReplica } from '@holdfast/client-registry';
import type { ClientId } from '@holdfast/oauth-protocol';
import { AuditReader, createDataSource, Database, PostgresRegistryFeed } from '@holdfast/postgres';
import { createEmptyDatabase, testServerUrl, withDatabase } from '@holdfast/postgres/testing';
import { createAuthority, createSelfSigned } from '@holdfast/test-pki';
import { run } from './run.js';

const OPERATOR = 'holdfast-operator' as ClientId;
const VALID = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 3_600_000) };
const PASSWORDS = { TOKEN_SERVICE_PASSWORD: 'token-service-password', ADMIN_PASSWORD: 'admin-password' };

describe('migrate', () => {
  let database: { name: string; ownerUrl: string; drop(): Promise<void> };
  let directory: string;

  async function migrate(args: string[], env: NodeJS.ProcessEnv = {}) {
    const out: string[] = [];
    const err: string[] = [];
    const code = await run(
      args,
      { DATABASE_URL: database.ownerUrl, ...PASSWORDS, ...env },
      { out: (line) => out.push(line), err: (line) => err.push(line) },
    );
    return { code, out, err: err.join('\n') };
  }

  beforeAll(async () => {
    database = await createEmptyDatabase();
    await database.drop(); // `up` has to make it
    directory = await mkdtemp(join(tmpdir(), 'holdfast-migrate-'));
  });
  afterAll(async () => {
    await database.drop();
    const dataSource = createDataSource({ url: testServerUrl(), applicationName: 'test', poolSize: 1 });
    await dataSource.initialize();
    await dataSource.query(`DROP ROLE IF EXISTS ${database.name}_token_service, ${database.name}_admin`);
    await dataSource.destroy();
    await rm(directory, { recursive: true });
  });

  const bootstrap = (file: string) => [
    'bootstrap',
    '--operator-certificate',
    join(directory, file),
    '--admin-audience',
    'https://localhost:7401',
  ];
  async function certificate(file: string): Promise<void> {
    const made = await createSelfSigned({ subject: `CN=${file}`, ...VALID });
    await writeFile(join(directory, file), made.pem);
  }

  it('creates the database, the schema and the roles, one line per step, and nothing the second time', async () => {
    const first = await migrate([]);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toEqual([
      `database ${database.name} created`,
      'migration InitialSchema1767225600000 done',
      'migration People1795219200000 done',
      'migration NameKinds1795222800000 done',
      'migration PinMatch1795224600000 done',
      'migration Revocation1795226400000 done',
      'migration ServerAuthException1795230000000 done',
      'migration Ocsp1795273200000 done',
      'migration DenyList1795276800000 done',
      'migration KeySets1795280400000 done',
      'migration DeniedBy1795284000000 done',
      'migration AnchorStatus1795291200000 done',
      'migration KeySuccession1795294800000 done',
      'migration EndedDenials1795298400000 done',
      `roles ${database.name}_token_service and ${database.name}_admin have their rights`,
    ]);
    expect((await migrate(['up'])).out[0]).toBe('schema is up to date');
  });

  it('bootstraps the operator once, and adds a changed certificate', async () => {
    await certificate('first.pem');
    await certificate('second.pem');
    const first = await migrate(bootstrap('first.pem'));
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toHaveLength(4);
    const again = await migrate(bootstrap('first.pem'));
    expect(again).toEqual({
      code: 0,
      out: ['holdfast-operator is registered already; nothing changed'],
      err: '',
    });
    const changed = await migrate(bootstrap('second.pem'));
    expect(changed.out).toEqual([expect.stringMatching(/^certificate \S{43} added to holdfast-operator$/)]);

    const dataSource = createDataSource({
      url: withDatabase(database.ownerUrl, database.name, {
        name: `${database.name}_admin`,
        password: PASSWORDS.ADMIN_PASSWORD,
      }),
      applicationName: 'test',
    });
    await dataSource.initialize();
    const reached = new Database(dataSource);
    const replica = new RegistryReplica(() => 0);
    replica.apply(await new PostgresRegistryFeed(reached).changesSince(-1n));
    const operator = replica.findById(OPERATOR);
    expect(operator?.authentication).toMatchObject({ method: 'self_signed_tls_client_auth' });
    expect(operator?.authorize([], ['admin'])).toEqual({
      authorized: true,
      audience: 'https://localhost:7401',
      scopes: ['admin'],
    });
    const reader = new AuditReader(reached);
    const events = await reader.list({ kind: 'registry.bootstrapped' }, { limit: 10 });
    expect(events.map(({ event }) => event.actor)).toEqual(['host', 'host']);
    expect(await reader.verify()).toMatchObject({ intact: true });
    await dataSource.destroy();
  });

  it('bootstraps clients that read the deny feed, and nothing the second time', async () => {
    await certificate('reader.pem');
    const reader = ['--feed-reader', `orders-api=${join(directory, 'reader.pem')}`];
    const args = [...bootstrap('first.pem'), '--issuer', 'https://localhost:7410', ...reader];
    const first = await migrate(args);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toEqual([
      'resource https://localhost:7410 created with scope deny-feed:read',
      expect.stringMatching(/^client orders-api created, pinned to certificate \S{43}$/),
      'orders-api may use scope deny-feed:read at https://localhost:7410',
    ]);
    expect((await migrate(args)).out).toEqual(['holdfast-operator is registered already; nothing changed']);
  });

  it.each<[string, string[], NodeJS.ProcessEnv, number, RegExp]>([
    ['an unknown command', ['down'], {}, 64, /unknown command: down[\s\S]*Usage:/],
    [
      'all problems of the configuration at once',
      [],
      { DATABASE_URL: 'mysql://x', ADMIN_PASSWORD: 'short' },
      64,
      /DATABASE_URL[\s\S]*ADMIN_PASSWORD/,
    ],
    [
      'an unreachable server',
      [],
      { DATABASE_URL: 'postgres://x@127.0.0.1:1/x' },
      1,
      /ECONNREFUSED[\s\S]*Is PostgreSQL running/,
    ],
    ['a missing certificate file', bootstrapWith('/nowhere/operator.pem'), {}, 1, /ENOENT/],
  ])('reports %s', async (_name, args, env, code, message) => {
    const result = await migrate(args, env);
    expect(result).toMatchObject({ code, out: [] });
    expect(result.err).toMatch(message);
    expect(result.err).not.toContain(PASSWORDS.TOKEN_SERVICE_PASSWORD);
  });

  it('refuses a certificate that no client could authenticate with', async () => {
    const authority = await createAuthority({ subject: 'CN=CA', ...VALID });
    const leaf = await authority.issue({ subject: 'CN=x', extendedKeyUsage: ['serverAuth'], ...VALID });
    await writeFile(join(directory, 'server.pem'), leaf.pem);
    expect(await migrate(bootstrap('server.pem'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('cannot authenticate'),
    });
  });

  it('tells how to mend a user that may not create roles', async () => {
    const weak = withDatabase(database.ownerUrl, database.name, {
      name: `${database.name}_admin`,
      password: PASSWORDS.ADMIN_PASSWORD,
    });
    expect(await migrate(['up'], { DATABASE_URL: weak })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/permission denied[\s\S]*CREATEROLE/),
    });
  });

  it('prints its usage', async () => {
    expect(await migrate(['--help'])).toMatchObject({
      code: 0,
      out: [expect.stringContaining('Usage: migrate')],
    });
  });
});

function bootstrapWith(file: string): string[] {
  return ['bootstrap', '--operator-certificate', file, '--admin-audience', 'https://localhost:7401'];
}
