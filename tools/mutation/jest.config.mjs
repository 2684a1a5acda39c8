// Tests of one library on its sources in Stryker's sandbox: those of one part, or of all for what those missed.
import { join } from 'node:path';
import whole from '../../jest.config.mjs';

const [domain] = whole.projects;
const isSecondPass = (process.env.HOLDFAST_MUTATION_RANGES ?? '') !== '';
const library = process.env.HOLDFAST_MUTATION_LIBRARY;
const part = isSecondPass ? '**' : process.env.HOLDFAST_MUTATION_PART;

export default {
  ...domain,
  displayName: undefined,
  // The sandbox itself is one of the folders that are ignored elsewhere.
  modulePathIgnorePatterns: ['/dist/'],
  rootDir: join(import.meta.dirname, '..', '..'),
  testMatch: [join('<rootDir>/libs', library, 'src', part, '*.test.ts')],
  // Those take seconds each, for every mutant that is left.
  ...(isSecondPass && {
    testPathIgnorePatterns: ['/(pathological|openssl|mutated-input|[a-z0-9]+-properties)\\.test\\.ts$'],
  }),
};
