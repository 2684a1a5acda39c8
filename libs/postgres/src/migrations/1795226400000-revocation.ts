import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What revocation means under each anchor, the CRLs that are at hand for it (part of the replicated registry), and
 * where they come from. Anchors that exist were added when nothing was checked: `off` says so.
 */
export class Revocation1795226400000 implements MigrationInterface {
  readonly name = 'Revocation1795226400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE revocation_source, revocation_list');
    await runner.query('ALTER TABLE trust_anchor DROP COLUMN revocation');
  }
}

const UP = [
  `ALTER TABLE trust_anchor ADD COLUMN revocation text NOT NULL DEFAULT 'off'
    CONSTRAINT trust_anchor_revocation_known CHECK (revocation IN ('off', 'soft', 'hard'))`,
  `ALTER TABLE trust_anchor ALTER COLUMN revocation DROP DEFAULT`,
  `CREATE TABLE revocation_list (
    id text NOT NULL CONSTRAINT revocation_list_pkey PRIMARY KEY,
    anchor_id text NOT NULL CONSTRAINT revocation_list_anchor_fkey REFERENCES trust_anchor (id),
    source text NOT NULL,
    der bytea NOT NULL,
    this_update timestamptz NOT NULL,
    next_update timestamptz,
    stored_at timestamptz NOT NULL,
    version bigint NOT NULL,
    deleted_at timestamptz
  )`,
  `CREATE UNIQUE INDEX revocation_list_of_source ON revocation_list (anchor_id, source) WHERE deleted_at IS NULL`,
  `CREATE INDEX revocation_list_by_version ON revocation_list (version)`,
  `CREATE TABLE revocation_source (
    anchor_id text NOT NULL CONSTRAINT revocation_source_anchor_fkey REFERENCES trust_anchor (id),
    url text NOT NULL,
    first_seen timestamptz NOT NULL DEFAULT now(),
    next_due timestamptz NOT NULL DEFAULT now(),
    last_attempt timestamptz,
    last_success timestamptz,
    last_error text,
    CONSTRAINT revocation_source_pkey PRIMARY KEY (anchor_id, url)
  )`,
  `CREATE INDEX revocation_source_by_due ON revocation_source (next_due)`,
];
