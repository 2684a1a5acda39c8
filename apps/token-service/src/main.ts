import 'reflect-metadata';
import { mutualTlsOptions, requireChainArrives, tlsOptions } from '@holdfast/certificate-source';
import { RegistryReplica } from '@holdfast/client-registry';
import {
  createLogger,
  createMetrics,
  readProxyListening,
  reloadTlsFiles,
  requireProductionReady,
  runApp,
  serve,
  startManagement,
  type RunningApp,
} from '@holdfast/http-platform';
import {
  DATABASE,
  REGISTRY_FEED,
  RegistrySubscription,
  type Database,
  type PostgresOptions,
} from '@holdfast/postgres';
import { KeyRing } from '@holdfast/signing-keys';
import { DecisionRecorder } from '@holdfast/token-issuance';
import { FEED_KEYS, PublicModule, TokenModule } from './app.module.js';
import { readTokenServiceConfig, type TokenServiceConfig } from './config.js';
import { DenyFeed } from './feed/deny-feed.js';
import { toMetadata } from './http/metadata.js';
import { OAuthErrorFilter } from './http/oauth-error.filter.js';
import { createTokenMetrics } from './metrics.js';
import { readinessOf } from './readiness.js';

const APP = 'token-service';
const logger = createLogger(APP);
const onError = (error: unknown): void => logger.warn({ err: error }, 'storage trouble');

/** Readers of the deny feed take a minute of silence for an outage. */
const FEED_BEATS_EVERY_MS = 10_000;

const KEYS_REFRESHED_EVERY_MS = 10_000;

async function start(): Promise<RunningApp> {
  const config = readTokenServiceConfig(process.env);
  requireProductionReady(config.HOLDFAST_MODE, config.TLS_CERTIFICATE_FILE);
  await requireChainArrives();
  const registry = createMetrics();
  const metrics = createTokenMetrics(registry);
  const files = { certificateFile: config.TLS_CERTIFICATE_FILE, privateKeyFile: config.TLS_PRIVATE_KEY_FILE };
  const filter = (recorder?: DecisionRecorder): OAuthErrorFilter =>
    new OAuthErrorFilter(logger, config.ISSUER, metrics.refused, recorder);
  const common = { files, logger, host: config.LISTEN_HOST };

  const tokens = await serve({
    ...common,
    module: TokenModule.with(config, storageOf(config), metrics),
    filter: (app) => filter(app.get(DecisionRecorder)),
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
  const replica = tokens.app.get(RegistryReplica);
  const feed = tokens.app.get(DenyFeed);
  const rings = [tokens.app.get(KeyRing), tokens.app.get<KeyRing>(FEED_KEYS)] as const;
  const refreshKeys = async (): Promise<void> => {
    for (const ring of rings) await ring.refresh().catch(onError);
  };
  const subscription = new RegistrySubscription(tokens.app.get(REGISTRY_FEED), replica, {
    listenUrl: config.DATABASE_URL_LISTEN ?? config.DATABASE_URL,
    applicationName: `holdfast-${APP}-listen`,
    pollMillis: config.REGISTRY_POLL_SECONDS * 1_000,
    onApplied: () => {
      void feed.publish().catch(onError);
      // Where its own key was withdrawn, the feed can tell with the next one only.
      void refreshKeys().then(() => feed.publish().catch(onError));
    },
    onError,
  });
  const open = await serve({
    ...common,
    filter: () => filter(),
    module: PublicModule.with({
      metadata: toMetadata(config.ISSUER, config.MTLS_URL),
      keys: () => rings[0].publishedKeys(),
      feedKeys: () => rings[1].publishedKeys(),
    }),
    tls: tlsOptions(),
    port: config.PUBLIC_PORT,
    bodies: 'none',
    methods: [
      [/^\/(jwks|\.well-known\/(oauth-authorization-server|holdfast\/deny-feed-jwks))$/, 'GET, HEAD'],
    ],
  });

  const address = { host: config.MANAGEMENT_HOST, port: config.MANAGEMENT_PORT };
  const state = { stopping: false };
  const readiness = readinessOf(
    tokens.app.get<Database>(DATABASE),
    replica,
    config.REGISTRY_FRESHNESS_SECONDS,
    state,
  );
  const management = await startManagement(address, registry, readiness);
  const stopReloading = reloadTlsFiles([tokens, ...tokens.forProxies, open], files, logger);
  const recorder = tokens.app.get(DecisionRecorder);
  const beating = setInterval(() => void feed.beat().catch(onError), FEED_BEATS_EVERY_MS).unref();
  // In case a reading failed when the registry changed.
  const refreshing = setInterval(() => void refreshKeys(), KEYS_REFRESHED_EVERY_MS).unref();
  const suppressed = setInterval(() => void recorder.recordSuppressed().catch(onError), 30_000).unref();
  await subscription.start();
  logger.info({ issuer: config.ISSUER, clients: replica.size }, 'ready');
  return {
    async stop() {
      state.stopping = true;
      clearInterval(suppressed);
      clearInterval(beating);
      clearInterval(refreshing);
      feed.stop();
      await recorder.recordSuppressed().catch(onError);
      stopReloading();
      await open.stop();
      await subscription.stop();
      await tokens.stop();
      management.close();
    },
  };
}

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
