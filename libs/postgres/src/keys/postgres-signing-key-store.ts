import { randomUUID } from 'node:crypto';
import type { KeyPurpose } from '@holdfast/oauth-protocol';
import type { SealedSigningKey, SigningKeyStore } from '@holdfast/signing-keys';
import { appendInTransaction, newStreamName } from '../audit/audit-rows.js';
import type { Database } from '../connection/database.js';
import { SigningKeyRow, toSigningKeyFacts } from '../rows/signing-key.row.js';

const WITHIN_MS = 3_000;

export interface SigningKeyStoreOptions {
  /** The app: begins the name of the audit stream. */
  readonly application: string;
  readonly now: () => Date;
}

/** Signing keys in PostgreSQL, sealed. Throws `StorageUnavailable` when the database is away. */
export class PostgresSigningKeyStore implements SigningKeyStore {
  constructor(
    private readonly database: Database,
    private readonly options: SigningKeyStoreOptions,
  ) {}

  async list(purpose: KeyPurpose): Promise<readonly SealedSigningKey[]> {
    return this.database.within(WITHIN_MS, async (runner) => {
      const rows = await runner.manager.find(SigningKeyRow, {
        where: { purpose },
        order: { createdAt: 'DESC', kid: 'ASC' },
      });
      return rows.map((row) => ({
        ...toSigningKeyFacts(row),
        alg: row.alg,
        publicJwk: row.publicJwk,
        sealed: row.sealed,
      }));
    });
  }

  async addIfNone(key: SealedSigningKey): Promise<void> {
    await this.database.transaction({ within: WITHIN_MS }, async (manager) => {
      const inserted = (await manager.query(
        `INSERT INTO signing_key (kid, alg, purpose, public_jwk, sealed, created_at, activates_at, replaces)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT DO NOTHING RETURNING kid`,
        [
          key.kid,
          key.alg,
          key.purpose,
          JSON.stringify(key.publicJwk),
          Buffer.from(key.sealed),
          key.createdAt,
          key.activatesAt,
          key.replaces ?? null,
        ],
      )) as unknown[];
      if (inserted.length === 0) return;
      // A stream of its own: nothing else can be appending to it.
      const stream = newStreamName(`${this.options.application}-keys`, randomUUID());
      await appendInTransaction(manager, stream, {
        kind: 'signing_key.created',
        at: this.options.now().toISOString(),
        actor: this.options.application,
        requestId: null,
        partnerId: null,
        clientId: null,
        reason: null,
        detail: {
          kid: key.kid,
          alg: key.alg,
          purpose: key.purpose,
          activatesAt: key.activatesAt.toISOString(),
          replaces: key.replaces ?? null,
        },
      });
    });
  }
}
