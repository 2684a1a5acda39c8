import type { Database } from '../connection/database.js';
import { RevocationSourceRow } from '../rows/index.js';

const WITHIN_MS = 2_500;

/** A URL at which CRLs for an anchor are published. */
export interface RevocationSource {
  readonly anchorId: string;
  readonly url: string;
}

/** How fetching from a source went last, and when it is to be tried next. */
export interface SourceState {
  readonly nextDue: Date;
  readonly lastAttempt: Date | undefined;
  /** `undefined` if the last attempt succeeded, or if there was none. */
  readonly lastError: string | undefined;
}

/** How an attempt went. `error` is for the operator. */
export interface SourceAttempt {
  readonly at: Date;
  readonly error: string | undefined;
  readonly nextDue: Date;
}

/** What is at hand under an anchor that asks for revocation. */
export interface AnchorFreshness {
  readonly anchorId: string;
  /** The earliest nextUpdate of its CRLs; `undefined` if it has none, or none with nextUpdate. */
  readonly nextUpdate: Date | undefined;
  readonly failingSources: number;
}

/** When CRLs are fetched from where: for the jobs of the admin app. Throws `StorageUnavailable`. */
export class RevocationSchedule {
  constructor(private readonly database: Database) {}

  /**
   * Sources that are due, the longest overdue first; none of an anchor that is removed or asks for no revocation. Only the
   * first hundred of an anchor count: its authority writes the URLs, and must not make us call the world.
   */
  async findDue(now: Date, limit: number): Promise<readonly RevocationSource[]> {
    return this.database.within(WITHIN_MS, (runner) =>
      runner.query(
        `SELECT anchor_id AS "anchorId", url FROM (
            SELECT *, row_number() OVER (PARTITION BY anchor_id ORDER BY first_seen, url) AS place
              FROM revocation_source) s
          WHERE place <= $3 AND next_due <= $1 AND ${OF_AN_ANCHOR_THAT_ASKS}
          ORDER BY next_due LIMIT $2`,
        [now, limit, SOURCES_PER_ANCHOR],
      ),
    );
  }

  async find({ anchorId, url }: RevocationSource): Promise<SourceState | undefined> {
    const row = await this.database.within(WITHIN_MS, (runner) =>
      runner.manager.findOneBy(RevocationSourceRow, { anchorId, url }),
    );
    if (row === null) return undefined;
    const { nextDue, lastAttempt, lastError } = row;
    return { nextDue, lastAttempt: lastAttempt ?? undefined, lastError: lastError ?? undefined };
  }

  async record({ anchorId, url }: RevocationSource, { at, error, nextDue }: SourceAttempt): Promise<void> {
    const facts = { lastAttempt: at, lastError: error ?? null, nextDue };
    await this.database.within(WITHIN_MS, (runner) =>
      runner.manager.update(
        RevocationSourceRow,
        { anchorId, url },
        error === undefined ? { ...facts, lastSuccess: at } : facts,
      ),
    );
  }

  async freshness(): Promise<readonly AnchorFreshness[]> {
    const rows = (await this.database.within(WITHIN_MS, (runner) => runner.query(FRESHNESS))) as {
      anchorId: string;
      nextUpdate: Date | null;
      failingSources: number;
    }[];
    return rows.map((row) => ({ ...row, nextUpdate: row.nextUpdate ?? undefined }));
  }
}

const SOURCES_PER_ANCHOR = 100;

const OF_AN_ANCHOR_THAT_ASKS = `EXISTS (
  SELECT FROM trust_anchor a WHERE a.id = s.anchor_id AND a.deleted_at IS NULL AND a.revocation <> 'off')`;

const FRESHNESS = `
  SELECT a.id AS "anchorId",
    (SELECT min(next_update) FROM revocation_list l WHERE l.anchor_id = a.id AND l.deleted_at IS NULL) AS "nextUpdate",
    (SELECT count(*)::int FROM revocation_source s WHERE s.anchor_id = a.id AND last_error IS NOT NULL) AS "failingSources"
  FROM trust_anchor a WHERE deleted_at IS NULL AND revocation <> 'off' ORDER BY a.id`;
