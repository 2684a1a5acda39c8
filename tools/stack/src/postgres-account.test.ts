import { describe, expect, it } from '@jest/globals';
import { asAccount, chooseAccount, unprivilegedUser, type Command } from './postgres-account.js';

const OWNER = { uid: 101, gid: 104 };
const plainly = ({ program }: Command): boolean => program === '/bin/sh';
const withSearch = ({ program }: Command): boolean => program === 'setpriv';

describe('chooseAccount', () => {
  const choose = (owner: typeof OWNER | undefined, reaches: (command: Command) => boolean) =>
    chooseAccount(owner, '/bin/postgres', '/data', reaches);

  it('changes nothing for an ordinary user', () => {
    expect(choose(undefined, () => false)).toEqual({ kind: 'self' });
  });

  it('becomes the owner of the files plainly where that is enough', () => {
    expect(choose(OWNER, () => true)).toEqual({ kind: 'user', ...OWNER });
    expect(choose(OWNER, plainly)).toEqual({ kind: 'user', ...OWNER });
  });

  it('keeps the right to pass through closed directories where it is needed', () => {
    expect(choose(OWNER, withSearch)).toEqual({ kind: 'user-with-search', ...OWNER });
  });

  it('finds nothing where neither reaches the files', () => {
    expect(choose(OWNER, () => false)).toBeUndefined();
  });
});

describe('asAccount', () => {
  it('keeps one capability and no other', () => {
    const { program, args } = asAccount({ kind: 'user-with-search', ...OWNER }, '/bin/postgres', [
      '-D',
      '/data',
    ]);
    expect(program).toBe('setpriv');
    expect(args).toEqual(expect.arrayContaining(['--no-new-privs', '--ambient-caps=-all,+dac_read_search']));
    expect(args.slice(-4)).toEqual(['--', '/bin/postgres', '-D', '/data']);
  });
});

describe('unprivilegedUser', () => {
  const NOBODY = 'nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin';
  const POSTGRES = 'postgres:x:101:104:PostgreSQL,,,:/var/lib/postgresql:/bin/bash';

  it('prefers postgres', () => {
    expect(unprivilegedUser(`root:x:0:0::/root:/bin/sh\n${NOBODY}\n${POSTGRES}\n`)).toEqual({
      uid: 101,
      gid: 104,
    });
  });

  it('takes nobody', () => {
    expect(unprivilegedUser(`root:x:0:0::/root:/bin/sh\n${NOBODY}\n`)).toEqual({ uid: 65534, gid: 65533 });
  });

  it('names the ways out when there is neither', () => {
    expect(() => unprivilegedUser('root:x:0:0::/root:/bin/sh\n')).toThrow(/ordinary user.*DATABASE_URL/s);
  });
});
