import type { Database } from '../connection/database.js';

const WITHIN_MS = 2_000;
/** A set is not fetched more often, whoever presents what: the partner's server must bear it. */
const SECONDS_BETWEEN_FETCHES = 30;
/** Nor is the database told more often, by each replica. */
const NOTED_EVERY_MS = 2_000;
/** Credentials that are remembered as noted. */
const MAXIMUM_KNOWN = 10_000;

/** Tells the jobs of the admin app that a certificate was presented that a key set, as it was fetched last, does not hold. */
export class KeySetMisses {
  private readonly notedAt = new Map<string, number>();

  constructor(
    private readonly database: Pick<Database, 'within'>,
    /** Milliseconds, never going back. */
    private readonly monotonicNow: () => number,
    private readonly onError: (error: unknown) => void,
  ) {}

  /**
   * Has the set of this credential fetched again, at once or as soon as 30 s have passed since the last attempt. Returns at
   * once: the request does not wait for it. Whatever all callers and replicas note leads to one fetch in 30 s.
   */
  note(credentialId: string): void {
    const now = this.monotonicNow();
    if (now - (this.notedAt.get(credentialId) ?? -Infinity) < NOTED_EVERY_MS) return;
    if (this.notedAt.size >= MAXIMUM_KNOWN) this.notedAt.clear();
    this.notedAt.set(credentialId, now);
    this.database
      .within(WITHIN_MS, (runner) => runner.query(NOTE, [credentialId, SECONDS_BETWEEN_FETCHES]))
      .catch((error: unknown) => {
        this.notedAt.delete(credentialId);
        this.onError(error);
      });
  }
}

const NOTE = `
  UPDATE key_set_source SET next_due = greatest(now(), last_attempt + make_interval(secs => $2))
  WHERE credential_id = $1 AND next_due > greatest(now(), last_attempt + make_interval(secs => $2))`;
