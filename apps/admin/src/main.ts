import 'reflect-metadata';
import { Counter } from 'prom-client';
import { mutualTlsOptions, requireChainArrives } from '@holdfast/certificate-source';
import { createKeySet } from '@holdfast/cnf-token-verification';
import {
  createFetch,
  createLogger,
  createMetrics,
  reloadTlsFiles,
  requireProductionReady,
  runApp,
  serve,
  startManagement,
  type AllowedMethods,
  type RunningApp,
} from '@holdfast/http-platform';
import { DATABASE, verifySchemaVersion, type Database } from '@holdfast/postgres';
import { AdminModule } from './app.module.js';
import { readAdminConfig } from './config.js';
import { ProblemFilter } from './http/problem.filter.js';

const APP = 'admin';
const logger = createLogger(APP);

const METHODS: AllowedMethods = [
  [/^\/api\/v1\/(partners|anchors|clients|credentials|resources|grants)$/, 'GET, HEAD, POST'],
  [/^\/api\/v1\/partners\/[^/]+$/, 'GET, HEAD, PATCH'],
  [/^\/api\/v1\/clients\/[^/]+$/, 'GET, HEAD'],
  [/^\/api\/v1\/grants\/[^/]+$/, 'DELETE'],
  [/^\/api\/v1\/(partners|clients)\/[^/]+\/(suspend|resume)$/, 'POST'],
  [/^\/api\/v1\/credentials\/[^/]+\/retire$/, 'POST'],
  [/^\/api\/v1\/(audit(\/.*)?|token-requests)$/, 'GET, HEAD'],
];

async function start(): Promise<RunningApp> {
  const config = readAdminConfig(process.env);
  requireProductionReady(config.HOLDFAST_MODE, config.TLS_CERTIFICATE_FILE);
  await requireChainArrives();
  const metrics = createMetrics();
  const refusals = new Counter({
    name: 'admin_refusals_total',
    help: 'Refused administrative requests by problem code',
    labelNames: ['code'],
    registers: [metrics],
  });
  const keys = createKeySet({ jwksUri: config.JWKS_URI, fetch: createFetch(config.ISSUER_CA_FILE) });
  const stopRefreshing = keys.keepFresh((error) =>
    logger.warn({ err: error }, 'the keys could not be refreshed'),
  );
  const files = { certificateFile: config.TLS_CERTIFICATE_FILE, privateKeyFile: config.TLS_PRIVATE_KEY_FILE };
  const storage = {
    url: config.DATABASE_URL,
    applicationName: APP,
    audit: { onOutage: 'refuse' } as const,
    now: () => new Date(),
    onError: (error: unknown) => logger.warn({ err: error }, 'storage trouble'),
  };

  const machines = await serve({
    module: AdminModule.with(storage, { issuer: config.ISSUER, audience: config.AUDIENCE, keys }),
    tls: mutualTlsOptions(),
    files,
    host: config.LISTEN_HOST,
    port: config.MTLS_PORT,
    bodies: 'json',
    methods: METHODS,
    filter: () => new ProblemFilter(logger, (code) => refusals.inc({ code })),
    logger,
  });
  const stopReloading = reloadTlsFiles([machines], files, logger);
  const database = machines.app.get<Database>(DATABASE);
  const management = await startManagement(
    { host: config.MANAGEMENT_HOST, port: config.MANAGEMENT_PORT },
    metrics,
    async () => {
      const checks = {
        database: await verifySchemaVersion(database).then(
          (schema) => (schema.current ? 'ok' : 'schema differs: run migrate'),
          () => 'PostgreSQL does not answer',
        ),
        keys: keys.hasKeys()
          ? 'ok'
          : await keys.refresh().then(
              () => 'ok',
              (error: Error) => error.message,
            ),
      };
      return { ready: Object.values(checks).every((state) => state === 'ok'), checks };
    },
  );
  logger.info({ audience: config.AUDIENCE }, 'ready');
  return {
    async stop() {
      stopReloading();
      stopRefreshing();
      await machines.stop();
      management.close();
    },
  };
}

await runApp(logger, start);
