import type { Actor, DenyAdministration, DeniedEntry, Page, Written } from '@holdfast/client-registry';
import type { ClientId, DeniedAccess } from '@holdfast/oauth-protocol';
import type { CertificateThumbprint } from '@holdfast/token-binding';
import { IsNull, MoreThanOrEqual, Or } from 'typeorm';
import { DenyEntryRow } from '../rows/index.js';
import { allowAgain, deny, standingId, toDenyEntry } from './deny-rows.js';
import { readPage, WITHIN_MS } from './registry-page.js';
import type { RegistryWriter } from './registry-writer.js';

/** The deny list on PostgreSQL. Throws `StorageUnavailable` as `PostgresRegistryAdministration` does. */
export class PostgresDenyAdministration implements DenyAdministration {
  constructor(private readonly writer: RegistryWriter) {}

  blockCertificate(
    actor: Actor,
    thumbprint: CertificateThumbprint,
    note: string | undefined,
  ): Promise<Written<undefined>> {
    return this.writer.write(actor, `certificate ${thumbprint}`, async (write) => {
      await deny(write, certificate(thumbprint), this.writer.now(), note);
      const event = { kind: 'certificate.blocked', partnerId: null, clientId: null } as const;
      return { changed: undefined, event: { ...event, detail: { thumbprint, note: note ?? '' } } };
    });
  }

  unblockCertificate(actor: Actor, thumbprint: CertificateThumbprint): Promise<Written<undefined>> {
    const what = `block of certificate ${thumbprint}`;
    return this.writer.write(actor, what, async (write) => {
      const wasBlocked = await allowAgain(write, certificate(thumbprint), this.writer.now());
      if (!wasBlocked) return { refused: 'not_found', what };
      const event = { kind: 'certificate.unblocked', partnerId: null, clientId: null } as const;
      return { changed: undefined, event: { ...event, detail: { thumbprint } } };
    });
  }

  isBlocked(thumbprint: CertificateThumbprint): Promise<boolean> {
    const where = { id: standingId(certificate(thumbprint)), deletedAt: IsNull() };
    return this.writer.database.within(WITHIN_MS, ({ manager }) => manager.existsBy(DenyEntryRow, where));
  }

  async listDenied(page: Page): Promise<readonly DeniedEntry[]> {
    const rows = await readPage(this.writer.database, DenyEntryRow, 'id', page, {
      expiresAt: Or(IsNull(), MoreThanOrEqual(this.writer.now())),
    });
    const entries = rows.map((row) => ({ row, entry: toDenyEntry(row) }));
    const owners = await this.ownersOf(
      entries.flatMap(({ entry }) => (entry.kind === 'thumbprint' ? [entry['x5t#S256']] : [])),
    );
    return entries.map(({ row: { id, deniedAt, deniedBy, note }, entry }) => ({
      id,
      entry,
      deniedAt,
      deniedBy: deniedBy ?? undefined,
      note: note ?? undefined,
      clients: (entry.kind === 'thumbprint' && owners.get(entry['x5t#S256'])) || [],
    }));
  }

  /** By thumbprint. */
  private async ownersOf(thumbprints: readonly string[]): Promise<ReadonlyMap<string, readonly ClientId[]>> {
    if (thumbprints.length === 0) return new Map();
    const digests = thumbprints.map((thumbprint) => Buffer.from(thumbprint, 'base64url'));
    const rows = (await this.writer.database.within(WITHIN_MS, (runner) =>
      runner.query(OWNERS, [digests]),
    )) as { digest: Buffer; clients: ClientId[] }[];
    return new Map(rows.map(({ digest, clients }) => [digest.toString('base64url'), clients]));
  }
}

/** Retired credentials included: a credential that was revoked is no more, its certificate is denied. */
const OWNERS = `
  SELECT digest, array_agg(DISTINCT client_id ORDER BY client_id) AS clients FROM (
    SELECT sha256(certificate) AS digest, client_id FROM credential WHERE kind = 'certificate'
    UNION ALL
    SELECT sha256(der), client_id FROM key_set, unnest(certificates) der WHERE deleted_at IS NULL) owned
  WHERE digest = ANY($1) GROUP BY digest`;

function certificate(thumbprint: CertificateThumbprint): DeniedAccess {
  return { kind: 'thumbprint', 'x5t#S256': thumbprint };
}
