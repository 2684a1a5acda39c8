import { describe, expect, it } from '@jest/globals';
import { isTreeOf } from './install.mjs';

const LINUX = { platform: 'linux', arch: 'x64' };

describe('isTreeOf', () => {
  const pg = { version: '8.23.1', integrity: 'sha512-a' };
  const native = { version: '1.0.0', integrity: 'sha512-b', optional: true, os: ['linux'], cpu: ['x64'] };
  const lock = { packages: { '': {}, 'libs/x': {}, 'node_modules/pg': pg, 'node_modules/native': native } };
  const without = (name: string) => ({
    packages: Object.fromEntries(Object.entries(lock.packages).filter(([path]) => path !== name)),
  });

  it('accepts the locked tree', () => {
    expect(isTreeOf(lock, lock, LINUX)).toBe(true);
  });

  it('refuses a missing package', () => {
    expect(isTreeOf(lock, without('node_modules/pg'), LINUX)).toBe(false);
  });

  it.each([{ version: '8.23.0' }, { integrity: 'sha512-other' }])(
    'refuses a package with another %j',
    (change) => {
      const installed = { packages: { ...lock.packages, 'node_modules/pg': { ...pg, ...change } } };
      expect(isTreeOf(lock, installed, LINUX)).toBe(false);
    },
  );

  it('refuses a missing optional package that is made for this platform', () => {
    expect(isTreeOf(lock, without('node_modules/native'), LINUX)).toBe(false);
  });

  it('accepts a missing optional package for another platform or C library', () => {
    expect(isTreeOf(lock, without('node_modules/native'), { platform: 'darwin', arch: 'arm64' })).toBe(true);
    const musl = { packages: { ...lock.packages, 'node_modules/native': { ...native, libc: ['musl'] } } };
    expect(isTreeOf(musl, without('node_modules/native'), LINUX)).toBe(true);
  });
});
