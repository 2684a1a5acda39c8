export { AdminApi } from './admin-api.js';
export {
  applications,
  freightApi,
  preparations,
  urlsOf,
  type StackSettings,
  type StackUrls,
} from './applications.js';
export { ensureDatabaseSecrets, type DatabaseSecrets } from './database-secrets.js';
export { runDemo, type DemoLine, type DemoWorld } from './demo.js';
export {
  developmentPkiIn,
  ensureDevelopmentPki,
  type CertificateFiles,
  type DevelopmentPki,
  type DevelopmentPkiOptions,
} from './development-pki.js';
export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded-postgres.js';
export { GATEWAY_FILE } from './gateway-file.js';
export { findFreePortBase } from './free-port-base.js';
export { homeDirectory } from './home.js';
export { call, type Answer, type Call } from './https-call.js';
export {
  parsePortBase,
  PORT_NAMES,
  portsFrom,
  requireFreePorts,
  type PortName,
  type Ports,
} from './ports.js';
export { registerTemporaryClient, type StackClients } from './seed.js';
export { startStack, type RunningStack, type StackOptions, type Step } from './stack.js';
export { readStackFile, type DemoClient, type StackFile } from './stack-file.js';
export { Supervisor, type Application, type Program } from './supervisor.js';
export { decodeTokenClaims, requestToken, untilIssued, type TokenClient } from './token-client.js';
export { StackError, workspaceRoot, type Say } from './workspace.js';
