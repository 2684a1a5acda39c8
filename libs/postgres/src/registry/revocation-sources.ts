import type { StatusSource } from '@holdfast/certificate-validation';
import { thumbprintOf } from '@holdfast/token-binding';
import type { Database } from '../connection/database.js';

const WITHIN_MS = 2_000;
/** Notes that need not be made again. */
const MAXIMUM_KNOWN = 10_000;
/**
 * What counts of one anchor: its authority writes the addresses, and must not make us call the world. A CRL serves many
 * certificates, an OCSP response one; certificates that have ended make room.
 */
const MAXIMUM = { crl: 100, ocsp: 10_000 } as const;

/** Tells the jobs of the admin app where the status of certificates under an anchor is published. */
export class RevocationSources {
  private readonly known = new Set<string>();

  constructor(
    private readonly database: Pick<Database, 'within'>,
    private readonly onError: (error: unknown) => void,
  ) {}

  /**
   * Notes the sources of a *verified* path, each once. Returns at once: the request does not wait for it, and a note that
   * could not be made is made again with the next request.
   */
  want(anchorId: string, sources: readonly StatusSource[]): void {
    for (const source of sources) {
      const about = source.kind === 'ocsp' ? thumbprintOf(source.certificate.der) : '';
      const key = `${anchorId} ${source.url} ${about}`;
      if (this.known.has(key)) continue;
      if (this.known.size >= MAXIMUM_KNOWN) this.known.clear();
      this.known.add(key);
      this.note(anchorId, source, about).catch((error: unknown) => {
        this.known.delete(key);
        this.onError(error);
      });
    }
  }

  private async note(anchorId: string, source: StatusSource, about: string): Promise<void> {
    const facts =
      source.kind === 'ocsp'
        ? [Buffer.from(source.certificate.der), Buffer.from(source.issuer.der), source.certificate.notAfter]
        : [null, null, null];
    await this.database.within(WITHIN_MS, (runner) =>
      runner.query(NOTE, [anchorId, source.url, about, ...facts, MAXIMUM[source.kind]]),
    );
  }
}

const NOTE = `
  INSERT INTO revocation_source (anchor_id, url, about, certificate, issuer, ends_at)
  SELECT $1, $2, $3, $4::bytea, $5::bytea, $6::timestamptz
  WHERE (SELECT count(*) FROM revocation_source WHERE anchor_id = $1 AND (about = '') = ($3 = '')) < $7
  ON CONFLICT (anchor_id, url, about) DO NOTHING`;
