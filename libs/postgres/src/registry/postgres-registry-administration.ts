import type {
  Actor,
  ClientEntry,
  Credential,
  Grant,
  KeySetEntry,
  NewClient,
  NewCredential,
  NewKeySet,
  NewOcspResponse,
  NewRevocationList,
  OcspResponseEntry,
  Partner,
  Precondition,
  RegistryAdministration,
  Resource,
  RevocationListEntry,
  Status,
  TrustAnchorEntry,
  WriteRefusal,
  Written,
} from '@holdfast/client-registry';
import type { ClientId, DeniedAccess } from '@holdfast/oauth-protocol';
import { IsNull, Not, type FindOptionsWhere } from 'typeorm';
import {
  ClientRow,
  CredentialRow,
  GrantRow,
  PartnerRow,
  ResourceRow,
  TrustAnchorRow,
} from '../rows/index.js';
import type { VersionedRow } from '../rows/versioned.row.js';
import { changeAnchorStatus, insertAnchor } from './anchor-rows.js';
import { describeCredential, insertCredential, nameOf } from './credential-rows.js';
import { allowAgain, deny, denyIssued, issuedBefore, tokensOf } from './deny-rows.js';
import { upsertGrant } from './grant-rows.js';
import { removeSet, storeSet } from './key-set-rows.js';
import { removeResponse, storeResponse } from './ocsp-response-rows.js';
import { storeList } from './revocation-list-rows.js';
import { RegistryQueries } from './registry-queries.js';
import type { RegistryWrite, RegistryWriter, WriteOutcome } from './registry-writer.js';
import { toClient, toCredential, toGrant, toPartner, toTrustAnchor } from './row-mappers.js';

/**
 * The registry's writes and lists on PostgreSQL. Every method throws `StorageUnavailable` when the database is away;
 * its `outcome` tells whether the write may have happened.
 */
export class PostgresRegistryAdministration extends RegistryQueries implements RegistryAdministration {
  constructor(private readonly writer: RegistryWriter) {
    super(writer.database);
  }

  createPartner(actor: Actor, { id, name }: Pick<Partner, 'id' | 'name'>): Promise<Written<Partner>> {
    return this.writer.write(actor, `partner ${id}`, async ({ rows, version }) => {
      const partner: Partner = { id, name, status: 'active' };
      await rows.insert(PartnerRow, { ...partner, version, deletedAt: null });
      return {
        changed: partner,
        event: { kind: 'partner.created', partnerId: id, clientId: null, detail: { name } },
      };
    });
  }

  addAnchor(actor: Actor, anchor: TrustAnchorEntry): Promise<Written<TrustAnchorEntry>> {
    const { id, partnerId, keyThumbprint, intermediates, revocation, serverAuthUntil } = anchor;
    return this.writer.write(
      actor,
      `anchor ${id}, or another of the partner with its key,`,
      async (write) => {
        if (!(await exists(write, PartnerRow, { id: partnerId }))) return notFound(`partner ${partnerId}`);
        await insertAnchor(write, anchor);
        const detail = {
          anchorId: id,
          keyThumbprint,
          intermediates: intermediates.length,
          revocation,
          serverAuthUntil: toText(serverAuthUntil),
        };
        return { changed: anchor, event: { kind: 'anchor.added', partnerId, clientId: null, detail } };
      },
    );
  }

  setServerAuthUntil(
    actor: Actor,
    id: string,
    until: Date | undefined,
    when: Precondition<TrustAnchorEntry>,
  ): Promise<Written<TrustAnchorEntry>> {
    const what = `anchor ${id}`;
    return this.writer.write(actor, what, async (write): Promise<WriteOutcome<TrustAnchorEntry>> => {
      const { rows, version } = write;
      const row = await rows.findOneBy(TrustAnchorRow, { id, deletedAt: IsNull() });
      if (row === null) return notFound(what);
      const current = toTrustAnchor(row);
      if (!when(current)) return { refused: 'stale', what };
      const [before, after] = [toText(current.serverAuthUntil), toText(until)];
      if (before === after) return { unchanged: current };
      await rows.update(
        TrustAnchorRow,
        { id, deletedAt: IsNull() },
        { serverAuthUntil: until ?? null, version },
      );
      const kind = until === undefined ? 'anchor.exception_ended' : 'anchor.exception_set';
      const detail = { anchorId: id, before, after };
      const event = { kind, partnerId: row.partnerId, clientId: null, detail } as const;
      return { changed: { ...current, serverAuthUntil: until }, event };
    });
  }

