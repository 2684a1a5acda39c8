import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Registry, signing keys, audit trail and counts of unproven refusals. */
export class InitialSchema1767225600000 implements MigrationInterface {
  readonly name = 'InitialSchema1767225600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...REGISTRY, ...SIGNING_KEYS, ...AUDIT]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE unproven_refusal, audit_event, signing_key, access_grant, resource, credential,
      client, trust_anchor, partner, registry_version`);
  }
}

const REGISTRY = [
  `CREATE TABLE registry_version (
    id boolean NOT NULL DEFAULT true CONSTRAINT registry_version_pkey PRIMARY KEY,
    v bigint NOT NULL,
    CONSTRAINT registry_version_single_row CHECK (id)
  )`,
  `INSERT INTO registry_version (v) VALUES (0)`,
  `CREATE TABLE partner (
    id text NOT NULL CONSTRAINT partner_pkey PRIMARY KEY,
    name text NOT NULL,
    status text NOT NULL,
    version bigint NOT NULL,
    deleted_at timestamptz,
    CONSTRAINT partner_status_known CHECK (status IN ('active', 'suspended'))
  )`,
  `CREATE INDEX partner_by_version ON partner (version)`,
  `CREATE TABLE trust_anchor (
    id text NOT NULL CONSTRAINT trust_anchor_pkey PRIMARY KEY,
    partner_id text NOT NULL CONSTRAINT trust_anchor_partner_fkey REFERENCES partner (id),
    certificate bytea NOT NULL,
    key_thumbprint text NOT NULL,
    intermediates bytea[] NOT NULL,
    version bigint NOT NULL,
    deleted_at timestamptz,
    CONSTRAINT trust_anchor_key_of_partner UNIQUE (id, partner_id, key_thumbprint)
  )`,
  `CREATE UNIQUE INDEX trust_anchor_key_taken ON trust_anchor (partner_id, key_thumbprint) WHERE deleted_at IS NULL`,
  `CREATE INDEX trust_anchor_by_version ON trust_anchor (version)`,
  `CREATE TABLE client (
    id text NOT NULL CONSTRAINT client_pkey PRIMARY KEY,
    partner_id text NOT NULL CONSTRAINT client_partner_fkey REFERENCES partner (id),
    auth_method text NOT NULL,
    status text NOT NULL,
    version bigint NOT NULL,
    deleted_at timestamptz,
    CONSTRAINT client_of_partner UNIQUE (id, partner_id),
    CONSTRAINT client_status_known CHECK (status IN ('active', 'suspended')),
    CONSTRAINT client_auth_method_known CHECK (auth_method IN ('tls_client_auth', 'self_signed_tls_client_auth'))
  )`,
  `CREATE INDEX client_by_partner ON client (partner_id)`,
  `CREATE INDEX client_by_version ON client (version)`,
  `CREATE TABLE credential (
    id text NOT NULL CONSTRAINT credential_pkey PRIMARY KEY,
    client_id text NOT NULL,
    partner_id text NOT NULL,
    kind text NOT NULL,
    anchor_id text,
    anchor_key text,
    value text,
    canonical text,
    certificate bytea,
    thumbprint text,
    version bigint NOT NULL,
    deleted_at timestamptz,
    CONSTRAINT credential_client_fkey FOREIGN KEY (client_id, partner_id) REFERENCES client (id, partner_id),
    CONSTRAINT credential_anchor_fkey FOREIGN KEY (anchor_id, partner_id, anchor_key)
      REFERENCES trust_anchor (id, partner_id, key_thumbprint),
    CONSTRAINT credential_complete CHECK (
      CASE WHEN kind = 'certificate'
        THEN num_nonnulls(certificate, thumbprint) = 2 AND num_nonnulls(anchor_id, anchor_key, value, canonical) = 0
        ELSE kind IN ('subject_dn', 'san_dns') AND num_nonnulls(anchor_id, anchor_key, value, canonical) = 4
          AND num_nonnulls(certificate, thumbprint) = 0
      END
    )
  )`,
  `CREATE UNIQUE INDEX credential_thumbprint_taken ON credential (thumbprint) WHERE deleted_at IS NULL`,
  `CREATE UNIQUE INDEX credential_name_taken ON credential (anchor_key, kind, canonical) WHERE deleted_at IS NULL`,
  `CREATE INDEX credential_by_client ON credential (client_id)`,
  `CREATE INDEX credential_by_version ON credential (version)`,
  `CREATE TABLE resource (
    audience text NOT NULL CONSTRAINT resource_pkey PRIMARY KEY,
    partner_id text NOT NULL CONSTRAINT resource_partner_fkey REFERENCES partner (id),
    scopes text[] NOT NULL,
    version bigint NOT NULL,
    deleted_at timestamptz
  )`,
  `CREATE INDEX resource_by_version ON resource (version)`,
  `CREATE TABLE access_grant (
    id text NOT NULL CONSTRAINT access_grant_pkey PRIMARY KEY,
    client_id text NOT NULL CONSTRAINT access_grant_client_fkey REFERENCES client (id),
    audience text NOT NULL CONSTRAINT access_grant_resource_fkey REFERENCES resource (audience),
    scopes text[] NOT NULL,
    version bigint NOT NULL,
    deleted_at timestamptz
  )`,
  `CREATE UNIQUE INDEX access_grant_taken ON access_grant (client_id, audience) WHERE deleted_at IS NULL`,
  `CREATE INDEX access_grant_by_audience ON access_grant (audience)`,
  `CREATE INDEX access_grant_by_version ON access_grant (version)`,
];

const SIGNING_KEYS = [
  `CREATE TABLE signing_key (
    kid text NOT NULL CONSTRAINT signing_key_pkey PRIMARY KEY,
    alg text NOT NULL,
    public_jwk jsonb NOT NULL,
    sealed bytea NOT NULL,
    status text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT signing_key_alg_known CHECK (alg IN ('ES256')),
    CONSTRAINT signing_key_status_known CHECK (status IN ('active', 'retired'))
  )`,
  `CREATE UNIQUE INDEX signing_key_one_active ON signing_key (status) WHERE status = 'active'`,
];

/** `body` is what was hashed, octet by octet; the columns below it are derived from it and cannot say otherwise. */
const AUDIT = [
  `CREATE TABLE audit_event (
    stream text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    body text NOT NULL,
    previous_hash text NOT NULL,
    hash text NOT NULL,
    at text COLLATE "C" NOT NULL GENERATED ALWAYS AS (body::jsonb ->> 'at') STORED,
    kind text NOT NULL GENERATED ALWAYS AS (body::jsonb ->> 'kind') STORED,
    actor text NOT NULL GENERATED ALWAYS AS (body::jsonb ->> 'actor') STORED,
    partner_id text GENERATED ALWAYS AS (body::jsonb ->> 'partnerId') STORED,
    client_id text GENERATED ALWAYS AS (body::jsonb ->> 'clientId') STORED,
    request_id text GENERATED ALWAYS AS (body::jsonb ->> 'requestId') STORED,
    reason text GENERATED ALWAYS AS (body::jsonb ->> 'reason') STORED,
    CONSTRAINT audit_event_pkey PRIMARY KEY (stream, seq),
    CONSTRAINT audit_event_seq_positive CHECK (seq > 0)
  )`,
  `CREATE INDEX audit_event_by_time ON audit_event (at, stream, seq)`,
  `CREATE INDEX audit_event_by_client ON audit_event (client_id, at, stream, seq)`,
  `CREATE INDEX audit_event_by_partner ON audit_event (partner_id, at, stream, seq)`,
  `CREATE INDEX audit_event_by_request ON audit_event (request_id) WHERE request_id IS NOT NULL`,
  `CREATE TABLE unproven_refusal (
    minute timestamptz NOT NULL,
    reason text NOT NULL,
    source text NOT NULL,
    count bigint NOT NULL,
    samples jsonb NOT NULL,
    CONSTRAINT unproven_refusal_pkey PRIMARY KEY (minute, reason, source),
    CONSTRAINT unproven_refusal_count_positive CHECK (count > 0)
  )`,
  `CREATE INDEX unproven_refusal_by_sample ON unproven_refusal USING gin (samples jsonb_path_ops)`,
];
