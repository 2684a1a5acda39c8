import type {
  CertificateTraits,
  ClientEntry,
  Credential,
  Grant,
  KeySetSourceEntry,
  OcspResponseEntry,
  OwnedCredential,
  Page,
  Partner,
  Resource,
  RevocationListEntry,
  RevocationSourceEntry,
  TrustAnchorEntry,
} from '@holdfast/client-registry';
import { thumbprintOf, type CertificateThumbprint } from '@holdfast/token-binding';
import { In } from 'typeorm';
import type { Database } from '../connection/database.js';
import {
  ClientRow,
  CredentialRow,
  GrantRow,
  OcspResponseRow,
  PartnerRow,
  ResourceRow,
  RevocationListRow,
  TrustAnchorRow,
} from '../rows/index.js';
import type { VersionedRow } from '../rows/versioned.row.js';
import { readPage, WITHIN_MS, type ColumnFilter } from './registry-page.js';
import {
  toClient,
  toCredential,
  toGrant,
  toOcspResponse,
  toPartner,
  toResource,
  toRevocationList,
  toTrustAnchor,
} from './row-mappers.js';

/** Reads what is registered now, removed entities excepted. */
export class RegistryQueries {
  constructor(private readonly database: Database) {}

  async findPartner(id: string): Promise<Partner | undefined> {
    return (await this.page(PartnerRow, 'id', ONE, { id })).map(toPartner)[0];
  }

  async findAnchor(id: string): Promise<TrustAnchorEntry | undefined> {
    return (await this.page(TrustAnchorRow, 'id', ONE, { id })).map(toTrustAnchor)[0];
  }

  async findClient(id: string): Promise<ClientEntry | undefined> {
    return (await this.page(ClientRow, 'id', ONE, { id })).map(toClient)[0];
  }

  async listPartners(page: Page): Promise<readonly Partner[]> {
    return (await this.page(PartnerRow, 'id', page, {})).map(toPartner);
  }

  async listAnchors(page: Page, filter: { partnerId?: string }): Promise<readonly TrustAnchorEntry[]> {
    return (await this.page(TrustAnchorRow, 'id', page, filter)).map(toTrustAnchor);
  }

  async listClients(page: Page, filter: { partnerId?: string }): Promise<readonly ClientEntry[]> {
    return (await this.page(ClientRow, 'id', page, filter)).map(toClient);
  }

  async listCredentials(page: Page, filter: { clientId?: string }): Promise<readonly Credential[]> {
    return (await this.page(CredentialRow, 'id', page, filter)).map(toCredential);
  }

  async findCredentialsOf({
    thumbprint,
    keyThumbprint,
    names,
  }: CertificateTraits): Promise<readonly OwnedCredential[]> {
    return this.database.within(WITHIN_MS, async ({ manager }) => {
      const found = (await manager.query(FITTING, [
        thumbprint,
        keyThumbprint ?? null,
        Buffer.from(thumbprint, 'base64url'),
        names.map(({ kind }) => kind),
        names.map(({ canonical }) => canonical),
      ])) as { id: string }[];
      const rows = await manager.find(CredentialRow, {
        where: { id: In(found.map(({ id }) => id)) },
        order: { clientId: 'ASC', id: 'ASC' },
      });
      return rows.map((row) => ({ partnerId: row.partnerId, credential: toCredential(row) }));
    });
  }

  async listResources(page: Page): Promise<readonly Resource[]> {
    return (await this.page(ResourceRow, 'audience', page, {})).map(toResource);
  }

  async listGrants(page: Page, filter: { clientId?: string; audience?: string }): Promise<readonly Grant[]> {
    return (await this.page(GrantRow, 'id', page, filter)).map(toGrant);
  }

  async listRevocationLists(
    page: Page,
    filter: { anchorId?: string },
  ): Promise<readonly RevocationListEntry[]> {
    return (await this.page(RevocationListRow, 'id', page, filter)).map(toRevocationList);
  }

  async listOcspResponses(
    page: Page,
    { anchorId, certificate }: Pick<OcspResponseEntry, 'anchorId' | 'certificate'>,
  ): Promise<readonly OcspResponseEntry[]> {
    return (await this.page(OcspResponseRow, 'id', page, { anchorId, certificate })).map(toOcspResponse);
  }

