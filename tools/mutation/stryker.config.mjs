// npm run mutation: does a test notice when a line changes? (docs/reliability.md)
import { join } from 'node:path';

const LIBRARY = `libs/${process.env.HOLDFAST_MUTATION_LIBRARY}`;
const part = process.env.HOLDFAST_MUTATION_PART;
const ranges = (process.env.HOLDFAST_MUTATION_RANGES ?? '').split('\n').filter(Boolean);
const plugin = join(import.meta.dirname, 'node_modules/@stryker-mutator/jest-runner/dist/src/index.js');

export default {
  plugins: [plugin],
  testRunner: 'jest',
  jest: {
    projectType: 'custom',
    configFile: 'tools/mutation/jest.config.mjs',
    enableFindRelatedTests: false,
  },
  testRunnerNodeArgs: ['--experimental-vm-modules', '--no-warnings'],
  coverageAnalysis: 'perTest',
  // Texts and tables that are built when the module loads: every mutant of them would run every test.
  ignoreStatic: true,
  mutate:
    ranges.length > 0
      ? ranges
      : [join(LIBRARY, 'src', part, '*.ts'), `!${LIBRARY}/src/**/*.test.ts`, `!${LIBRARY}/src/testing/**`],
  ignorePatterns: [
    '**',
    `!${LIBRARY}/**`,
    '!jest.config.mjs',
    '!package.json',
    '!tsconfig*.json',
    '!tools/mutation/*.mjs',
    '**/dist',
  ],
  reporters: ['progress-append-only', 'json'],
  jsonReporter: { fileName: '.stryker-tmp/report.json' },
  concurrency: 2,
  // A mutant that never ends counts as noticed: a slow machine must not look like one.
  timeoutMS: 60_000,
  thresholds: { high: 95, low: 85, break: null },
};
