import type { MigrationInterface, QueryRunner } from 'typeorm';

/** OCSP beside CRLs: the responses at hand (part of the replicated registry), and which certificates are asked about where. */
export class Ocsp1795273200000 implements MigrationInterface {
  readonly name = 'Ocsp1795273200000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ocsp_response');
    await runner.query(`DELETE FROM revocation_source WHERE about <> ''`);
    await runner.query(`ALTER TABLE revocation_source DROP CONSTRAINT revocation_source_complete,
      DROP CONSTRAINT revocation_source_pkey, DROP COLUMN about, DROP COLUMN certificate, DROP COLUMN issuer,
      DROP COLUMN ends_at, ADD CONSTRAINT revocation_source_pkey PRIMARY KEY (anchor_id, url)`);
  }
}

const UP = [
  `CREATE TABLE ocsp_response (
    id text NOT NULL CONSTRAINT ocsp_response_pkey PRIMARY KEY,
    anchor_id text NOT NULL CONSTRAINT ocsp_response_anchor_fkey REFERENCES trust_anchor (id),
    source text NOT NULL,
    certificate text NOT NULL,
    der bytea NOT NULL,
    status text NOT NULL CONSTRAINT ocsp_response_status_known CHECK (status IN ('good', 'revoked')),
    produced_at timestamptz NOT NULL,
    fresh_until timestamptz,
    stored_at timestamptz NOT NULL,
    version bigint NOT NULL,
    deleted_at timestamptz
  )`,
  `CREATE UNIQUE INDEX ocsp_response_of_source ON ocsp_response (anchor_id, source, certificate)
    WHERE deleted_at IS NULL`,
  `CREATE INDEX ocsp_response_by_version ON ocsp_response (version)`,
  `ALTER TABLE revocation_source
    ADD COLUMN about text NOT NULL DEFAULT '',
    ADD COLUMN certificate bytea,
    ADD COLUMN issuer bytea,
    ADD COLUMN ends_at timestamptz,
    DROP CONSTRAINT revocation_source_pkey,
    ADD CONSTRAINT revocation_source_pkey PRIMARY KEY (anchor_id, url, about),
    ADD CONSTRAINT revocation_source_complete CHECK (CASE WHEN about = ''
      THEN num_nonnulls(certificate, issuer, ends_at) = 0 ELSE num_nulls(certificate, issuer, ends_at) = 0 END)`,
];