  async listRevocationSources(
    { limit, after }: Page,
    { anchorId }: { anchorId?: string },
  ): Promise<readonly RevocationSourceEntry[]> {
    const rows = (await this.database.within(WITHIN_MS, (runner) =>
      runner.query(REVOCATION_SOURCES, [limit, after ?? '', anchorId ?? null]),
    )) as SourceFacts[];
    return rows.map(({ certificate, status, freshUntil, lastSuccess, lastError, ...row }) => ({
      ...row,
      certificate: certificate === '' ? undefined : certificate,
      status: status ?? undefined,
      freshUntil: freshUntil ?? undefined,
      lastSuccess: lastSuccess ?? undefined,
      lastError: lastError ?? undefined,
    }));
  }

  async listKeySets(
    { limit, after }: Page,
    { clientId }: { clientId?: string },
  ): Promise<readonly KeySetSourceEntry[]> {
    const rows = (await this.database.within(WITHIN_MS, (runner) =>
      runner.query(KEY_SETS, [limit, after ?? '', clientId ?? null]),
    )) as KeySetFacts[];
    return rows.map(({ certificates, freshUntil, lastSuccess, lastError, ...row }) => ({
      ...row,
      thumbprints: (certificates ?? []).map((der) => thumbprintOf(der)),
      freshUntil: freshUntil ?? undefined,
      lastSuccess: lastSuccess ?? undefined,
      lastError: lastError ?? undefined,
    }));
  }

  private page<R extends VersionedRow>(
    table: new () => R,
    key: keyof R & string,
    page: Page,
    filter: ColumnFilter,
  ): Promise<R[]> {
    return readPage(this.database, table, key, page, filter);
  }
}

/** As the database has it: null where there is nothing. */
type Facts<Entry> = {
  readonly [K in keyof Entry]: undefined extends Entry[K] ? Exclude<Entry[K], undefined> | null : Entry[K];
};
type KeySetFacts = Facts<Omit<KeySetSourceEntry, 'thumbprints'>> & { readonly certificates: Buffer[] | null };
type SourceFacts = Facts<RevocationSourceEntry> & { readonly certificate: CertificateThumbprint | '' };

const FITTING = `
  SELECT c.id FROM credential c LEFT JOIN key_set k ON k.id = c.id AND k.deleted_at IS NULL
  WHERE c.deleted_at IS NULL AND (c.thumbprint = $1
    OR (c.pin_match = 'public-key' AND c.key_thumbprint = $2)
    OR EXISTS (SELECT FROM unnest(k.certificates) der WHERE sha256(der) = $3)
    OR (c.kind, c.canonical) IN (SELECT * FROM unnest($4::text[], $5::text[])))
  ORDER BY c.client_id, c.id LIMIT 200`;

/** A URL is too long for the place in a list; its digest is not. */
const REVOCATION_SOURCES = `
  SELECT * FROM (
    SELECT s.anchor_id || '~' || encode(sha256(convert_to(url || ' ' || about, 'UTF8')), 'hex') AS id,
      s.anchor_id AS "anchorId", url, about AS certificate, r.status,
      coalesce(r.fresh_until, l.next_update) AS "freshUntil",
      last_success AS "lastSuccess", last_error AS "lastError", next_due AS "nextDue"
    FROM revocation_source s
    LEFT JOIN ocsp_response r ON r.anchor_id = s.anchor_id AND r.source = url AND r.certificate = about
      AND r.deleted_at IS NULL
    LEFT JOIN revocation_list l ON l.anchor_id = s.anchor_id AND l.source = url AND about = '' AND l.deleted_at IS NULL
    WHERE EXISTS (SELECT FROM trust_anchor a WHERE a.id = s.anchor_id AND a.deleted_at IS NULL)) sources
  WHERE id COLLATE "C" > $2 AND ($3::text IS NULL OR "anchorId" = $3)
  ORDER BY id COLLATE "C" LIMIT $1`;

const KEY_SETS = `
  SELECT c.id AS "credentialId", c.client_id AS "clientId", c.value AS url, k.certificates,
    k.fresh_until AS "freshUntil", last_success AS "lastSuccess", last_error AS "lastError", next_due AS "nextDue"
  FROM credential c JOIN key_set_source s ON s.credential_id = c.id
    LEFT JOIN key_set k ON k.id = c.id AND k.deleted_at IS NULL
  WHERE c.deleted_at IS NULL AND c.id COLLATE "C" > $2 AND ($3::text IS NULL OR c.client_id = $3)
  ORDER BY c.id COLLATE "C" LIMIT $1`;

const ONE: Page = { limit: 1, after: undefined };
