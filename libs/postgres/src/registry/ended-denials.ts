import type { Database } from '../connection/database.js';

const WITHIN_MS = 5_000;

/** Rows that are deleted in one go, so that no write to the registry waits for long. */
export const DENIALS_AT_ONCE = 1_000;

/**
 * Entries of the deny list that have ended. Deleting them is no new version of the registry: whoever knows one sees by
 * itself that it has ended, and whoever does not never has to. Throws `StorageUnavailable`.
 */
export class EndedDenials {
  constructor(private readonly database: Database) {}

  /** Whether one has ended two hours ago: they are deleted an hour after their end, and so not one by one. */
  async areDue(): Promise<boolean> {
    const [row] = (await this.database.within(WITHIN_MS, (runner) => runner.query(DUE))) as {
      due: boolean;
    }[];
    return row!.due;
  }

  /** How many were deleted; fewer than `DENIALS_AT_ONCE` when none is left. */
  async deleteSome(): Promise<number> {
    const [row] = (await this.database.within(WITHIN_MS, (runner) =>
      runner.query('SELECT delete_ended_denials($1) AS deleted', [DENIALS_AT_ONCE]),
    )) as { deleted: string }[];
    return Number(row!.deleted);
  }
}

const DUE = `SELECT EXISTS (SELECT FROM deny_entry WHERE expires_at < now() - interval '2 hours') AS due`;
