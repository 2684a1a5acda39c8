import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts of people, how they sign in, and their sessions. Of every secret there is only a digest. */
export class People1795219200000 implements MigrationInterface {
  readonly name = 'People1795219200000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of PEOPLE) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE passkey_challenge, person_session, passkey, setup_link, account');
  }
}

const PEOPLE = [
  `CREATE TABLE account (
    id text NOT NULL CONSTRAINT account_pkey PRIMARY KEY,
    name text NOT NULL,
    role text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT account_role_known CHECK (role IN ('owner'))
  )`,
  `CREATE UNIQUE INDEX account_name_taken ON account (name)`,
  `CREATE TABLE setup_link (
    digest text NOT NULL CONSTRAINT setup_link_pkey PRIMARY KEY,
    account_id text NOT NULL CONSTRAINT setup_link_account_fkey REFERENCES account (id),
    expires_at timestamptz NOT NULL,
    ended_at timestamptz
  )`,
  `CREATE INDEX setup_link_by_account ON setup_link (account_id)`,
  `CREATE TABLE passkey (
    id text NOT NULL CONSTRAINT passkey_pkey PRIMARY KEY,
    account_id text NOT NULL CONSTRAINT passkey_account_fkey REFERENCES account (id),
    name text NOT NULL,
    public_key bytea NOT NULL,
    counter bigint NOT NULL,
    transports text[] NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz
  )`,
  `CREATE INDEX passkey_by_account ON passkey (account_id)`,
  `CREATE TABLE person_session (
    digest text NOT NULL CONSTRAINT person_session_pkey PRIMARY KEY,
    account_id text NOT NULL CONSTRAINT person_session_account_fkey REFERENCES account (id),
    via text NOT NULL,
    opened_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    closed_at timestamptz,
    CONSTRAINT person_session_via_known CHECK (via IN ('link', 'passkey'))
  )`,
  `CREATE INDEX person_session_by_account ON person_session (account_id)`,
  `CREATE TABLE passkey_challenge (
    digest text NOT NULL CONSTRAINT passkey_challenge_pkey PRIMARY KEY,
    account_id text CONSTRAINT passkey_challenge_account_fkey REFERENCES account (id),
    expires_at timestamptz NOT NULL
  )`,
  `CREATE INDEX passkey_challenge_by_expiry ON passkey_challenge (expires_at)`,
];
