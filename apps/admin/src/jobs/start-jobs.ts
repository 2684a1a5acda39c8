import type { Logger } from 'pino';
import { Counter, type Registry } from 'prom-client';
import type { RegistryAdministration } from '@holdfast/client-registry';
import { loggable } from '@holdfast/http-platform';
import { OutboundFetch } from '@holdfast/outbound-fetch';
import { EndedDenials, KeySetSchedule, RevocationSchedule, type Database } from '@holdfast/postgres';
import { EndedDenialsCleanup } from './ended-denials-cleanup.js';
import { JobQueue } from './job-queue.js';
import { meterKeySets } from './key-set-metrics.js';
import { keySetRule } from './key-set-address.js';
import { KeySetRefresh, type KeySetOutcome, type KeySetReport } from './key-set-refresh.js';
import { meterRevocation } from './revocation-metrics.js';
import { RevocationRefresh, type RefreshOutcome, type RefreshReport } from './revocation-refresh.js';

export interface JobSettings {
  readonly databaseUrl: string;
  /** Hosts of private networks that may be fetched from. */
  readonly listedHosts: ReadonlySet<string>;
}

export interface JobPorts {
  readonly database: Database;
  readonly registry: RegistryAdministration;
  readonly metrics: Registry;
  readonly logger: Logger;
}

/** Starts the background jobs of this replica: each is added here, and nowhere else. */
export function startJobs({ databaseUrl, listedHosts }: JobSettings, ports: JobPorts): JobQueue {
  const { database, registry, metrics, logger } = ports;
  const now = (): Date => new Date();
  // One guard, so that its limits hold for all jobs together.
  const shared = { registry, outbound: new OutboundFetch(), now, random: Math.random };
  const status = new RevocationSchedule(database);
  const keySets = new KeySetSchedule(database);
  const refreshes = {
    ...shared,
    schedule: status,
    onReport: reportStatus(meterRevocation(metrics, status, now), logger),
  };
  const fetches = {
    ...shared,
    schedule: keySets,
    onReport: reportKeySet(meterKeySets(metrics, keySets, now), logger),
  };
  const jobs = new JobQueue({ url: databaseUrl, onError: reportErrors(metrics, logger) });
  jobs.add(new RevocationRefresh(refreshes, listedHosts));
  jobs.add(new KeySetRefresh(fetches, keySetRule(listedHosts)));
  jobs.add(new EndedDenialsCleanup(new EndedDenials(database), reportDeleted(logger))).start();
  return jobs;
}

function reportStatus(count: (outcome: RefreshOutcome) => void, logger: Logger) {
  return ({ url, ...facts }: RefreshReport): void => {
    const report = { ...facts, url: loggable(url) };
    count(report.outcome);
    if (report.error === undefined) logger.info(report, 'revocation status fetched');
    else logger.warn(report, 'revocation status not fetched, the last good one stays');
  };
}

function reportKeySet(count: (outcome: KeySetOutcome) => void, logger: Logger) {
  return ({ url, ...facts }: KeySetReport): void => {
    const report = { ...facts, url: loggable(url) };
    count(report.outcome);
    if (report.outcome === 'key_exposed') logger.error(report, 'a private key is published in a key set');
    else if (report.error === undefined) logger.info(report, 'key set fetched');
    else logger.warn(report, 'key set not fetched, the last good one stays');
  };
}

const reportDeleted =
  (logger: Logger) =>
  (deleted: number): void =>
    logger.info({ deleted }, 'entries of the deny list that have ended are deleted');

/** While the database is away every look fails alike: each kind of error is logged once in a while, and always counted. */
function reportErrors(metrics: Registry, logger: Logger): (error: unknown, kind: string | undefined) => void {
  const errors = new Counter({
    name: 'admin_job_errors_total',
    help: 'Errors of ours in background jobs, by kind of job',
    labelNames: ['kind'],
    registers: [metrics],
  });
  const lastLogged = new Map<string, number>();
  return (error, kind = 'queue') => {
    errors.inc({ kind });
    const what = `${kind} ${(error as { code?: unknown }).code ?? (error as Error).name}`;
    const silentSince = performance.now() - (lastLogged.get(what) ?? -Infinity);
    if (silentSince < LOG_EVERY_MS) return;
    lastLogged.set(what, performance.now());
    logger.error({ err: error, job: kind }, 'a background job failed');
  };
}

const LOG_EVERY_MS = 30_000;
