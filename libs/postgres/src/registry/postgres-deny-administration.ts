import type { Actor, DenyAdministration, DeniedEntry, Page, Written } from '@holdfast/client-registry';
import type { DeniedAccess } from '@holdfast/oauth-protocol';
import type { CertificateThumbprint } from '@holdfast/token-binding';
import { DenyEntryRow } from '../rows/index.js';
import { allowAgain, deny, toDenyEntry } from './deny-rows.js';
import { readPage } from './registry-page.js';
import type { RegistryWriter } from './registry-writer.js';

/** The deny list on PostgreSQL. Throws `StorageUnavailable` as `PostgresRegistryAdministration` does. */
export class PostgresDenyAdministration implements DenyAdministration {
  constructor(private readonly writer: RegistryWriter) {}

  blockCertificate(
    actor: Actor,
    thumbprint: CertificateThumbprint,
    note: string,
  ): Promise<Written<undefined>> {
    return this.writer.write(actor, `certificate ${thumbprint}`, async (write) => {
      await deny(write, certificate(thumbprint), this.writer.now());
      const event = { kind: 'certificate.blocked', partnerId: null, clientId: null } as const;
      return { changed: undefined, event: { ...event, detail: { thumbprint, note } } };
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

  async listDenied(page: Page): Promise<readonly DeniedEntry[]> {
    const rows = await readPage(this.writer.database, DenyEntryRow, 'id', page, {});
    return rows.map((row) => ({ id: row.id, entry: toDenyEntry(row), deniedAt: row.deniedAt }));
  }
}

function certificate(thumbprint: CertificateThumbprint): DeniedAccess {
  return { kind: 'thumbprint', 'x5t#S256': thumbprint };
}
