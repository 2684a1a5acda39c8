import { randomUUID } from 'node:crypto';
import { appendInTransaction, newStreamName } from '../audit/audit-rows.js';
import type { Database } from '../connection/database.js';

const WITHIN_MS = 3_000;
/** The clocks of those who accept the token may be behind. */
const CLOCK_TOLERANCE_MS = 60_000;

/** A token that its own client takes back, and who asked for it. */
export interface RevokedToken {
  readonly jti: string;
  readonly clientId: string;
  readonly partnerId: string;
  readonly expiresAt: Date;
  readonly requestId: string;
}

/** Keeps that a token no longer counts (RFC 7009), as part of the replicated registry. Throws `StorageUnavailable`. */
export class PostgresTokenRevocations {
  /** Writers to it come one after the other: the function locks the registry's version first. */
  private readonly stream: string;

  constructor(
    private readonly database: Database,
    application: string,
    private readonly now: () => Date,
  ) {
    this.stream = newStreamName(`${application}-revocations`, randomUUID());
  }

  /** Resolves when it is durable, with its audit event. */
  async revoke({ jti, clientId, partnerId, expiresAt, requestId }: RevokedToken): Promise<void> {
    const at = this.now();
    const endsAt = new Date(expiresAt.getTime() + CLOCK_TOLERANCE_MS);
    await this.database.transaction({ within: WITHIN_MS }, async (rows) => {
      await rows.query('SELECT revoke_token($1, $2, $3, $4)', [randomUUID(), jti, at, endsAt]);
      await appendInTransaction(rows, this.stream, {
        kind: 'token.revoked',
        at: at.toISOString(),
        actor: clientId,
        requestId,
        partnerId,
        clientId,
        reason: null,
        detail: { jti },
      });
    });
  }
}
