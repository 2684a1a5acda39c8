import 'reflect-metadata';
import { mutualTlsOptions, requireChainArrives, tlsOptions } from '@holdfast/certificate-source';
import { RegistryReplica } from '@holdfast/client-registry';
import {
  createLogger,
  createMetrics,
  readProxyListening,
  requireProductionReady,
  runApp,
  serve,
  startUpkeep,
  tlsFilesOf,
  type RunningApp,
  type Served,
} from '@holdfast/http-platform';
import { DATABASE, type Database, type PostgresOptions } from '@holdfast/postgres';
import { KeyRing } from '@holdfast/signing-keys';
import { DecisionRecorder } from '@holdfast/token-issuance';
import { FEED_KEYS, PublicModule, TokenModule } from './app.module.js';
import { Background } from './background.js';
import { readTokenServiceConfig, type TokenServiceConfig } from './config.js';
import { toMetadata } from './http/metadata.js';
import { OAuthErrorFilter } from './http/oauth-error.filter.js';
import { createTokenMetrics } from './metrics.js';
import { readinessOf } from './readiness.js';

const APP = 'token-service';
const logger = createLogger(APP);
const onError = (error: unknown): void => logger.warn({ err: error }, 'storage trouble');

type TokenMetrics = ReturnType<typeof createTokenMetrics>;

async function start(): Promise<RunningApp> {
  const config = readTokenServiceConfig(process.env);
  requireProductionReady(config.HOLDFAST_MODE, config.TLS_CERTIFICATE_FILE);
  await requireChainArrives();
  const registry = createMetrics();
  const metrics = createTokenMetrics(registry);
  const tokens = await serveTokens(config, metrics);
  const open = await servePublic(config, metrics, tokens);
  const replica = tokens.app.get(RegistryReplica);
  const background = new Background(tokens.app, config, `holdfast-${APP}-listen`, onError);
  const state = { stopping: false };
  const database = tokens.app.get<Database>(DATABASE);
  const endUpkeep = await startUpkeep(config, {
    servers: [tokens, ...tokens.forProxies, open],
    metrics: registry,
    readiness: readinessOf(database, replica, config.REGISTRY_FRESHNESS_SECONDS, state),
    logger,
  });
  await background.start();
  logger.info({ issuer: config.ISSUER, clients: replica.size }, 'ready');
  return {
    async stop() {
      state.stopping = true;
      await background.stop();
      await open.stop();
      await tokens.stop();
      endUpkeep();
    },
  };
}

/** The mutual-TLS listener. */
function serveTokens(config: TokenServiceConfig, metrics: TokenMetrics): Promise<Served> {
  return serve({
    ...listeningOf(config),
    module: TokenModule.with(config, storageOf(config), metrics),
    filter: (app) => new OAuthErrorFilter(logger, config.ISSUER, metrics.refused, app.get(DecisionRecorder)),
    tls: mutualTlsOptions(),
    port: config.MTLS_PORT,
    behindProxies: readProxyListening(config),
    bodies: 'form',
    methods: [
      [/^\/(token|introspect|revoke)$/, 'POST'],
      [/^\/deny-feed$/, 'GET'],
      [/^\/diagnostics\/mtls$/, 'GET, HEAD'],
    ],
    onResponse: metrics.answered,
  });
}

/** The listener for everybody: metadata and keys. */
function servePublic(config: TokenServiceConfig, metrics: TokenMetrics, { app }: Served): Promise<Served> {
  return serve({
    ...listeningOf(config),
    filter: () => new OAuthErrorFilter(logger, config.ISSUER, metrics.refused),
    module: PublicModule.with({
      metadata: toMetadata(config.ISSUER, config.MTLS_URL),
      keys: () => app.get(KeyRing).publishedKeys(),
      feedKeys: () => app.get<KeyRing>(FEED_KEYS).publishedKeys(),
    }),
    tls: tlsOptions(),
    port: config.PUBLIC_PORT,
    bodies: 'none',
    methods: [
      [/^\/(jwks|\.well-known\/(oauth-authorization-server|holdfast\/deny-feed-jwks))$/, 'GET, HEAD'],
    ],
  });
}

const listeningOf = (config: TokenServiceConfig) => ({
  files: tlsFilesOf(config),
  host: config.LISTEN_HOST,
  logger,
});

function storageOf(config: TokenServiceConfig): PostgresOptions {
  const { AUDIT_SPOOL_DIR: spoolDirectory, AUDIT_ON_OUTAGE: onOutage } = config;
  const spools = spoolDirectory !== undefined && onOutage !== 'refuse';
  return {
    url: config.DATABASE_URL,
    applicationName: APP,
    audit: spools ? { onOutage: 'spool', spoolDirectory } : { onOutage: 'refuse' },
    now: () => new Date(),
    onError,
  };
}

await runApp(logger, start);