  setAnchorStatus(
    actor: Actor,
    id: string,
    status: Status,
    when: Precondition<TrustAnchorEntry> = ALWAYS,
  ): Promise<Written<TrustAnchorEntry>> {
    return this.writer.write(actor, `anchor ${id}`, (write) =>
      changeAnchorStatus(write, { id, status, when }, this.writer.now()),
    );
  }

  storeRevocationList(actor: Actor, list: NewRevocationList): Promise<Written<RevocationListEntry>> {
    return this.writeUnderAnchor(actor, list.anchorId, (write, partnerId, now) =>
      storeList(write, list, partnerId, now),
    );
  }

  storeOcspResponse(actor: Actor, response: NewOcspResponse): Promise<Written<OcspResponseEntry>> {
    return this.writeUnderAnchor(actor, response.anchorId, (write, partnerId, now) =>
      storeResponse(write, response, partnerId, now),
    );
  }

  removeOcspResponse(
    actor: Actor,
    response: Pick<OcspResponseEntry, 'anchorId' | 'source' | 'certificate'>,
  ): Promise<Written<undefined>> {
    return this.writeUnderAnchor(actor, response.anchorId, (write, partnerId, now) =>
      removeResponse(write, response, partnerId, now),
    );
  }

  storeKeySet(actor: Actor, set: NewKeySet): Promise<Written<KeySetEntry>> {
    return this.writer.write(actor, `key set of ${set.id}`, (write) => storeSet(write, set));
  }

  /** What is known about revocation belongs to an anchor, and so to its partner. */
  private writeUnderAnchor<T>(
    actor: Actor,
    anchorId: string,
    work: (write: RegistryWrite, partnerId: string, now: Date) => Promise<WriteOutcome<T>>,
  ): Promise<Written<T>> {
    return this.writer.write(actor, `revocation under anchor ${anchorId}`, async (write) => {
      const anchor = await write.rows.findOneBy(TrustAnchorRow, { id: anchorId, deletedAt: IsNull() });
      if (anchor === null) return notFound(`anchor ${anchorId}`);
      return work(write, anchor.partnerId, this.writer.now());
    });
  }

  createClient(actor: Actor, client: NewClient): Promise<Written<ClientEntry>> {
    const { id, partnerId, authMethod } = client;
    return this.writer.write(actor, `client ${id}`, async (write) => {
      if (!(await exists(write, PartnerRow, { id: partnerId }))) return notFound(`partner ${partnerId}`);
      const entry: ClientEntry = { id, partnerId, authMethod, status: 'active' };
      await write.rows.insert(ClientRow, { ...entry, version: write.version, deletedAt: null });
      const credentials = [];
      for (const credential of client.credentials) {
        const result = await insertCredential(write, entry, credential);
        if ('refused' in result) return result;
        credentials.push(describeCredential(result.inserted));
      }
      const detail = { authMethod, credentials };
      return { changed: entry, event: { kind: 'client.created', partnerId, clientId: id, detail } };
    });
  }

  addCredential(actor: Actor, clientId: ClientId, credential: NewCredential): Promise<Written<Credential>> {
    return this.writer.write(actor, nameOf(credential, clientId), async (write) => {
      const client = await write.rows.findOneBy(ClientRow, { id: clientId, deletedAt: IsNull() });
      if (client === null) return notFound(`client ${clientId}`);
      const result = await insertCredential(write, toClient(client), credential);
      if ('refused' in result) return result;
      const detail = describeCredential(result.inserted);
      const { partnerId } = client;
      return { changed: result.inserted, event: { kind: 'credential.added', partnerId, clientId, detail } };
    });
  }

  retireCredential(actor: Actor, credentialId: string): Promise<Written<Credential>> {
    return this.endCredential(actor, credentialId, 'credential.retired', () => Promise.resolve());
  }

