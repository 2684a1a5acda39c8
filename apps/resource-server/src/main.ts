import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { Counter } from 'prom-client';
import { DataSource } from 'typeorm';
import { mutualTlsOptions, requireChainArrives } from '@holdfast/certificate-source';
import {
  createTokenVerifier,
  type TokenPolicyInput,
  type TokenVerifier,
} from '@holdfast/cnf-token-verification';
import {
  createFetch,
  createLogger,
  createMetrics,
  readProxyListening,
  reloadTlsFiles,
  requireProductionReady,
  runApp,
  serve,
  startManagement,
  unusable,
  type Readiness,
  type RunningApp,
} from '@holdfast/http-platform';
import { ResourceServerModule } from './app.module.js';
import { readResourceServerConfig, type ResourceServerConfig } from './config.js';
import { readDenyFeed } from './deny-feed.js';
import { ResourceErrorFilter } from './http/resource-error.filter.js';

const logger = createLogger('resource-server');

/** The only place where ports meet adapters. */
async function start(): Promise<RunningApp> {
  const config = readResourceServerConfig(process.env);
  requireProductionReady(config.HOLDFAST_MODE, config.TLS_CERTIFICATE_FILE);
  await requireChainArrives();
  const metrics = createMetrics();
  const answers = new Counter({
    name: 'resource_refusals_total',
    help: 'Refused calls by reason',
    labelNames: ['reason'],
    registers: [metrics],
  });

  const followed = readDenyFeed(config, (error) => logger.warn({ err: error }, 'the deny feed is away'));
  const { ISSUER: issuer, AUDIENCE: audience, JWKS_URI: jwksUri } = config;
  const verifier = createTokenVerifier(
    // Orders belong to partners, so a token has to name one.
    {
      issuers: [
        { issuer, audience, keys: { jwksUri }, requiredClaims: ['partner'] },
        ...gatewayIssuers(config),
      ],
      denyFeed: followed?.policy,
    },
    {
      fetch: createFetch(config.ISSUER_CA_FILE),
      readFile: (path) => readFile(path, 'utf8'),
      denyFeed: followed?.follower.start().feed,
    },
  );
  const stopRefreshing = verifier.keepFresh(
    () => new Date(),
    (error) => logger.warn({ err: error }, 'the keys could not be refreshed'),
  );

  const files = { certificateFile: config.TLS_CERTIFICATE_FILE, privateKeyFile: config.TLS_PRIVATE_KEY_FILE };
  const api = await serve({
    module: ResourceServerModule.with(config.DATABASE_URL, verifier),
    tls: mutualTlsOptions(),
    files,
    host: config.LISTEN_HOST,
    port: config.MTLS_PORT,
    behindProxies: readProxyListening(config),
    bodies: 'json',
    methods: [
      [/^\/orders$/, 'GET, HEAD, POST'],
      [/^\/orders\/[^/]+$/, 'GET, HEAD'],
      [/^\/diagnostics\/mtls$/, 'GET, HEAD'],
    ],
    filter: () => new ResourceErrorFilter(logger, (reason) => answers.inc({ reason })),
    logger,
  });

  const stopReloading = reloadTlsFiles([api, ...api.forProxies], files, logger);
  const management = await startManagement(
    { host: config.MANAGEMENT_HOST, port: config.MANAGEMENT_PORT },
    metrics,
    () => readiness(api.app.get(DataSource), verifier),
  );
  logger.info({ port: config.MTLS_PORT, audience: config.AUDIENCE }, 'ready');
  return {
    async stop() {
      stopReloading();
      stopRefreshing();
      await api.stop();
      await followed?.follower.stop();
      management.close();
    },
  };
}

/** A gateway in front vouches for callers by assertions that are bound to its own certificate. */
function gatewayIssuers(config: ResourceServerConfig): TokenPolicyInput['issuers'] {
  const { GATEWAY_ISSUER: issuer, GATEWAY_KEYS_FILE: file, AUDIENCE: audience } = config;
  if (issuer === undefined && file === undefined) return [];
  if (issuer === undefined || file === undefined)
    throw unusable('GATEWAY_ISSUER and GATEWAY_KEYS_FILE: set both, or neither');
  return [{ issuer, audience, keys: { file }, typ: 'holdfast-identity+jwt', requiredClaims: ['partner'] }];
}

/** Without keys, or the deny feed that is configured, nothing is served: never open, not ready instead. */
async function readiness(database: DataSource, verifier: TokenVerifier): Promise<Readiness> {
  const checks = {
    database: await database.query('SELECT 1').then(
      () => 'ok',
      (error: Error) => error.message,
    ),
    tokens: await verifier.requireReady(new Date()).then(
      () => 'ok',
      (error: Error) => error.message,
    ),
  };
  return { ready: Object.values(checks).every((state) => state === 'ok'), checks };
}

await runApp(logger, start);
