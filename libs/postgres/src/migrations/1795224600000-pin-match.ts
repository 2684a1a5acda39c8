import { createHash, X509Certificate } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What of a pinned certificate counts, and its key. Pins that exist count as the certificate, as they did. */
export class PinMatch1795224600000 implements MigrationInterface {
  readonly name = 'PinMatch1795224600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE credential ADD COLUMN pin_match text, ADD COLUMN key_thumbprint text');
    const pins = (await runner.query(
      `SELECT id, certificate FROM credential WHERE kind = 'certificate'`,
    )) as {
      id: string;
      certificate: Buffer;
    }[];
    for (const { id, certificate } of pins) {
      await runner.query(
        `UPDATE credential SET pin_match = 'certificate', key_thumbprint = $2 WHERE id = $1`,
        [id, keyThumbprintOf(certificate)],
      );
    }
    await runner.query(`ALTER TABLE credential
      DROP CONSTRAINT credential_complete,
      ADD CONSTRAINT credential_complete CHECK (
        CASE WHEN kind = 'certificate'
          THEN num_nonnulls(certificate, thumbprint, key_thumbprint) = 3
            AND pin_match IS NOT NULL AND pin_match IN ('certificate', 'public-key')
            AND num_nonnulls(anchor_id, anchor_key, value, canonical) = 0
          ELSE kind IN ('subject_dn', 'san_dns', 'san_uri', 'san_ip', 'san_email')
            AND num_nonnulls(anchor_id, anchor_key, value, canonical) = 4
            AND num_nonnulls(certificate, thumbprint, key_thumbprint, pin_match) = 0
        END
      )`);
    await runner.query(`CREATE UNIQUE INDEX credential_key_taken ON credential (key_thumbprint)
      WHERE deleted_at IS NULL AND pin_match = 'public-key'`);
    await runner.query('CREATE INDEX credential_by_key ON credential (key_thumbprint)');
  }

  /** Pins by their key become pins of their certificate: that only narrows. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE credential
      DROP CONSTRAINT credential_complete,
      ADD CONSTRAINT credential_complete CHECK (
        CASE WHEN kind = 'certificate'
          THEN num_nonnulls(certificate, thumbprint) = 2 AND num_nonnulls(anchor_id, anchor_key, value, canonical) = 0
          ELSE kind IN ('subject_dn', 'san_dns', 'san_uri', 'san_ip', 'san_email')
            AND num_nonnulls(anchor_id, anchor_key, value, canonical) = 4
            AND num_nonnulls(certificate, thumbprint) = 0
        END
      ),
      DROP COLUMN pin_match,
      DROP COLUMN key_thumbprint`);
  }
}

/** Every pin was parsed strictly when it was registered; one that cannot be read stops the migration. */
function keyThumbprintOf(certificate: Buffer): string {
  const spki = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64url');
}
