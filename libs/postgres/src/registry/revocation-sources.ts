import type { Database } from '../connection/database.js';

const WITHIN_MS = 2_000;
/** Pairs of anchor and URL that need not be told again. */
const MAXIMUM_KNOWN = 10_000;

/** Tells the jobs of the admin app where CRLs for an anchor are published. */
export class RevocationSources {
  private readonly known = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly onError: (error: unknown) => void,
  ) {}

  /**
   * Notes URLs of a *verified* path, each once. Returns at once: the request does not wait for it, and a note that
   * could not be made is made again with the next request.
   */
  want(anchorId: string, urls: readonly string[]): void {
    for (const url of urls) {
      const key = `${anchorId} ${url}`;
      if (this.known.has(key)) continue;
      if (this.known.size >= MAXIMUM_KNOWN) this.known.clear();
      this.known.add(key);
      this.note(anchorId, url).catch((error: unknown) => {
        this.known.delete(key);
        this.onError(error);
      });
    }
  }

  private async note(anchorId: string, url: string): Promise<void> {
    await this.database.within(WITHIN_MS, (runner) =>
      runner.query(
        'INSERT INTO revocation_source (anchor_id, url) VALUES ($1, $2) ON CONFLICT (anchor_id, url) DO NOTHING',
        [anchorId, url],
      ),
    );
  }
}
