import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@holdfast/postgres/testing';
import { runOwnerCommand } from './owner-command.js';

describe('runOwnerCommand', () => {
  let test: TestDatabase;
  let printed: { out: string; err: string };
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());
  beforeEach(() => {
    printed = { out: '', err: '' };
  });

  const env = (changed: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    DATABASE_URL: test.adminUrl,
    PEOPLE_URL: 'https://localhost:7400',
    ...changed,
  });
  const run = (args: readonly string[], changed?: NodeJS.ProcessEnv) =>
    runOwnerCommand(args, env(changed), {
      out: (text) => (printed.out += text),
      err: (text) => (printed.err += text),
    });
  const LINK = /^https:\/\/localhost:7400\/welcome#[A-Za-z0-9_-]{43}\n$/;

  it('has nobody to recover at first (exit code 1)', async () => {
    expect([await run(['recover']), printed.out]).toEqual([1, '']);
    expect(printed.err).toMatch(/owner invite/);
  });

  it.each([
    [['invite']],
    [['invite', '--if-needed']],
    [['invite', '--name', 'Ada']],
    [['recover', '--name', 'Ada']],
  ])('prints one link and nothing else: owner %j', async (args) => {
    expect([await run(args), printed.err]).toEqual([0, '']);
    expect(printed.out).toMatch(LINK);
  });

  it.each([
    [[]],
    [['list']],
    [['invite', 'Ada']],
    [['invite', '--name']],
    [['invite', '--name', '']],
    [['invite', '--name', 'A\nB']],
    [['recover', '--if-needed']],
  ])('shows its usage for %j (exit code 64)', async (args) => {
    expect([await run(args), printed.out]).toEqual([64, '']);
    expect(printed.err).toMatch(/^usage: owner invite/);
  });

  it.each<[string, NodeJS.ProcessEnv]>([
    ['no address for people', { PEOPLE_URL: '' }],
    ['an address with a path', { PEOPLE_URL: 'https://localhost:7400/admin' }],
    ['an address that browsers write otherwise', { PEOPLE_URL: 'https://localhost:443' }],
  ])('refuses a configuration with %s (exit code 78)', async (_name, changed) => {
    expect([await run(['invite'], changed), printed.out]).toEqual([78, '']);
    expect(printed.err).toMatch(/PEOPLE_URL/);
  });
});
