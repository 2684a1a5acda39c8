import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Trust anchors can be suspended. Those that exist are active. */
export class AnchorStatus1795291200000 implements MigrationInterface {
  readonly name = 'AnchorStatus1795291200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE trust_anchor ADD COLUMN status text NOT NULL DEFAULT 'active'
         CONSTRAINT trust_anchor_status_known CHECK (status IN ('active', 'suspended'))`,
    );
    // Whoever adds one says what it is.
    await runner.query('ALTER TABLE trust_anchor ALTER COLUMN status DROP DEFAULT');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE trust_anchor DROP COLUMN status');
  }
}
