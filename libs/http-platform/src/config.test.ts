import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ConfigError, readConfig, values } from './config.js';

const SETTINGS = {
  PORT: { schema: values.port, meaning: 'the port' },
  URL: { schema: values.httpsUrl.optional(), meaning: 'an address' },
  PASSWORD: { schema: z.string().min(8), secret: true, meaning: 'a password' },
} as const;
const VALID = { PORT: '7400', PASSWORD: 'correct horse' };

const problemsOf = (env: NodeJS.ProcessEnv): string => {
  try {
    readConfig(SETTINGS, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('readConfig', () => {
  it('accepts the valid environment, with types', () => {
    expect(readConfig(SETTINGS, VALID)).toEqual({ PORT: 7400, URL: undefined, PASSWORD: 'correct horse' });
  });

  it('reads a secret from its file, without the line end', () => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-config-'));
    const file = join(directory, 'password');
    writeFileSync(file, 'from the file\n', { mode: 0o600 });
    expect(readConfig(SETTINGS, { PORT: '1', PASSWORD_FILE: file }).PASSWORD).toBe('from the file');
    rmSync(directory, { recursive: true });
  });

  it.each<[name: string, env: NodeJS.ProcessEnv, says: RegExp]>([
    ['refuses a missing variable', { PASSWORD: 'correct horse' }, /PORT: is missing/],
    ['takes an empty variable as absent', { ...VALID, PORT: '' }, /PORT: is missing/],
    ['refuses a port out of range', { ...VALID, PORT: '70000' }, /PORT: /],
    ['refuses a URL with a trailing slash', { ...VALID, URL: 'https://a.example/' }, /URL: .*slash/],
    ['refuses plain http', { ...VALID, URL: 'http://a.example' }, /URL: /],
    ['refuses a secret given twice', { ...VALID, PASSWORD_FILE: '/dev/null' }, /PASSWORD: set either/],
    [
      'refuses a file that is not there',
      { PORT: '1', PASSWORD_FILE: '/nowhere/at/all' },
      /PASSWORD_FILE: .*ENOENT/,
    ],
    [
      'reads no file for what is no secret',
      { PASSWORD: 'correct horse', PORT_FILE: '/dev/null' },
      /PORT: is missing/,
    ],
  ])('%s', (_name, env, says) => expect(problemsOf(env)).toMatch(says));

  it('names all problems at once, and never a value', () => {
    const message = problemsOf({ PORT: 'secret-port', URL: 'secret-url', PASSWORD: 'secret' });
    expect(message.match(/^ {2}- /gm)).toHaveLength(3);
    expect(message).not.toMatch(/secret-port|secret-url|: secret/);
  });
});
