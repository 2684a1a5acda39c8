export { eventually } from './eventually.js';
export { FaultProxy } from './fault-proxy.js';
export {
  createEmptyDatabase,
  createTestDatabase,
  testServerUrl,
  withDatabase,
  type TestDatabase,
} from './test-database.js';
