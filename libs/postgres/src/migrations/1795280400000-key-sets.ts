import type { MigrationInterface, QueryRunner } from 'typeorm';

/** `jwks_uri`: the credential, what was fetched from it (part of the replicated registry), and how fetching goes. */
export class KeySets1795280400000 implements MigrationInterface {
  readonly name = 'KeySets1795280400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  /** Clients lose their `jwks_uri`: that only narrows. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE key_set_source, key_set');
    await runner.query('DROP INDEX credential_one_key_set');
    await runner.query(`DELETE FROM credential WHERE kind = 'jwks_uri'`);
    await runner.query(`ALTER TABLE credential DROP CONSTRAINT credential_complete,
      ADD CONSTRAINT credential_complete CHECK (CASE WHEN kind = 'certificate' THEN ${PIN} ELSE ${NAME} END)`);
  }
}

const PIN = `num_nonnulls(certificate, thumbprint, key_thumbprint) = 3
  AND pin_match IS NOT NULL AND pin_match IN ('certificate', 'public-key')
  AND num_nonnulls(anchor_id, anchor_key, value, canonical) = 0`;
const NAME = `kind IN ('subject_dn', 'san_dns', 'san_uri', 'san_ip', 'san_email')
  AND num_nonnulls(anchor_id, anchor_key, value, canonical) = 4
  AND num_nonnulls(certificate, thumbprint, key_thumbprint, pin_match) = 0`;

const UP = [
  `ALTER TABLE credential DROP CONSTRAINT credential_complete, ADD CONSTRAINT credential_complete CHECK (
    CASE kind
      WHEN 'certificate' THEN ${PIN}
      WHEN 'jwks_uri' THEN value IS NOT NULL AND num_nonnulls(anchor_id, anchor_key, canonical) = 0
        AND num_nonnulls(certificate, thumbprint, key_thumbprint, pin_match) = 0
      ELSE ${NAME}
    END)`,
  `CREATE UNIQUE INDEX credential_one_key_set ON credential (client_id)
    WHERE deleted_at IS NULL AND kind = 'jwks_uri'`,
  `CREATE TABLE key_set (
    id text NOT NULL CONSTRAINT key_set_pkey PRIMARY KEY
      CONSTRAINT key_set_credential_fkey REFERENCES credential (id),
    client_id text NOT NULL CONSTRAINT key_set_client_fkey REFERENCES client (id),
    certificates bytea[] NOT NULL,
    fetched_at timestamptz NOT NULL,
    fresh_until timestamptz NOT NULL,
    version bigint NOT NULL,
    deleted_at timestamptz
  )`,
  `CREATE INDEX key_set_by_version ON key_set (version)`,
  `CREATE TABLE key_set_source (
    credential_id text NOT NULL CONSTRAINT key_set_source_pkey PRIMARY KEY
      CONSTRAINT key_set_source_credential_fkey REFERENCES credential (id),
    next_due timestamptz NOT NULL DEFAULT now(),
    last_attempt timestamptz,
    last_success timestamptz,
    last_error text
  )`,
  `CREATE INDEX key_set_source_by_due ON key_set_source (next_due)`,
];
