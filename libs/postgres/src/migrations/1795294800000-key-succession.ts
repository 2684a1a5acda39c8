import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Signing keys succeed one another: what each is follows from when it was to begin, what it replaces, and whether it was
 * withdrawn, so that no instance has to keep a status.
 */
export class KeySuccession1795294800000 implements MigrationInterface {
  readonly name = 'KeySuccession1795294800000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  /** Keeps one key of each purpose: the last. */
  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

const UP = [
  `ALTER TABLE signing_key
    ADD COLUMN activates_at timestamptz, ADD COLUMN replaces text,
    ADD COLUMN replace_at timestamptz, ADD COLUMN withdrawn_at timestamptz`,
  `UPDATE signing_key key SET activates_at = created_at, replaces = before.kid
    FROM (SELECT kid AS own, lag(kid) OVER (PARTITION BY purpose ORDER BY status = 'active', created_at, kid) AS kid
      FROM signing_key) before
    WHERE before.own = key.kid`,
  `ALTER TABLE signing_key ALTER COLUMN activates_at SET NOT NULL`,
  `DROP INDEX signing_key_one_active`,
  `ALTER TABLE signing_key DROP COLUMN status`,
  `ALTER TABLE signing_key ADD CONSTRAINT signing_key_of_purpose UNIQUE (kid, purpose)`,
  `ALTER TABLE signing_key ADD CONSTRAINT signing_key_replaces_fkey
    FOREIGN KEY (replaces, purpose) REFERENCES signing_key (kid, purpose)`,
  `CREATE UNIQUE INDEX signing_key_one_first ON signing_key (purpose) WHERE replaces IS NULL`,
  `CREATE UNIQUE INDEX signing_key_one_successor ON signing_key (replaces)`,
];

const DOWN = [
  `DROP INDEX signing_key_one_successor`,
  `DROP INDEX signing_key_one_first`,
  `ALTER TABLE signing_key DROP CONSTRAINT signing_key_replaces_fkey`,
  `ALTER TABLE signing_key DROP CONSTRAINT signing_key_of_purpose`,
  `DELETE FROM signing_key key WHERE EXISTS (SELECT FROM signing_key later WHERE later.replaces = key.kid)`,
  `ALTER TABLE signing_key DROP COLUMN activates_at, DROP COLUMN replaces, DROP COLUMN replace_at,
    DROP COLUMN withdrawn_at`,
  `ALTER TABLE signing_key ADD COLUMN status text NOT NULL DEFAULT 'active'
    CONSTRAINT signing_key_status_known CHECK (status IN ('active', 'retired'))`,
  `ALTER TABLE signing_key ALTER COLUMN status DROP DEFAULT`,
  `CREATE UNIQUE INDEX signing_key_one_active ON signing_key (purpose) WHERE status = 'active'`,
];
