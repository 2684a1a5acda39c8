import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

/** It names what it forbids. */
const OWN_FILE = 'tools/boundaries/src/boundaries.test.ts';

interface Rule {
  readonly sourceTag: string;
  readonly onlyDependOnLibsWithTags: readonly string[];
}

const ROOT = new URL('../../../', import.meta.url).pathname;

/** The rules as ESLint loads them, not a copy. */
const RULES = JSON.parse(
  execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      'process.stdout.write(JSON.stringify((await import("./eslint.config.mjs")).DEP_CONSTRAINTS))',
    ],
    { cwd: ROOT, encoding: 'utf8' },
  ),
) as readonly Rule[];

/** Programs installed by locks of their own: no projects of the workspace. */
const INSTALLED_APART = ['tools/runtime/package.json', 'tools/mutation/package.json'];

const PROJECTS = globSync('{apps,libs,tools}/*/package.json', { cwd: ROOT })
  .filter((file) => !INSTALLED_APART.includes(file))
  .map((file) => ({
    file,
    tags: (JSON.parse(readFileSync(`${ROOT}${file}`, 'utf8')) as { nx?: { tags?: string[] } }).nx?.tags ?? [],
  }));

describe('project tags', () => {
  it.each(PROJECTS)('$file wears exactly one tag of each kind', ({ tags }) => {
    expect(tags.map((tag) => tag.split(':')[0]).sort()).toEqual(['data', 'runtime', 'type']);
  });

  it('wears every tag that a rule names', () => {
    const worn = new Set(PROJECTS.flatMap(({ tags }) => tags));
    const named = RULES.flatMap((rule) => [rule.sourceTag, ...rule.onlyDependOnLibsWithTags]);
    expect(named.filter((tag) => !worn.has(tag))).toEqual([]);
  });
});

describe('what is fetched from outside', () => {
  it('is fetched by the jobs of the admin app alone, above all not by the token service', () => {
    const importers = globSync('{apps,libs,tools}/*/src/**/*.{ts,tsx}', { cwd: ROOT }).filter(
      (file) =>
        file !== OWN_FILE && readFileSync(`${ROOT}${file}`, 'utf8').includes('@holdfast/outbound-fetch'),
    );
    expect(importers.length).toBeGreaterThan(0);
    expect(importers.filter((file) => !file.startsWith('apps/admin/src/jobs/'))).toEqual([]);
  });
});

/** One forbidden import for each rule: in which project, of what. */
const FORBIDDEN: readonly [sourceTag: string, project: string, imported: string][] = [
  ['type:domain', 'libs/token-issuance', '@holdfast/http-platform'],
  ['type:domain', 'libs/token-issuance', '@nestjs/common'],
  ['type:domain', 'libs/certificate-validation', 'typeorm'],
  ['type:contract', 'libs/admin-contract', '@holdfast/oauth-protocol'],
  ['type:adapter', 'libs/resource-guard', '@holdfast/test-pki'],
  ['type:adapter', 'libs/partner-client', '@holdfast/test-pki'],
  ['type:app', 'apps/token-service', '@holdfast/test-pki'],
  ['type:test-kit', 'libs/test-pki', '@holdfast/token-binding'],
  ['type:tool', 'tools/stack', '@holdfast/client-registry'],
  ['type:assurance', 'tools/assurance', '@holdfast/http-platform'],
  ['type:e2e', 'apps/platform-e2e', '@holdfast/client-registry'],
  ['runtime:any', 'libs/oauth-protocol', '@holdfast/token-binding'],
  ['runtime:any', 'libs/oauth-protocol', 'pino'],
  ['runtime:browser', 'apps/admin-ui', '@holdfast/certificate-validation'],
  ['data:none', 'libs/http-platform', '@holdfast/postgres'],
  ['data:none', 'libs/partner-client', '@holdfast/postgres'],
  ['data:none', 'apps/cli', 'pg'],
  ['data:own', 'apps/resource-server', '@holdfast/postgres'],
];

const ALLOWED: readonly [project: string, imported: string][] = [
  ['libs/token-issuance', '@holdfast/client-registry'],
  ['libs/signing-keys', '@holdfast/token-issuance'],
  ['apps/token-service', '@holdfast/postgres'],
  ['apps/resource-server', '@holdfast/resource-guard'],
  ['apps/resource-server', '@holdfast/postgres-connection'],
  ['apps/cli', '@holdfast/partner-client'],
  ['libs/postgres', 'typeorm'],
];

describe('@nx/enforce-module-boundaries', () => {
  const cases = [...FORBIDDEN.map(([, project, imported]) => [project, imported]), ...ALLOWED].map(
    ([project, imported]) => ({
      file: `${project}/src/index.ts`,
      code: `import * as it from '${imported}';\nexport { it };\n`,
    }),
  );
  const messages = JSON.parse(
    execFileSync(process.execPath, ['tools/boundaries/src/lint-strings.mjs'], {
      cwd: ROOT,
      input: JSON.stringify(cases),
      encoding: 'utf8',
      env: { ...process.env, NX_DAEMON: 'false' },
    }),
  ) as readonly (readonly string[])[];

  it.each(FORBIDDEN.map((entry, index) => [...entry, index] as const))(
    'reports, for %s, that %s imports %s',
    (sourceTag, _project, _imported, index) => {
      expect(messages[index]?.join('\n')).toContain(`"${sourceTag}"`);
    },
  );

  it.each(ALLOWED.map((entry, index) => [...entry, index] as const))(
    'lets %s import %s',
    (_project, _imported, index) => {
      expect(messages[FORBIDDEN.length + index]).toEqual([]);
    },
  );

  it('has a forbidden import for every rule', () => {
    expect([...new Set(FORBIDDEN.map(([sourceTag]) => sourceTag))].sort()).toEqual(
      RULES.map((rule) => rule.sourceTag).sort(),
    );
  });
});
