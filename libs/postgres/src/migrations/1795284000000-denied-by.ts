import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who denied something, and why, beside it. Null where that is not known: before this, and for tokens that clients revoke. */
export class DeniedBy1795284000000 implements MigrationInterface {
  readonly name = 'DeniedBy1795284000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE deny_entry ADD COLUMN denied_by text, ADD COLUMN note text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE deny_entry DROP COLUMN denied_by, DROP COLUMN note');
  }
}
