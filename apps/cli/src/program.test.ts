import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FakePlatform } from './testing/fake-platform.js';

let platform: FakePlatform;

beforeAll(async () => {
  platform = await FakePlatform.start();
});
afterAll(() => platform.stop());

describe('usage errors are exit code 64, on stderr, and ask nobody', () => {
  it.each<[args: string[], says: string]>([
    [[], 'Usage: holdfast'],
    [['partner'], 'Usage: holdfast partner'],
    [['parnter', 'list'], 'Did you mean partner?'],
    [['partner', 'lst'], 'Did you mean list?'],
    [['partner', 'list', '--outptu', 'json'], 'Did you mean --output?'],
    [['partner', 'list', 'extra'], 'too many arguments'],
    [['partner', 'list', '-o', 'xml'], 'Allowed choices are table, json, yaml'],
    [['partner', 'show'], "missing required argument 'id'"],
    [['partner', 'show', ''], 'It is not an id'],
    [['partner', 'suspend', '..'], 'It is not an id'],
    [['partner', 'create', 'acme'], "required option '--name <name>'"],
    [['partner', 'create', 'acme', '--name'], 'argument missing'],
    [['client', 'create', 'a', '--partner', 'a', '--auth', 'basic'], 'Allowed choices are tls_client_auth'],
    [
      ['client', 'create', 'a', '--partner', 'a', '--auth', 'tls_client_auth', '--anchor', 'c'],
      'Give either --certificate',
    ],
    [
      [
        'credential',
        'add',
        '--client',
        'a',
        '--anchor',
        'c',
        '--subject-dn',
        'CN=x',
        '--san-dns',
        'x.example',
      ],
      'Give either --certificate',
    ],
    [
      ['credential', 'add', '--client', 'a', '--certificate', 'a.pem', '--jwks', 'a.json'],
      'Give either --certificate or --jwks',
    ],
    [
      ['credential', 'add', '--client', 'a', '--anchor', 'c', '--san-ip', '::1', '--match', 'public-key'],
      'Give either --certificate or --jwks',
    ],
    [
      ['credential', 'add', '--client', 'a', '--certificate', 'a.pem', '--match', 'subject'],
      'Allowed choices are certificate, public-key',
    ],
    [['anchor', 'exception', 'a'], 'Give either --server-auth-until with a date, or --end.'],
    [['anchor', 'exception', 'a', '--server-auth-until', '2027-03-15', '--end'], 'Give either'],
    [['anchor', 'exception', 'a', '--server-auth-until', 'tomorrow'], 'Give a date like 2027-03-15'],
    [['anchor', 'exception', 'a', '--server-auth-until', '2027-13-15'], 'Give a date like 2027-03-15'],
    [['anchor', 'exception', 'a', '--server-auth-until', '2027-03-15T12:00:00'], 'with its zone'],
    [['resource', 'create', 'https://r', '--partner', 'a'], "required option '--scope <scope>'"],
    [['credential', 'list'], "required option '--client <client>'"],
    [['audit', 'requests', '--outcome', 'maybe'], 'Allowed choices are issued, refused'],
    [['audit', 'list', '--limit', '-1'], 'It is not a positive number'],
  ])('%j', async (args, says) => {
    const { code, stdout, stderr } = await platform.run(...args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(says);
    expect(platform.seen).toEqual([]);
  });
});

describe('a thumbprint or kid that begins with a dash', () => {
  const value = `-${'o'.repeat(42)}`;
  const other = `-${'A'.repeat(42)}`;

  it.each([
    [['certificate', 'block', other]],
    [['certificate', 'block', value]],
    [['certificate', 'unblock', other]],
    [['key', 'withdraw', other]],
  ])('is no option: the error says that it goes after --, %j', async (args) => {
    const { code, stderr } = await platform.run(...args);
    expect(code).toBe(64);
    expect(stderr).toContain(`put it last, after --: -- ${args.at(-1)}`);
    expect(platform.seen).toEqual([]);
  });

  it.each([['certificate block'], ['certificate unblock'], ['key withdraw']])(
    'is told of in the help of %s',
    async (command) => {
      const { stdout } = await platform.run(...command.split(' '), '--help');
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain('put -- before one that begins with a dash');
      expect(stdout).toMatch(/\$ holdfast .* -- -/);
    },
  );

  it('is not spoken of where it was put there, or where nothing looks like one', async () => {
    for (const args of [
      ['key', 'withdraw', '--nonsense', '--', other],
      ['key', 'withdraw', '--nonsense'],
    ])
      expect((await platform.run(...args)).stderr).not.toContain('put it last');
  });
});

describe('help and version', () => {
  it('prints the version', async () => {
    const run = await platform.run('--version');
    expect(run).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' });
  });

  it.each([
    ['--help'],
    ['help'],
    ['partner create'],
    ['partner list'],
    ['partner show'],
    ['partner suspend'],
    ['partner resume'],
    ['anchor add'],
    ['anchor list'],
    ['anchor exception'],
    ['client create'],
    ['client list'],
    ['client show'],
    ['client suspend'],
    ['client resume'],
    ['credential add'],
    ['credential list'],
    ['credential retire'],
    ['resource create'],
    ['resource list'],
    ['grant add'],
    ['grant list'],
    ['grant remove'],
    ['audit list'],
    ['audit show'],
    ['audit verify'],
    ['token'],
    ['call'],
    ['cert inspect'],
  ])('has help with examples: %s', async (command) => {
    const words = command.includes('help') ? [command] : [...command.split(' '), '--help'];
    const { code, stdout, stderr } = await platform.run(...words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(command.includes('help') ? 'Usage: holdfast' : `Usage: holdfast ${command}`);
    expect(stdout).toContain('\nExamples:\n  $ holdfast ');
  });
});
