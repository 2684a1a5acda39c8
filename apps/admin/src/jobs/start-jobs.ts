import type { Logger } from 'pino';
import { Counter, type Registry } from 'prom-client';
import type { RegistryAdministration } from '@holdfast/client-registry';
import { loggable } from '@holdfast/http-platform';
import { OutboundFetch } from '@holdfast/outbound-fetch';
import { RevocationSchedule, type Database } from '@holdfast/postgres';
import { JobQueue } from './job-queue.js';
import { meterRevocation } from './revocation-metrics.js';
import { RevocationRefresh, type RefreshReport } from './revocation-refresh.js';

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
  const schedule = new RevocationSchedule(database);
  const count = meterRevocation(metrics, schedule, now);
  const onReport = ({ url, ...facts }: RefreshReport): void => {
    const report = { ...facts, url: loggable(url) };
    count(report.outcome);
    if (report.error === undefined) logger.info(report, 'revocation status fetched');
    else logger.warn(report, 'revocation status not fetched, the last good one stays');
  };
  const outbound = new OutboundFetch();
  const refresh = { schedule, registry, outbound, now, random: Math.random, onReport };
  const jobs = new JobQueue({ url: databaseUrl, onError: reportErrors(metrics, logger) });
  jobs.add(new RevocationRefresh(refresh, listedHosts)).start();
  return jobs;
}

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
