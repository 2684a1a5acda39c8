import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { Counter, type Registry } from 'prom-client';
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
  readyIf,
  requireProductionReady,
  runApp,
  serve,
  startUpkeep,
  tlsFilesOf,
  unusable,
  type Readiness,
  type RunningApp,
  type Served,
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
  const followed = readDenyFeed(config, (error) => logger.warn({ err: error }, 'the deny feed is away'));
  const verifier = verifierOf(config, followed);
  const stopRefreshing = verifier.keepFresh(
    () => new Date(),
    (error) => logger.warn({ err: error }, 'the keys could not be refreshed'),
  );
  const api = await serveOrders(config, verifier, metrics);
  const endUpkeep = await startUpkeep(config, {
    servers: [api, ...api.forProxies],
    metrics,
    readiness: () => readiness(api.app.get(DataSource), verifier),
    logger,
  });
  logger.info({ port: config.MTLS_PORT, audience: config.AUDIENCE }, 'ready');
  return {
    async stop() {
      stopRefreshing();
      await api.stop();
      await followed?.follower.stop();
      endUpkeep();
    },
  };
}

function verifierOf(config: ResourceServerConfig, followed: ReturnType<typeof readDenyFeed>): TokenVerifier {
  const { ISSUER: issuer, AUDIENCE: audience, JWKS_URI: jwksUri } = config;
  // Orders belong to partners, so a token has to name one.
  const own = { issuer, audience, keys: { jwksUri }, requiredClaims: ['partner'] };
  return createTokenVerifier(
    { issuers: [own, ...gatewayIssuers(config)], denyFeed: followed?.policy },
    {
      fetch: createFetch(config.ISSUER_CA_FILE),
      readFile: (path) => readFile(path, 'utf8'),
      denyFeed: followed?.follower.start().feed,
    },
  );
}

function serveOrders(
  config: ResourceServerConfig,
  verifier: TokenVerifier,
  metrics: Registry,
): Promise<Served> {
  const answers = new Counter({
    name: 'resource_refusals_total',
    help: 'Refused calls by reason',
    labelNames: ['reason'],
    registers: [metrics],
  });
  return serve({
    module: ResourceServerModule.with(config.DATABASE_URL, verifier, (error) =>
      logger.warn({ err: error }, 'storage trouble'),
    ),
    tls: mutualTlsOptions(),
    files: tlsFilesOf(config),
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
function readiness(database: DataSource, verifier: TokenVerifier): Promise<Readiness> {
  return readyIf({ database: database.query('SELECT 1'), tokens: verifier.requireReady(new Date()) });
}

await runApp(logger, start);
