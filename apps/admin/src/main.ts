import 'reflect-metadata';
import { Counter } from 'prom-client';
import { mutualTlsOptions, requireChainArrives } from '@holdfast/certificate-source';
import { createTokenVerifier, type TokenVerifier } from '@holdfast/cnf-token-verification';
import {
  LIMITS,
  createFetch,
  createLogger,
  createMetrics,
  reloadTlsFiles,
  requireProductionReady,
  runApp,
  serve,
  startManagement,
  type RunningApp,
  type Served,
} from '@holdfast/http-platform';
import { DATABASE, PEOPLE_STORE, verifySchemaVersion, type Database } from '@holdfast/postgres';
import { AdminModule } from './app.module.js';
import { readAdminConfig, type AdminConfig } from './config.js';
import { API_METHODS } from './http/allowed-methods.js';
import { ProblemFilter } from './http/problem.filter.js';
import type { JudgeAddress } from './http/new-credentials.js';
import { keySetAddresses } from './jobs/key-set-address.js';
import { startJobs } from './jobs/start-jobs.js';
import { runOwnerCommand } from './people/owner-command.js';
import { servePeople } from './people/people-listener.js';
import { AUDIT, DENIALS, REGISTRY, SIGNING_KEYS } from './tokens.js';

const APP = 'admin';
const logger = createLogger(APP);

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
  const { ISSUER: issuer, AUDIENCE: audience, JWKS_URI: jwksUri } = config;
  const verifier = createTokenVerifier(
    { issuers: [{ issuer, audience, keys: { jwksUri }, requiredClaims: ['partner'] }] },
    { fetch: createFetch(config.ISSUER_CA_FILE) },
  );
  const stopRefreshing = verifier.keepFresh(
    () => new Date(),
    (error) => logger.warn({ err: error }, 'the keys could not be refreshed'),
  );
  const files = { certificateFile: config.TLS_CERTIFICATE_FILE, privateKeyFile: config.TLS_PRIVATE_KEY_FILE };
  const storage = {
    url: config.DATABASE_URL,
    applicationName: APP,
    audit: { onOutage: 'refuse' } as const,
    now: () => new Date(),
    onError: (error: unknown) => logger.warn({ err: error }, 'storage trouble'),
  };

  const shared = {
    files,
    host: config.LISTEN_HOST,
    methods: API_METHODS,
    filter: () => new ProblemFilter(logger, (code) => refusals.inc({ code })),
    logger,
  };

  const listedHosts = config.EGRESS_ALLOWED_HOSTS ?? new Set<string>();
  const judgeAddress = keySetAddresses(listedHosts);
  const machines = await serve({
    ...shared,
    module: AdminModule.with(storage, verifier, judgeAddress),
    tls: mutualTlsOptions(),
    port: config.MTLS_PORT,
    bodies: 'json',
    bodyLimit: LIMITS.uploadBytes,
  });
  const people = await startPeople(config, shared, machines, judgeAddress);
  const stopReloading = reloadTlsFiles([...people, machines], files, logger);
  const database = machines.app.get<Database>(DATABASE);
  const jobs = startJobs(
    { databaseUrl: config.DATABASE_URL, listedHosts },
    { database, registry: machines.app.get(REGISTRY), metrics, logger },
  );
  const management = await startManagement(
    { host: config.MANAGEMENT_HOST, port: config.MANAGEMENT_PORT },
    metrics,
    () => readiness(database, verifier),
  );
  logger.info({ audience: config.AUDIENCE }, 'ready');
  return {
    async stop() {
      stopReloading();
      stopRefreshing();
      await jobs.stop();
      for (const listener of [...people, machines]) await listener.stop();
      management.close();
    },
  };
}

/** Whether the app can do its work now: the database has its schema, and tokens can be verified. */
async function readiness(database: Database, verifier: TokenVerifier) {
  const checks = {
    database: await verifySchemaVersion(database).then(
      (schema) => (schema.current ? 'ok' : 'schema differs: run migrate'),
      () => 'PostgreSQL does not answer',
    ),
    keys: await verifier.requireReady(new Date()).then(
      () => 'ok',
      (error: Error) => error.message,
    ),
  };
  return { ready: Object.values(checks).every((state) => state === 'ok'), checks };
}

/** The listener for people if there is to be one; it uses what the machines' listener holds, so it stops first. */
async function startPeople(
  { PEOPLE_URL: url, PEOPLE_PORT: port, HOLDFAST_MODE: mode }: AdminConfig,
  shared: Omit<Parameters<typeof servePeople>[0], 'port'>,
  { app, stop }: Served,
  judgeAddress: JudgeAddress,
): Promise<readonly Served[]> {
  if (url === undefined || port === undefined) return [];
  const ports = {
    registry: app.get(REGISTRY),
    denials: app.get(DENIALS),
    signingKeys: app.get(SIGNING_KEYS),
    audit: app.get(AUDIT),
    judgeAddress,
  };
  try {
    return [await servePeople({ ...shared, port }, ports, app.get(PEOPLE_STORE), { url, mode })];
  } catch (error) {
    await stop();
    throw error;
  }
}

const [command, ...args] = process.argv.slice(2);
if (command === undefined) await runApp(logger, start);
else {
  process.exitCode = await runOwnerCommand(command === 'owner' ? args : [], process.env, {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
}
