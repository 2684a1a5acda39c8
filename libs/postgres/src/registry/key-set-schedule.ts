import type { Database } from '../connection/database.js';
import { KeySetSourceRow } from '../rows/index.js';
import { toColumns, toState, type SourceAttempt, type SourceState } from './source-state.js';

const WITHIN_MS = 2_500;

/** A `jwks_uri` that is to be fetched. */
export interface KeySetSource {
  readonly credentialId: string;
  readonly clientId: string;
  readonly url: string;
}

/** The key sets of a partner's clients. */
export interface KeySetFreshness {
  readonly partnerId: string;
  /** The earliest time at which one of them counts no longer; `undefined` while none was fetched. */
  readonly freshUntil: Date | undefined;
  /** Whose last attempt failed. */
  readonly failing: number;
}

/** When which `jwks_uri` is fetched: for the jobs of the admin app. Throws `StorageUnavailable`. */
export class KeySetSchedule {
  constructor(private readonly database: Database) {}

  /**
   * What is due; nothing of a credential that is retired. Partners take turns, the longest overdue first: one whose
   * clients are asked for again and again must not keep the others waiting.
   */
  async findDue(now: Date, limit: number): Promise<readonly KeySetSource[]> {
    return this.database.within(WITHIN_MS, (runner) => runner.query(DUE, [now, limit, AT_ONCE_PER_PARTNER]));
  }

  async find({ credentialId }: KeySetSource): Promise<SourceState | undefined> {
    const row = await this.database.within(WITHIN_MS, (runner) =>
      runner.manager.findOneBy(KeySetSourceRow, { credentialId }),
    );
    return row === null ? undefined : toState(row);
  }

  async record({ credentialId }: KeySetSource, attempt: SourceAttempt): Promise<void> {
    await this.database.within(WITHIN_MS, (runner) =>
      runner.manager.update(KeySetSourceRow, { credentialId }, toColumns(attempt)),
    );
  }

  async freshness(): Promise<readonly KeySetFreshness[]> {
    const rows = (await this.database.within(WITHIN_MS, (runner) => runner.query(FRESHNESS))) as {
      partnerId: string;
      freshUntil: Date | null;
      failing: number;
    }[];
    return rows.map((row) => ({ ...row, freshUntil: row.freshUntil ?? undefined }));
  }
}

const AT_ONCE_PER_PARTNER = 20;

const DUE = `
  SELECT "credentialId", "clientId", url FROM (
    SELECT credential_id AS "credentialId", client_id AS "clientId", value AS url, next_due,
      row_number() OVER (PARTITION BY partner_id ORDER BY next_due, credential_id) AS turn
    FROM key_set_source s JOIN credential c ON c.id = s.credential_id AND c.deleted_at IS NULL
    WHERE next_due <= $1) due
  WHERE turn <= $3 ORDER BY turn, next_due LIMIT $2`;

const FRESHNESS = `
  SELECT c.partner_id AS "partnerId", min(k.fresh_until) AS "freshUntil",
    (count(*) FILTER (WHERE last_error IS NOT NULL))::int AS failing
  FROM key_set_source s JOIN credential c ON c.id = s.credential_id AND c.deleted_at IS NULL
    LEFT JOIN key_set k ON k.id = c.id AND k.deleted_at IS NULL
  GROUP BY c.partner_id ORDER BY c.partner_id`;
