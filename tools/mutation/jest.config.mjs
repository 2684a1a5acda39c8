// The tests of one part of the certificate judge, on its sources in Stryker's sandbox.
import { join } from 'node:path';
import whole from '../../jest.config.mjs';

const [domain] = whole.projects;
const part = process.env.HOLDFAST_MUTATION_PART ?? '*';

export default {
  ...domain,
  displayName: undefined,
  // The sandbox itself is one of the folders that are ignored elsewhere.
  modulePathIgnorePatterns: ['/dist/'],
  rootDir: join(import.meta.dirname, '..', '..'),
  testMatch: [`<rootDir>/libs/certificate-validation/src/${part}/*.test.ts`],
};
