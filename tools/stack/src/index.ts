export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded-postgres.js';
export { StackError, workspaceRoot, type Say } from './workspace.js';
export { findFreePort } from './free-port.js';
