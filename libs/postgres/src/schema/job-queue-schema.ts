import { createHash } from 'node:crypto';
import pg from 'pg';
import type { ClientBase } from 'pg';

/** Where the tables of the job queue are: a schema of their own, made and changed by the library that owns them. */
export const JOB_QUEUE_SCHEMA = 'job_queue';

/**
 * What the one app that works jobs may do with them. Its rows are tasks and not records: it deletes what is done. It
 * cannot change the schema, so partitions per queue and statistics, which the library makes at run time, stay unused.
 */
const RIGHTS = [
  'SELECT ON version, bam, schedule',
  'SELECT, DELETE ON job_dependency',
  // Which replica does the upkeep next; never the version itself.
  'UPDATE (cron_on, bam_on, flow_on, reindex_on, monitor_backoff_on) ON version',
  'SELECT, INSERT, UPDATE ON queue',
  'SELECT, INSERT, UPDATE, DELETE ON job, job_common',
] as const;

/** Changes whenever the tables or the rights do. */
export async function jobQueueFingerprint(): Promise<string> {
  const { getConstructionPlans } = await import('pg-boss');
  const hash = createHash('sha256').update(getConstructionPlans(JOB_QUEUE_SCHEMA));
  return hash.update(JSON.stringify(RIGHTS)).digest('hex');
}

/**
 * Brings the tables of the job queue to the version of the library. Idempotent. Loads the library only here: the apps
 * that have no jobs do without it.
 */
export async function migrateJobQueue(url: string): Promise<void> {
  const { PgBoss } = await import('pg-boss');
  const boss = new PgBoss({
    connectionString: url,
    application_name: 'migrate',
    schema: JOB_QUEUE_SCHEMA,
    max: 1,
    supervise: false,
    schedule: false,
  });
  // What fails is thrown as well.
  boss.on('error', () => undefined);
  try {
    await boss.start();
  } finally {
    await boss.stop({ graceful: false });
  }
}

/** Gives `role` exactly the rights above, and nobody else any. Idempotent. */
export async function grantJobQueue(client: ClientBase, role: string): Promise<void> {
  const name = pg.escapeIdentifier(role);
  await client.query(`REVOKE ALL ON SCHEMA ${JOB_QUEUE_SCHEMA} FROM PUBLIC, ${name}`);
  await client.query(`REVOKE ALL ON ALL TABLES IN SCHEMA ${JOB_QUEUE_SCHEMA} FROM PUBLIC, ${name}`);
  await client.query(`GRANT USAGE ON SCHEMA ${JOB_QUEUE_SCHEMA} TO ${name}`);
  for (const right of RIGHTS) {
    const [what = '', tables = ''] = right.split(' ON ');
    const qualified = tables.split(', ').map((table) => `${JOB_QUEUE_SCHEMA}.${table}`);
    await client.query(`GRANT ${what} ON ${qualified.join(', ')} TO ${name}`);
  }
}