  revokeCredential(actor: Actor, credentialId: string): Promise<Written<Credential>> {
    return this.endCredential(actor, credentialId, 'credential.revoked', async (write, credential) => {
      const now = this.writer.now();
      await denyIssued(write, tokensOf(credential, now), now);
    });
  }

  /** Whoever is suspended is denied, tokens that were issued before included. */
  private async standing(write: RegistryWrite, denied: DeniedAccess, status: Status): Promise<void> {
    if (status === 'active') await allowAgain(write, denied, this.writer.now());
    else await deny(write, denied, this.writer.now());
  }

  private endCredential(
    actor: Actor,
    credentialId: string,
    kind: 'credential.retired' | 'credential.revoked',
    also: (write: RegistryWrite, credential: Credential) => Promise<void>,
  ): Promise<Written<Credential>> {
    const what = `credential ${credentialId}`;
    return this.writer.write(actor, what, async (write) => {
      const row = await write.rows.findOneBy(CredentialRow, { id: credentialId });
      if (row === null || !(await this.remove(write, CredentialRow, { id: credentialId })))
        return notFound(what);
      await removeSet(write, credentialId, this.writer.now());
      const { partnerId, clientId } = row;
      const credential = toCredential(row);
      await also(write, credential);
      const detail = describeCredential(credential);
      return { changed: credential, event: { kind, partnerId, clientId, detail } };
    });
  }

  createResource(actor: Actor, resource: Resource): Promise<Written<Resource>> {
    const { audience, partnerId, scopes } = resource;
    return this.writer.write(actor, `resource ${audience}`, async (write) => {
      if (!(await exists(write, PartnerRow, { id: partnerId }))) return notFound(`partner ${partnerId}`);
      await write.rows.insert(ResourceRow, {
        audience,
        partnerId,
        scopes: [...scopes],
        version: write.version,
        deletedAt: null,
      });
      const detail = { audience, scopes };
      return { changed: resource, event: { kind: 'resource.created', partnerId, clientId: null, detail } };
    });
  }

  addGrant(actor: Actor, { clientId, audience, scopes }: Omit<Grant, 'id'>): Promise<Written<Grant>> {
    const what = `grant of ${audience} to ${clientId}`;
    return this.writer.write(actor, what, async (write): Promise<WriteOutcome<Grant>> => {
      const client = await write.rows.findOneBy(ClientRow, { id: clientId, deletedAt: IsNull() });
      if (client === null) return notFound(`client ${clientId}`);
      const resource = await write.rows.findOneBy(ResourceRow, { audience, deletedAt: IsNull() });
      if (resource === null) return notFound(`resource ${audience}`);
      const foreign = scopes.find((scope) => !resource.scopes.includes(scope));
      if (foreign !== undefined)
        return { refused: 'not_allowed', what: `scope ${foreign}, which ${audience} does not have` };
      const { grant, added } = await upsertGrant(write, { clientId, audience, scopes });
      if (added.length === 0) return { unchanged: grant };
      const detail = { grantId: grant.id, audience, scopes: added };
      const { partnerId } = client;
      return { changed: grant, event: { kind: 'grant.added', partnerId, clientId, detail } };
    });
  }

  removeGrant(actor: Actor, grantId: string): Promise<Written<Grant>> {
    const what = `grant ${grantId}`;
    return this.writer.write(actor, what, async (write) => {
      const row = await write.rows.findOneBy(GrantRow, { id: grantId });
      if (row === null || !(await this.remove(write, GrantRow, { id: grantId }))) return notFound(what);
      const { audience, scopes, clientId } = row;
      const now = this.writer.now();
      await denyIssued(
        write,
        { kind: 'grant', client: clientId, resource: audience, issued_before: issuedBefore(now) },
        now,
      );
      const { partnerId } = await write.rows.findOneByOrFail(ClientRow, { id: clientId });
      const detail = { grantId, audience, scopes };
      return { changed: toGrant(row), event: { kind: 'grant.removed', partnerId, clientId, detail } };
    });
  }

