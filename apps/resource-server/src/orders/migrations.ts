import type { MigrationInterface, QueryRunner } from 'typeorm';

class InitialSchema1767225600000 implements MigrationInterface {
  readonly name = 'InitialSchema1767225600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE partner_order (
        id text PRIMARY KEY CHECK (id ~ '^ord_[0-9a-z-]+$'),
        partner text NOT NULL,
        item text NOT NULL CHECK (char_length(item) BETWEEN 1 AND 200),
        quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 1000000),
        placed_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX partner_order_of_partner ON partner_order (partner, placed_at DESC)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE partner_order');
  }
}

/** Listed one by one, in order; never derived from the entities. */
export const ORDER_MIGRATIONS = [InitialSchema1767225600000];
