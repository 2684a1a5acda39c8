import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Until when certificates without clientAuth count under an anchor. Anchors that exist have no such exception. */
export class ServerAuthException1795230000000 implements MigrationInterface {
  readonly name = 'ServerAuthException1795230000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE trust_anchor ADD COLUMN server_auth_until timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE trust_anchor DROP COLUMN server_auth_until');
  }
}
