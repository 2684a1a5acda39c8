import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What has ended may be deleted, and nothing else of the deny list: a standing denial ends by a tombstone only. */
export class EndedDenials1795298400000 implements MigrationInterface {
  readonly name = 'EndedDenials1795298400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CREATE);
    await runner.query('REVOKE ALL ON FUNCTION delete_ended_denials FROM PUBLIC');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION delete_ended_denials');
  }
}

/** Ended for an hour, so that whoever has a clock that is behind knows them long enough. */
const CREATE = `CREATE FUNCTION delete_ended_denials(most integer) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH ended AS (
    SELECT id FROM deny_entry WHERE expires_at < now() - interval '1 hour' ORDER BY expires_at LIMIT most
      FOR UPDATE SKIP LOCKED),
  deleted AS (DELETE FROM deny_entry USING ended WHERE deny_entry.id = ended.id RETURNING 1)
  SELECT count(*) FROM deleted $$`;
