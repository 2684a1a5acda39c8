import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { applications, preparations, workspaceRoot, type Program } from '@holdfast/stack';
import { runProgram, type ProgramResult } from '../harness/programs.js';
import { settingsOf, sharedStack } from '../harness/stack-under-test.js';

const settings = settingsOf(sharedStack());
const EX_CONFIG = 78;
/** What `migrate` documents, for its command line and its configuration alike. */
const EX_USAGE = 64;
/** Stands in every malformed value: it must never be printed. */
const MARK = 'm4lf0rmed';

const programs = new Map(
  [...applications(settings), ...preparations(settings).flat()].map((one) => [one.name, one]),
);

function start(
  name: string,
  change: (env: Program['env']) => Record<string, string>,
): Promise<ProgramResult> {
  const { script, args = [], env } = programs.get(name)!;
  return runProgram(process.execPath, [join(workspaceRoot, script), ...args], {
    env: { ...change(env), DATABASE_URL: undefined },
  });
}

describe('an application that is configured badly', () => {
  it.each(['token-service', 'resource-server', 'admin'])(
    'ends with code 78 and names every missing variable: %s',
    async (name) => {
      const { exitCode, stderr } = await start(name, () => ({}));
      expect(exitCode).toBe(EX_CONFIG);
      for (const variable of required(name)) expect(stderr).toContain(`- ${variable}: is missing`);
    },
  );

  it.each(['token-service', 'resource-server', 'admin'])(
    'ends with code 78, names every malformed variable and prints none of the values: %s',
    async (name) => {
      const malformed = {
        ISSUER: `http://${MARK}.example`,
        MTLS_PORT: `70000${MARK}`,
        MANAGEMENT_PORT: `-1${MARK}`,
        HOLDFAST_MODE: MARK,
        DATABASE_URL_FILE: `/nowhere/${MARK}`,
      };
      const { exitCode, stdout, stderr } = await start(name, (env) => ({ ...env, ...malformed }));
      expect(exitCode).toBe(EX_CONFIG);
      for (const variable of Object.keys(malformed)) expect(stderr).toContain(`- ${variable}: `);
      expect(stdout + stderr).not.toContain(MARK);
    },
  );

  it('ends with code 78 when a secret is given twice, and prints neither: token-service', async () => {
    const { exitCode, stdout, stderr } = await start('token-service', (env) => ({
      ...env,
      KEY_ENCRYPTION_KEY: MARK,
    }));
    expect(exitCode).toBe(EX_CONFIG);
    expect(stderr).toContain('set either KEY_ENCRYPTION_KEY or KEY_ENCRYPTION_KEY_FILE, not both');
    expect(stdout + stderr).not.toContain(MARK);
  });

  it('ends with code 78 when tokens would outlive what is known of the registry: token-service', async () => {
    const { exitCode, stderr } = await start('token-service', (env) => ({
      ...env,
      TOKEN_LIFETIME_SECONDS: '300',
      REGISTRY_FRESHNESS_SECONDS: '120',
    }));
    expect(exitCode).toBe(EX_CONFIG);
    expect(stderr).toContain('TOKEN_LIFETIME_SECONDS');
    expect(stderr).toContain('REGISTRY_FRESHNESS_SECONDS');
  });

  it.each(['token-service', 'resource-server', 'admin'])(
    'refuses to fetch keys or to be reached over plain http: %s (ASVS 12.3.1)',
    async (name) => {
      const variable = name === 'token-service' ? 'MTLS_URL' : 'JWKS_URI';
      const { exitCode, stderr } = await start(name, (env) => ({ ...env, [variable]: 'http://localhost:1' }));
      expect(exitCode).toBe(EX_CONFIG);
      expect(stderr).toContain(`- ${variable}: `);
    },
  );

  it('ends with an error that names every variable: migrate', async () => {
    const { exitCode, stderr } = await start('migrate', () => ({ DATABASE_URL_FILE: `/nowhere/${MARK}` }));
    expect(exitCode).toBe(EX_USAGE);
    for (const variable of ['DATABASE_URL', 'TOKEN_SERVICE_PASSWORD', 'ADMIN_PASSWORD'])
      expect(stderr).toContain(variable);
    expect(stderr).not.toContain(MARK);
  });
});

function required(name: string): readonly string[] {
  const everywhere = [
    'ISSUER',
    'MTLS_PORT',
    'MANAGEMENT_PORT',
    'TLS_CERTIFICATE_FILE',
    'TLS_PRIVATE_KEY_FILE',
  ];
  const own =
    name === 'token-service'
      ? ['ENVIRONMENT', 'MTLS_URL', 'PUBLIC_PORT', 'KEY_ENCRYPTION_KEY']
      : ['AUDIENCE', 'JWKS_URI'];
  return [...everywhere, ...own, 'DATABASE_URL'];
}
