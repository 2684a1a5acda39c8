import { createHash } from 'node:crypto';
import pg from 'pg';
import type { ClientBase } from 'pg';
import { toScramVerifier } from './scram-verifier.js';

/** The apps that have a database role of their own. */
export type AppRole = 'token_service' | 'admin';

export interface RoleSettings {
  /** Roles are cluster-wide: the prefix keeps two databases of one server apart. */
  readonly rolePrefix: string;
  readonly passwords: { readonly [R in AppRole]: string };
}

const REGISTRY =
  'partner, trust_anchor, client, credential, resource, access_grant, revocation_list, ocsp_response, deny_entry, key_set';
const PUBLIC_KEY_COLUMNS =
  'kid, alg, purpose, public_jwk, created_at, activates_at, replaces, replace_at, withdrawn_at';

/**
 * What each role may do; whatever is not listed, it may not. No role may truncate or change the schema, none may delete
 * anything but passkeys that their owner removes, challenges, which live for minutes, and notes where to ask about
 * certificates that have ended, entries of the deny list that have ended, and none may change an audit event (AW-27, SQ-11). The private half of a signing key is the token service's alone; accounts, links, passkeys and sessions of people are the admin's.
 */
const RIGHTS: { readonly [R in AppRole]: readonly string[] } = {
  token_service: [
    `SELECT ON migrations, registry_version, ${REGISTRY}`,
    `SELECT, INSERT (anchor_id, url, about, certificate, issuer, ends_at) ON revocation_source`,
    `SELECT (credential_id, next_due, last_attempt), UPDATE (next_due) ON key_set_source`,
    `SELECT, INSERT ON signing_key`,
    `EXECUTE ON FUNCTION revoke_token`,
    `SELECT, INSERT ON audit_event`,
    `SELECT, INSERT, UPDATE ON unproven_refusal`,
  ],
  admin: [
    `SELECT ON migrations`,
    `SELECT, UPDATE ON registry_version`,
    `SELECT, INSERT, UPDATE ON ${REGISTRY}`,
    `SELECT, INSERT, UPDATE, DELETE ON revocation_source`,
    `SELECT, INSERT, UPDATE ON key_set_source`,
    `SELECT (${PUBLIC_KEY_COLUMNS}), UPDATE (replace_at, withdrawn_at) ON signing_key`,
    `EXECUTE ON FUNCTION delete_ended_denials`,
    `SELECT, INSERT ON audit_event`,
    `SELECT ON unproven_refusal`,
    `SELECT, INSERT ON account`,
    `SELECT, INSERT, UPDATE (ended_at) ON setup_link`,
    `SELECT, INSERT, UPDATE (name, counter, used_at), DELETE ON passkey`,
    `SELECT, INSERT, UPDATE (last_seen_at, closed_at) ON person_session`,
    `SELECT, INSERT, DELETE ON passkey_challenge`,
  ],
};

const ROLES = Object.keys(RIGHTS) as AppRole[];

/** Changes whenever the rights do. */
export const RIGHTS_FINGERPRINT = createHash('sha256').update(JSON.stringify(RIGHTS)).digest('hex');

/** The role of an app. Throws if the prefix cannot be one. */
export function roleName(rolePrefix: string, role: AppRole): string {
  if (!/^[a-z_][a-z0-9_-]{0,48}$/.test(rolePrefix)) {
    throw new Error(
      `the role prefix "${rolePrefix}" must be 1 to 49 of a-z, 0-9, _ and -, beginning with a letter or _`,
    );
  }
  return `${rolePrefix}_${role}`;
}

/** Makes the roles if they are missing, sets their passwords, and gives them exactly the rights above. Idempotent. */
export async function applyRoleGrants(client: ClientBase, settings: RoleSettings): Promise<void> {
  await client.query('BEGIN');
  try {
    for (const role of ROLES) {
      await ensureRole(client, roleName(settings.rolePrefix, role), settings.passwords[role]);
    }
    await revokeDefaults(client);
    for (const role of ROLES) await applyRights(client, roleName(settings.rolePrefix, role), RIGHTS[role]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

/** Lets the roles into the current database, and nobody else. Databases made from a template need this anew. */
export async function grantConnect(client: ClientBase, rolePrefix: string): Promise<void> {
  const database = await currentDatabase(client);
  await client.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
  for (const role of ROLES) {
    await client.query(
      `GRANT CONNECT ON DATABASE ${database} TO ${pg.escapeIdentifier(roleName(rolePrefix, role))}`,
    );
  }
}

async function ensureRole(client: ClientBase, name: string, password: string): Promise<void> {
  const { rows } = await client.query<{ mighty: boolean }>(
    `SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls AS mighty
       FROM pg_roles WHERE rolname = $1`,
    [name],
  );
  if (rows[0]?.mighty === true) {
    throw new Error(
      `the role ${name} exists with rights that an app must not have (superuser, createrole, createdb, replication or bypassrls); take them away or choose another ROLE_PREFIX`,
    );
  }
  const verb = rows.length === 0 ? 'CREATE' : 'ALTER';
  const verifier = pg.escapeLiteral(toScramVerifier(password));
  await client.query(`${verb} ROLE ${pg.escapeIdentifier(name)} LOGIN PASSWORD ${verifier}`);
}

async function revokeDefaults(client: ClientBase): Promise<void> {
  await client.query(`REVOKE ALL ON SCHEMA public FROM PUBLIC`);
  await client.query(`REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC`);
  await client.query(`REVOKE ALL ON DATABASE ${await currentDatabase(client)} FROM PUBLIC`);
}

async function applyRights(client: ClientBase, name: string, rights: readonly string[]): Promise<void> {
  const role = pg.escapeIdentifier(name);
  await client.query(`REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${role}`);
  await client.query(`REVOKE ALL (${PUBLIC_KEY_COLUMNS}, sealed) ON signing_key FROM ${role}`);
  await client.query(`REVOKE ALL ON SCHEMA public FROM ${role}`);
  await client.query(`GRANT USAGE ON SCHEMA public TO ${role}`);
  await client.query(`GRANT CONNECT ON DATABASE ${await currentDatabase(client)} TO ${role}`);
  for (const right of rights) await client.query(`GRANT ${right} TO ${role}`);
}

async function currentDatabase(client: ClientBase): Promise<string> {
  const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
  return pg.escapeIdentifier(rows[0]!.name);
}
