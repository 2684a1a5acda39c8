import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDatabaseSecrets, registryDatabase } from './database-secrets.js';

const SERVER = 'postgres://postgres:secret@127.0.0.1:7490/postgres';

describe('ensureDatabaseSecrets', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-secrets-'));
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('gives each application its own role and password', () => {
    const files = ensureDatabaseSecrets(directory, SERVER);
    const urls = [
      files.tokenServiceUrlFile,
      files.adminUrlFile,
      files.resourceServerUrlFile,
      files.freightUrlFile,
    ].map(urlIn);
    expect(urls.map(({ username, pathname }) => [username, pathname])).toEqual([
      ['holdfast_token_service', '/holdfast'],
      ['holdfast_admin', '/holdfast'],
      ['holdfast_orders_app', '/holdfast_orders'],
      ['holdfast_freight_app', '/holdfast_freight'],
    ]);
    expect(new Set(urls.map(({ password }) => password)).size).toBe(4);
    expect(urls[0]?.password).toBe(readFileSync(files.tokenServicePasswordFile, 'utf8'));
  });

  it('keeps the passwords and follows the server', () => {
    const before = urlIn(ensureDatabaseSecrets(directory, SERVER).adminUrlFile);
    const after = urlIn(ensureDatabaseSecrets(directory, SERVER.replace('7490', '7590')).adminUrlFile);
    expect(after.password).toBe(before.password);
    expect(after.port).toBe('7590');
  });

  it('lets nobody but the owner read a file', () => {
    ensureDatabaseSecrets(directory, SERVER);
    for (const name of readdirSync(directory))
      expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
  });
});

describe('registryDatabase', () => {
  it.each([
    ['postgres://u:p@h', 'holdfast'],
    ['postgres://u:p@h/', 'holdfast'],
    ['postgres://u:p@h/postgres?sslmode=require', 'holdfast'],
    ['postgres://u:p@h/partners', 'partners'],
  ])('of %s is %s', (url, name) => expect(registryDatabase(url)).toBe(name));
});

function urlIn(file: string): URL {
  return new URL(readFileSync(file, 'utf8'));
}
