import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The kinds of name that RFC 8705 §2.1.2 has beside the subject and the DNS name. */
export class NameKinds1795222800000 implements MigrationInterface {
  readonly name = 'NameKinds1795222800000';

  async up(runner: QueryRunner): Promise<void> {
    await allow(runner, `'subject_dn', 'san_dns', 'san_uri', 'san_ip', 'san_email'`);
  }

  /** Fails while names of the new kinds are registered: they would be lost. */
  async down(runner: QueryRunner): Promise<void> {
    await allow(runner, `'subject_dn', 'san_dns'`);
  }
}

async function allow(runner: QueryRunner, kinds: string): Promise<void> {
  await runner.query(`ALTER TABLE credential
    DROP CONSTRAINT credential_complete,
    ADD CONSTRAINT credential_complete CHECK (
      CASE WHEN kind = 'certificate'
        THEN num_nonnulls(certificate, thumbprint) = 2 AND num_nonnulls(anchor_id, anchor_key, value, canonical) = 0
        ELSE kind IN (${kinds}) AND num_nonnulls(anchor_id, anchor_key, value, canonical) = 4
          AND num_nonnulls(certificate, thumbprint) = 0
      END
    )`);
}
