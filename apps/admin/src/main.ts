import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { Counter, type Registry } from 'prom-client';
import { mutualTlsOptions, requireChainArrives } from '@holdfast/certificate-source';
import { createTokenVerifier, type TokenVerifier } from '@holdfast/cnf-token-verification';
import {
  LIMITS,
  createLogger,
  createMetrics,
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
import {
  DATABASE,
  PEOPLE_STORE,
  verifySchemaVersion,
  type Database,
  type PostgresOptions,
} from '@holdfast/postgres';
import { systemPorts } from '@holdfast/resource-guard';
import { AdminModule } from './app.module.js';
import { readAdminConfig, type AdminConfig } from './config.js';
import { API_METHODS } from './http/allowed-methods.js';
import { ProblemFilter } from './http/problem.filter.js';
import type { JudgeAddress } from './http/new-credentials.js';
import { keySetAddresses } from './jobs/key-set-address.js';
import { startJobs } from './jobs/start-jobs.js';
import { OwnDenials } from './own-denials.js';
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
  const denials = new OwnDenials();
  const verifier = verifierOf(config, denials);
  const stopRefreshing = verifier.keepFresh(
    () => new Date(),
    (error) => logger.warn({ err: error }, 'the keys could not be refreshed'),
  );
  const listedHosts = config.EGRESS_ALLOWED_HOSTS ?? new Set<string>();
  const listeners = await startListeners(config, verifier, keySetAddresses(listedHosts), metrics);
  const { app } = listeners.machines;
  const database = app.get<Database>(DATABASE);
  await denials.start(database, config.DATABASE_URL, onStorageError);
  const jobs = startJobs(
    { databaseUrl: config.DATABASE_URL, listedHosts },
    { database, registry: app.get(REGISTRY), metrics, logger },
  );
  const servers = [...listeners.people, listeners.machines];
  const endUpkeep = await startUpkeep(config, {
    servers,
    metrics,
    readiness: () => readiness(database, verifier),
    logger,
  });
  logger.info({ audience: config.AUDIENCE }, 'ready');
  return {
    async stop() {
      stopRefreshing();
      await jobs.stop();
      await denials.stop();
      // That for people uses what the machines' holds.
      for (const listener of servers) await listener.stop();
      endUpkeep();
    },
  };
}

function verifierOf(config: AdminConfig, denials: OwnDenials): TokenVerifier {
  const { ISSUER: issuer, AUDIENCE: audience, JWKS_URI: jwksUri, ISSUER_CA_FILE: caFile } = config;
  return createTokenVerifier(
    {
      issuers: [{ issuer, audience, keys: { jwksUri }, requiredClaims: ['partner'] }],
      // Without its database the app can do nothing anyway, and says so in its own words for a minute.
      denyFeed: { mode: 'strict', currentSeconds: 60 },
    },
    { ...systemPorts(caFile === undefined ? {} : { ca: readFileSync(caFile) }), denyFeed: denials },
  );
}

const onStorageError = (error: unknown): void => logger.warn({ err: error }, 'storage trouble');

/** The listener for machines, and that for people if there is to be one. */
async function startListeners(
  config: AdminConfig,
  verifier: TokenVerifier,
  judgeAddress: JudgeAddress,
  metrics: Registry,
): Promise<{ machines: Served; people: readonly Served[] }> {
  const refusals = new Counter({
    name: 'admin_refusals_total',
    help: 'Refused administrative requests by problem code',
    labelNames: ['code'],
    registers: [metrics],
  });
  const shared = {
    files: tlsFilesOf(config),
    host: config.LISTEN_HOST,
    methods: API_METHODS,
    filter: () => new ProblemFilter(logger, (code) => refusals.inc({ code })),
    logger,
  };
  const machines = await serve({
    ...shared,
    module: AdminModule.with(storageOf(config), verifier, judgeAddress),
    tls: mutualTlsOptions(),
    port: config.MTLS_PORT,
    bodies: 'json',
    bodyLimit: LIMITS.uploadBytes,
  });
  return { machines, people: await startPeople(config, shared, machines, judgeAddress) };
}

function storageOf(config: AdminConfig): PostgresOptions {
  return {
    url: config.DATABASE_URL,
    applicationName: APP,
    audit: { onOutage: 'refuse' },
    now: () => new Date(),
    onError: onStorageError,
  };
}

/** Whether the app can do its work now: the database has its schema, and tokens can be verified. */
function readiness(database: Database, verifier: TokenVerifier): Promise<Readiness> {
  return readyIf({ database: requireSchema(database), tokens: verifier.requireReady(new Date()) });
}

async function requireSchema(database: Database): Promise<void> {
  const schema = await verifySchemaVersion(database).catch(() => {
    throw new Error('PostgreSQL does not answer');
  });
  if (!schema.current) throw new Error('schema differs: run migrate');
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
