import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What no longer counts although a token says so. Whoever is suspended already is entered, as a new version of the registry. */
export class DenyList1795276800000 implements MigrationInterface {
  readonly name = 'DenyList1795276800000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION revoke_token');
    await runner.query('DROP TABLE deny_entry');
    await runner.query('DROP INDEX signing_key_one_active');
    await runner.query(`DELETE FROM signing_key WHERE purpose <> 'access_token'`);
    await runner.query('ALTER TABLE signing_key DROP COLUMN purpose');
    await runner.query(
      `CREATE UNIQUE INDEX signing_key_one_active ON signing_key (status) WHERE status = 'active'`,
    );
  }
}

const suspended = (kind: 'partner' | 'client'): string => `
  INSERT INTO deny_entry (id, denied, denied_at, version)
  SELECT '${kind}/' || id, jsonb_build_object('kind', '${kind}', '${kind}', id), now(), (SELECT v FROM registry_version)
  FROM ${kind} WHERE status = 'suspended' AND deleted_at IS NULL`;

const UP = [
  `CREATE TABLE deny_entry (
    id text NOT NULL CONSTRAINT deny_entry_pkey PRIMARY KEY,
    denied jsonb NOT NULL,
    denied_at timestamptz NOT NULL,
    expires_at timestamptz,
    version bigint NOT NULL,
    deleted_at timestamptz
  )`,
  `CREATE INDEX deny_entry_by_version ON deny_entry (version)`,
  `CREATE INDEX deny_entry_by_end ON deny_entry (expires_at)`,
  `UPDATE registry_version SET v = v + 1 WHERE EXISTS (SELECT FROM partner WHERE status = 'suspended')
    OR EXISTS (SELECT FROM client WHERE status = 'suspended')`,
  suspended('partner'),
  suspended('client'),
  // The one write to the registry that the token service may make: it can take a token back, and nothing else (SQ-11).
  `CREATE FUNCTION revoke_token(entry_id text, token_id text, denied_at timestamptz, ends_at timestamptz) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE current bigint;
    BEGIN
      UPDATE registry_version SET v = v + 1 RETURNING v INTO current;
      INSERT INTO deny_entry (id, denied, denied_at, expires_at, version)
        VALUES ('jti/' || entry_id, jsonb_build_object('kind', 'jti', 'jti', token_id), denied_at, ends_at, current);
      PERFORM pg_notify('holdfast_registry', current::text);
    END $$`,
  `REVOKE ALL ON FUNCTION revoke_token FROM PUBLIC`,
  // The feed is signed by a key of its own.
  `ALTER TABLE signing_key ADD COLUMN purpose text NOT NULL DEFAULT 'access_token'
    CONSTRAINT signing_key_purpose_known CHECK (purpose IN ('access_token', 'deny_feed'))`,
  `ALTER TABLE signing_key ALTER COLUMN purpose DROP DEFAULT`,
  `DROP INDEX signing_key_one_active`,
  `CREATE UNIQUE INDEX signing_key_one_active ON signing_key (purpose) WHERE status = 'active'`,
];
