// One Jest run for everything, so that there is one total. Three Jest projects, because they need
// different things around them: nothing, a PostgreSQL server, or the built applications.
const swc = {
  swcrc: false,
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
  module: { type: 'es6' },
  sourceMaps: 'inline',
};

const base = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@holdfast/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
  modulePathIgnorePatterns: ['/dist/', '/\\.holdfast/', '/\\.nx/', '/\\.stryker-tmp/'],
};

/** Tests that need a real PostgreSQL: `*.pg.test.ts`. */
const NEEDS_POSTGRES = '\\.pg\\.test\\.ts$';

export default {
  reporters: ['<rootDir>/tools/jest/progress-reporter.mjs'],
  // Each file loads its modules anew and Node keeps them: after a hundred files a collection of garbage stops everything for longer
  // than a database may take to answer.
  workerIdleMemoryLimit: '700MB',
  projects: [
    {
      ...base,
      displayName: 'domain',
      testMatch: ['<rootDir>/{apps,libs,tools}/*/src/**/*.test.ts'],
      testPathIgnorePatterns: [NEEDS_POSTGRES, '/apps/platform-e2e/', '/dist/', '/node_modules/'],
    },
    {
      ...base,
      displayName: 'postgres',
      testMatch: ['<rootDir>/{apps,libs,tools}/*/src/**/*.pg.test.ts'],
      testPathIgnorePatterns: ['/apps/platform-e2e/', '/dist/', '/node_modules/'],
      globalSetup: '<rootDir>/tools/jest/postgres-setup.mjs',
      globalTeardown: '<rootDir>/tools/jest/postgres-teardown.mjs',
    },
    {
      ...base,
      displayName: 'end-to-end',
      testMatch: ['<rootDir>/apps/platform-e2e/src/**/*.test.ts'],
      testPathIgnorePatterns: ['/dist/', '/node_modules/'],
      globalSetup: '<rootDir>/apps/platform-e2e/jest/start-stack.mjs',
      globalTeardown: '<rootDir>/apps/platform-e2e/jest/stop-stack.mjs',
    },
  ],
};
