export {
  ConfigError,
  readConfig,
  unusable,
  values,
  type Config,
  type Setting,
  type Settings,
} from './config.js';
export { runApp, type RunningApp } from './lifecycle.js';
export { createHttpsServer, createListener, LIMITS, newRequestId, type Listener } from './listener.js';
export { createLogger, loggable, nestLogger } from './logger.js';
export { startManagement, type Readiness } from './management.js';
export { readyIf, startUpkeep, tlsFilesOf } from './upkeep.js';
export { serve, trackConnections, type Served, type Serving } from './serve.js';
export { requireProductionReady } from './production.js';
export { createMetrics } from './metrics.js';
export { readTlsFiles, reloadTlsFiles, type TlsFiles } from './tls-files.js';
export {
  refuseEarly,
  toTransportRefusal,
  TRANSPORT_STATUS,
  TransportRefusal,
  type AllowedMethods,
} from './transport-refusal.js';
export { readProxyListening, type ProxyListening } from './proxy-listener.js';
export { databaseSetting, LISTENER_SETTINGS, PROXY_SETTINGS, TOKEN_SETTINGS } from './settings.js';
