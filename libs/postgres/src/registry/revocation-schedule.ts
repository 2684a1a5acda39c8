import type { Database } from '../connection/database.js';
import { RevocationSourceRow } from '../rows/index.js';
import { toColumns, toState, type SourceAttempt, type SourceState } from './source-state.js';

const WITHIN_MS = 2_500;

/** Where the status of certificates under an anchor is published: a CRL, or a responder to be asked about one of them. */
export interface RevocationSource {
  readonly anchorId: string;
  readonly url: string;
  /** Thumbprint of the certificate that a responder is asked about; empty for a CRL. */
  readonly about: string;
}

export interface RevocationSourceState extends SourceState {
  /** What a responder is asked about; `undefined` for a CRL. */
  readonly question: OcspQuestion | undefined;
}

/** A certificate of a verified path, and the one that has issued it. */
export interface OcspQuestion {
  /** DER. */
  readonly certificate: Uint8Array;
  /** DER. */
  readonly issuer: Uint8Array;
  /** When the certificate ends. */
  readonly endsAt: Date;
}

/** What is at hand under an anchor that asks for revocation. */
export interface AnchorFreshness {
  readonly anchorId: string;
  /** The earliest end of its CRLs and OCSP responses; `undefined` if it has none, or none with an end. */
  readonly nextUpdate: Date | undefined;
  readonly failingSources: number;
}

/** When the status of certificates is fetched from where: for the jobs of the admin app. Throws `StorageUnavailable`. */
export class RevocationSchedule {
  constructor(private readonly database: Database) {}

  /**
   * Sources that are due; none of an anchor that is removed or asks for no revocation. Anchors take turns, the longest
   * overdue first: one with thousands of dead responders must not keep the others waiting.
   */
  async findDue(now: Date, limit: number): Promise<readonly RevocationSource[]> {
    return this.database.within(WITHIN_MS, (runner) => runner.query(DUE, [now, limit, AT_ONCE_PER_ANCHOR]));
  }

  async find({ anchorId, url, about }: RevocationSource): Promise<RevocationSourceState | undefined> {
    const row = await this.database.within(WITHIN_MS, (runner) =>
      runner.manager.findOneBy(RevocationSourceRow, { anchorId, url, about }),
    );
    return row === null ? undefined : { ...toState(row), question: toQuestion(row) };
  }

  async record({ anchorId, url, about }: RevocationSource, attempt: SourceAttempt): Promise<void> {
    await this.database.within(WITHIN_MS, (runner) =>
      runner.manager.update(RevocationSourceRow, { anchorId, url, about }, toColumns(attempt)),
    );
  }

  /** Nobody asks there any more. */
  async remove({ anchorId, url, about }: RevocationSource): Promise<void> {
    await this.database.within(WITHIN_MS, (runner) =>
      runner.manager.delete(RevocationSourceRow, { anchorId, url, about }),
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

/** The constraint `revocation_source_complete` guarantees all of it, or nothing. */
function toQuestion({ certificate, issuer, endsAt }: RevocationSourceRow): OcspQuestion | undefined {
  return certificate === null || issuer === null || endsAt === null
    ? undefined
    : { certificate, issuer, endsAt };
}

const AT_ONCE_PER_ANCHOR = 20;

const DUE = `
  SELECT "anchorId", url, about FROM (
    SELECT anchor_id AS "anchorId", url, about, next_due,
      row_number() OVER (PARTITION BY anchor_id ORDER BY next_due, url, about) AS turn
    FROM revocation_source s
    WHERE next_due <= $1 AND EXISTS (
      SELECT FROM trust_anchor a WHERE a.id = s.anchor_id AND a.deleted_at IS NULL AND a.revocation <> 'off')) due
  WHERE turn <= $3 ORDER BY turn, next_due LIMIT $2`;

const FRESHNESS = `
  SELECT a.id AS "anchorId", (
      SELECT min(ends) FROM (
        SELECT next_update AS ends FROM revocation_list l WHERE l.anchor_id = a.id AND l.deleted_at IS NULL
        UNION ALL
        SELECT fresh_until FROM ocsp_response r WHERE r.anchor_id = a.id AND r.deleted_at IS NULL) at_hand
    ) AS "nextUpdate",
    (SELECT count(*)::int FROM revocation_source s WHERE s.anchor_id = a.id AND last_error IS NOT NULL) AS "failingSources"
  FROM trust_anchor a WHERE deleted_at IS NULL AND revocation <> 'off' ORDER BY a.id`;
