import 'reflect-metadata';
import { Counter, type Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { requireChainArrives } from '@holdfast/certificate-source';
import {
  createLogger,
  createMetrics,
  readProxyListening,
  readyIf,
  requireProductionReady,
  runApp,
  serve,
  startUpkeep,
  tlsFilesOf,
  type Readiness,
  type RunningApp,
  type Served,
} from '@holdfast/http-platform';
import { ResourceServerModule } from './app.module.js';
import { readResourceServerConfig, type ResourceServerConfig } from './config.js';
import { guardOf, type Guard } from './guard.js';
import { ResourceErrorFilter } from './http/resource-error.filter.js';

const logger = createLogger('resource-server');

/** The only place where ports meet adapters. */
async function start(): Promise<RunningApp> {
  const config = readResourceServerConfig(process.env);
  requireProductionReady(config.HOLDFAST_MODE, config.TLS_CERTIFICATE_FILE);
  await requireChainArrives();
  const metrics = createMetrics();
  const guard = guardOf(config, logger);
  const api = await serveOrders(config, guard, metrics);
  const endUpkeep = await startUpkeep(config, {
    servers: [api, ...api.forProxies],
    metrics,
    readiness: () => readiness(api.app.get(DataSource), guard),
    logger,
  });
  logger.info({ port: config.MTLS_PORT, audience: config.AUDIENCE }, 'ready');
  return {
    async stop() {
      await api.stop();
      await guard.stop();
      endUpkeep();
    },
  };
}

function serveOrders(config: ResourceServerConfig, guard: Guard, metrics: Registry): Promise<Served> {
  const answers = new Counter({
    name: 'resource_refusals_total',
    help: 'Refused calls by reason',
    labelNames: ['reason'],
    registers: [metrics],
  });
  return serve({
    module: ResourceServerModule.with(config.DATABASE_URL, guard.module, (error) =>
      logger.warn({ err: error }, 'storage trouble'),
    ),
    tls: guard.tls,
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

/** Without keys, or the deny feed that is configured, nothing is served: never open, not ready instead. */
function readiness(database: DataSource, guard: Guard): Promise<Readiness> {
  return readyIf({ database: database.query('SELECT 1'), tokens: guard.requireReady() });
}

await runApp(logger, start);
