import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** Frameworks and drivers that the domain must not know (ARCHITECTURE.md: what may depend on what). */
const FRAMEWORKS = [
  '@nestjs/*',
  'fastify',
  '@fastify/*',
  'typeorm',
  'pg',
  'react',
  'react-dom',
  'rxjs',
  'undici',
];

/** Who may see whom. `tools/boundaries` proves that each of these rules binds. */
export const DEP_CONSTRAINTS = [
  { sourceTag: 'type:domain', onlyDependOnLibsWithTags: ['type:domain'], bannedExternalImports: FRAMEWORKS },
  {
    sourceTag: 'type:contract',
    onlyDependOnLibsWithTags: ['type:contract'],
    bannedExternalImports: FRAMEWORKS,
  },
  { sourceTag: 'type:adapter', onlyDependOnLibsWithTags: ['type:domain', 'type:adapter'] },
  { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:domain', 'type:adapter', 'type:contract'] },
  {
    sourceTag: 'type:test-kit',
    onlyDependOnLibsWithTags: ['type:test-kit'],
    bannedExternalImports: FRAMEWORKS,
  },
  { sourceTag: 'type:tool', onlyDependOnLibsWithTags: ['type:tool', 'type:test-kit'] },
  // Benches, fuzzers and suites look inside; nothing looks at them.
  {
    sourceTag: 'type:assurance',
    onlyDependOnLibsWithTags: ['type:domain', 'type:test-kit', 'type:assurance'],
  },
  // A black box: the product is reached over TLS, HTTP and SQL only.
  { sourceTag: 'type:e2e', onlyDependOnLibsWithTags: ['type:tool', 'type:test-kit'] },
  {
    sourceTag: 'runtime:any',
    onlyDependOnLibsWithTags: ['runtime:any'],
    bannedExternalImports: ['pino', 'prom-client'],
  },
  {
    sourceTag: 'data:none',
    onlyDependOnLibsWithTags: ['data:none'],
    bannedExternalImports: ['typeorm', 'pg', '@nestjs/typeorm'],
  },
  { sourceTag: 'runtime:browser', onlyDependOnLibsWithTags: ['runtime:any'] },
  { sourceTag: 'data:own', onlyDependOnLibsWithTags: ['data:none', 'data:own'] },
];

/** Domain code gets the time as an argument or from a Clock. */
const NO_CLOCK = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Time comes in as an argument or through a Clock.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Time comes in as an argument or through a Clock.',
  },
];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.holdfast/**', '.nx/**', '.stryker-tmp/**'] },
  ...tseslint.configs.recommended.map((config) => ({ ...config, files: ['**/*.ts', '**/*.tsx'] })),
  {
    files: ['**/*.ts', '**/*.tsx'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          allow: [],
          depConstraints: DEP_CONSTRAINTS,
          banTransitiveDependencies: false,
          checkDynamicDependenciesExceptions: [],
        },
      ],
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'Use createFetch of http-platform: bounded, no redirects.' },
      ],
    },
  },
  {
    // The browser's own fetch, to the own origin; the policy of the page forbids any other.
    files: ['apps/admin-ui/**/*.{ts,tsx}'],
    rules: { 'no-restricted-globals': 'off' },
  },
  {
    // Decorators need the classes of constructor parameters at run time, so Nest files keep their imports as written.
    files: ['apps/*/src/**/*.controller.ts', 'apps/*/src/**/*.module.ts', '**/*.row.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  {
    files: ['libs/*/src/**/*.ts'],
    ignores: [
      'libs/postgres/**',
      'libs/http-platform/**',
      'libs/resource-guard/src/system-clock.ts',
      'libs/partner-client/src/system-clock.ts',
      'libs/*/src/**/*.test.ts',
      'libs/test-pki/**',
    ],
    rules: { 'no-restricted-syntax': ['error', ...NO_CLOCK] },
  },
  {
    files: ['**/*.test.ts', '**/testing/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Tests may use the test kits, whatever their project may depend on at run time.
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          // partner-client is what partners install: the end-to-end tests call with it as they do.
          allow: [
            '@holdfast/test-pki',
            '@holdfast/test-server',
            '@holdfast/postgres/testing',
            '@holdfast/stack',
            '@holdfast/partner-client',
          ],
          depConstraints: DEP_CONSTRAINTS,
        },
      ],
    },
  },
);