  setPartnerStatus(
    actor: Actor,
    id: string,
    status: Status,
    when: Precondition<Partner> = ALWAYS,
  ): Promise<Written<Partner>> {
    return this.changePartner(actor, id, when, async (write, current) => {
      if (!(await changeStatus(write, PartnerRow, id, status))) return { unchanged: current };
      await this.standing(write, { kind: 'partner', partner: id }, status);
      const kind = status === 'active' ? 'partner.resumed' : 'partner.suspended';
      const event = { kind, partnerId: id, clientId: null, detail: {} } as const;
      return { changed: { ...current, status }, event };
    });
  }

  renamePartner(
    actor: Actor,
    id: string,
    name: string,
    when: Precondition<Partner>,
  ): Promise<Written<Partner>> {
    return this.changePartner(actor, id, when, async ({ rows, version }, current) => {
      if (current.name === name) return { unchanged: current };
      await rows.update(PartnerRow, { id, deletedAt: IsNull() }, { name, version });
      const detail = { before: current.name, after: name };
      const event = { kind: 'partner.renamed', partnerId: id, clientId: null, detail } as const;
      return { changed: { ...current, name }, event };
    });
  }

  setClientStatus(
    actor: Actor,
    id: string,
    status: Status,
    when: Precondition<ClientEntry> = ALWAYS,
  ): Promise<Written<ClientEntry>> {
    const what = `client ${id}`;
    return this.writer.write(actor, what, async (write): Promise<WriteOutcome<ClientEntry>> => {
      const row = await write.rows.findOneBy(ClientRow, { id, deletedAt: IsNull() });
      if (row === null) return notFound(what);
      const current = toClient(row);
      if (!when(current)) return { refused: 'stale', what };
      if (!(await changeStatus(write, ClientRow, id, status))) return { unchanged: current };
      await this.standing(write, { kind: 'client', client: id }, status);
      const kind = status === 'active' ? 'client.resumed' : 'client.suspended';
      const event = { kind, partnerId: row.partnerId, clientId: id, detail: {} } as const;
      return { changed: { ...current, status }, event };
    });
  }

  private changePartner(
    actor: Actor,
    id: string,
    when: Precondition<Partner>,
    change: (write: RegistryWrite, current: Partner) => Promise<WriteOutcome<Partner>>,
  ): Promise<Written<Partner>> {
    const what = `partner ${id}`;
    return this.writer.write(actor, what, async (write): Promise<WriteOutcome<Partner>> => {
      const row = await write.rows.findOneBy(PartnerRow, { id, deletedAt: IsNull() });
      if (row === null) return notFound(what);
      const current = toPartner(row);
      return when(current) ? change(write, current) : { refused: 'stale', what };
    });
  }

  /** Leaves a tombstone; whether this call left it. */
  private async remove<R extends VersionedRow & { id: string }>(
    { rows, version }: RegistryWrite,
    table: new () => R,
    where: { id: string },
  ): Promise<boolean> {
    const alive = { ...where, deletedAt: IsNull() } as FindOptionsWhere<VersionedRow>;
    const removed = { version, deletedAt: this.writer.now() };
    const { affected } = await rows.getRepository<VersionedRow>(table).update(alive, removed);
    return affected === 1;
  }
}

const toText = (at: Date | undefined): string | null => at?.toISOString() ?? null;

const ALWAYS = (): boolean => true;

function notFound(what: string): WriteRefusal {
  return { refused: 'not_found', what };
}

async function exists<R extends VersionedRow>(
  { rows }: RegistryWrite,
  table: new () => R,
  where: { readonly id: string },
): Promise<boolean> {
  const alive = { ...where, deletedAt: IsNull() } as FindOptionsWhere<VersionedRow>;
  return rows.getRepository<VersionedRow>(table).existsBy(alive);
}

/** Whether the status was another before. */
async function changeStatus(
  { rows, version }: RegistryWrite,
  table: typeof PartnerRow | typeof ClientRow,
  id: string,
  status: Status,
): Promise<boolean> {
  const { affected } = await rows.update<PartnerRow | ClientRow>(
    table,
    { id, status: Not(status), deletedAt: IsNull() },
    { status, version },
  );
  return affected === 1;
}
