import {
  parseRegisteredName,
  type OcspResponse,
  type RevocationList,
} from '@holdfast/certificate-validation';
import { DenyList, type ClientId, type DenyEntry } from '@holdfast/oauth-protocol';
import { thumbprintOf } from '@holdfast/token-binding';
import type { ClientDirectory } from './client-directory.js';
import {
  Client,
  type AnchoredName,
  type ClientAuthentication,
  type FetchedKeySet,
  type GrantedScopes,
} from './client.js';
import type {
  ClientEntry,
  Credential,
  PinMatch,
  PinnedCredential,
  RegistryEntities,
  RegistryKind,
} from './entities.js';
import { parseAnchor, parseStoredList, parseStoredResponse, type ParsedAnchor } from './registered-anchor.js';

/** One changed or removed entity. `value` undefined: a tombstone. */
export interface RegistryChange<K extends RegistryKind = RegistryKind> {
  readonly kind: K;
  readonly id: string;
  readonly value: RegistryEntities[K] | undefined;
}

/** All changes up to `version` that are newer than what was asked for. */
export interface RegistryDelta {
  readonly version: bigint;
  readonly changes: readonly RegistryChange[];
}

type SelfSigned = Extract<ClientAuthentication, { method: 'self_signed_tls_client_auth' }>;
type Tables = { readonly [K in RegistryKind]: Map<string, RegistryEntities[K]> };

/**
 * The whole registry in memory, as of one version. `apply` replaces what changed in one synchronous step, so a
 * request sees either all of a write or nothing of it.
 *
 * An entity that cannot be understood (a certificate that no longer parses) takes part in nothing: missing means no.
 */
export class RegistryReplica implements ClientDirectory {
  private readonly tables: Tables = {
    partners: new Map(),
    anchors: new Map(),
    clients: new Map(),
    credentials: new Map(),
    resources: new Map(),
    grants: new Map(),
    revocationLists: new Map(),
    ocspResponses: new Map(),
    denyEntries: new Map(),
    keySets: new Map(),
  };
  private readonly index = {
    clientsOfPartner: new Map<string, Set<string>>(),
    credentialsOfClient: new Map<string, Set<string>>(),
    grantsOfClient: new Map<string, Set<string>>(),
    listsOfAnchor: new Map<string, Set<string>>(),
    responsesAbout: new Map<string, Set<string>>(),
  };
  /** Kept beside the table, to be found by what tokens say. */
  readonly denyList = new DenyList();
  private readonly built = new Map<string, Client>();
  private readonly listsParsed = new Map<string, RevocationList | undefined>();
  private readonly responsesParsed = new Map<string, OcspResponse | undefined>();
  private readonly anchorsBuilt = new Map<string, ParsedAnchor | undefined>();
  private confirmedAt = -Infinity;
  private currentVersion = -1n;

  /** `monotonicNow` in milliseconds, never going back (performance.now). */
  constructor(private readonly monotonicNow: () => number) {}

  /** The version applied last; -1 before the first. */
  get version(): bigint {
    return this.currentVersion;
  }

  get size(): number {
    return this.tables.clients.size;
  }

  providerOf(audience: string): string | undefined {
    return this.tables.resources.get(audience)?.partnerId;
  }

  ageMs(): number {
    return this.monotonicNow() - this.confirmedAt;
  }

  findById(id: ClientId): Client | undefined {
    const known = this.built.get(id);
    if (known !== undefined) return known;
    const client = this.build(id);
    if (client !== undefined) this.built.set(id, client);
    return client;
  }

  /** Takes over a delta that follows this replica's version. An older one is ignored: deltas may overlap. */
  apply(delta: RegistryDelta): void {
    if (delta.version < this.currentVersion) return;
    for (const change of delta.changes) this.replace(change);
    this.currentVersion = delta.version;
  }

  /** A read of the version that *started* at `startedAt` (monotonic ms) found this replica current. */
  confirm(startedAt: number): void {
    if (startedAt > this.confirmedAt) this.confirmedAt = startedAt;
  }

  /** Lets go of denials that have ended: nobody tells of their end. `now` in seconds since 1970. */
  forgetEnded(now: number): void {
    this.denyList.prune(now);
    for (const [id, { expires_at: end }] of this.tables.denyEntries)
      if (end !== undefined && end < now) this.tables.denyEntries.delete(id);
  }

  private replace(change: RegistryChange): void {
    const table = this.tables[change.kind] as Map<string, unknown>;
    this.forget(change);
    this.reindex(change.kind, change.id, table.get(change.id), 'delete');
    if (change.value === undefined) table.delete(change.id);
    else table.set(change.id, change.value);
    this.reindex(change.kind, change.id, change.value, 'add');
    if (change.kind === 'denyEntries') this.deny(change.id, change.value as DenyEntry | undefined);
    this.forget(change);
  }

  private deny(id: string, entry: DenyEntry | undefined): void {
    if (entry === undefined) this.denyList.delete(id);
    else this.denyList.set(entry);
  }

  private reindex(kind: RegistryKind, id: string, value: unknown, action: 'add' | 'delete'): void {
    if (value === undefined) return;
    const { clientId, partnerId, anchorId, certificate } = value as {
      clientId?: string;
      partnerId?: string;
      anchorId?: string;
      certificate?: string;
    };
    if (kind === 'clients') enlist(this.index.clientsOfPartner, partnerId, id, action);
    if (kind === 'credentials') enlist(this.index.credentialsOfClient, clientId, id, action);
    if (kind === 'grants') enlist(this.index.grantsOfClient, clientId, id, action);
    if (kind === 'revocationLists') enlist(this.index.listsOfAnchor, anchorId, id, action);
    if (kind === 'ocspResponses') enlist(this.index.responsesAbout, `${anchorId} ${certificate}`, id, action);
  }

  /** Drops the built clients that the change touches; they are built again when next asked for. */
  private forget({ kind, id }: RegistryChange): void {
    if (kind === 'clients') this.built.delete(id);
    if (kind === 'credentials') this.built.delete(this.tables.credentials.get(id)?.clientId ?? '');
    if (kind === 'keySets') this.built.delete(this.tables.keySets.get(id)?.clientId ?? '');
    if (kind === 'grants') this.built.delete(this.tables.grants.get(id)?.clientId ?? '');
    if (kind === 'partners')
      for (const client of this.index.clientsOfPartner.get(id) ?? []) this.built.delete(client);
    if (kind === 'anchors') this.forgetAnchor(id);
    if (kind === 'revocationLists') {
      this.listsParsed.delete(id);
      this.forgetAnchor(this.tables.revocationLists.get(id)?.anchorId ?? '');
    }
    if (kind === 'ocspResponses') {
      this.responsesParsed.delete(id);
      this.forgetAnchor(this.tables.ocspResponses.get(id)?.anchorId ?? '');
    }
    if (kind === 'resources') this.built.clear();
  }

  /** An anchor, and what is known about revocation under it, serves the clients of its partner only. */
  private forgetAnchor(id: string): void {
    this.anchorsBuilt.delete(id);
    const partner = this.tables.anchors.get(id)?.partnerId ?? '';
    for (const client of this.index.clientsOfPartner.get(partner) ?? []) this.built.delete(client);
  }

  private build(id: ClientId): Client | undefined {
    const entry = this.tables.clients.get(id);
    const partner = entry && this.tables.partners.get(entry.partnerId);
    if (entry === undefined || partner === undefined) return undefined;
    const authentication = this.authenticationOf(entry);
    return new Client(
      entry.id,
      entry.partnerId,
      entry.status,
      partner.status,
      authentication,
      this.grantsOf(id),
    );
  }

  private authenticationOf(entry: ClientEntry): ClientAuthentication {
    const credentials = [...(this.index.credentialsOfClient.get(entry.id) ?? [])]
      .map((id) => this.tables.credentials.get(id))
      .filter((credential) => credential !== undefined);
    if (entry.authMethod === 'self_signed_tls_client_auth') {
      return { method: entry.authMethod, pins: pinsOf(credentials), keySet: this.keySetOf(credentials) };
    }
    const named = credentials.flatMap((credential) => this.anchoredName(entry, credential));
    const anchors = new Map(named.map(({ parsed }) => [parsed.anchor.id, parsed]));
    return {
      method: entry.authMethod,
      names: named.map(({ anchored }) => anchored),
      anchors: [...anchors.values()].map(({ anchor }) => anchor),
      intermediates: [...anchors.values()].flatMap(({ intermediates }) => intermediates),
    };
  }

  private keySetOf(credentials: readonly Credential[]): FetchedKeySet | undefined {
    const source = credentials.find(({ kind }) => kind === 'jwks_uri');
    if (source === undefined) return undefined;
    const fetched = this.tables.keySets.get(source.id);
    // A set of another client never counts, whatever a row says.
    const own = fetched?.clientId === source.clientId ? fetched : undefined;
    return {
      credentialId: source.id,
      certificates: new Set(own?.certificates.map((der) => thumbprintOf(der))),
      freshUntil: own?.freshUntil,
    };
  }

  private anchoredName(
    entry: ClientEntry,
    credential: Credential,
  ): { anchored: AnchoredName; parsed: ParsedAnchor }[] {
    if (credential.kind === 'certificate' || credential.kind === 'jwks_uri') return [];
    const parsed = this.anchor(credential.anchorId);
    const name = parseRegisteredName(credential.kind, credential.value);
    // An anchor of another partner never vouches, whatever a row says.
    const owner = this.tables.anchors.get(credential.anchorId)?.partnerId;
    if (parsed === undefined || !name.parsed || owner !== entry.partnerId) return [];
    return [{ anchored: { credentialId: credential.id, name: name.name, anchor: parsed.anchor }, parsed }];
  }

  private anchor(id: string): ParsedAnchor | undefined {
    if (!this.anchorsBuilt.has(id)) this.anchorsBuilt.set(id, this.parseAnchor(id));
    return this.anchorsBuilt.get(id);
  }

  private parseAnchor(id: string): ParsedAnchor | undefined {
    const entry = this.tables.anchors.get(id);
    const responsesAbout = (thumbprint: string): OcspResponse[] => this.responsesAbout(id, thumbprint);
    return entry && parseAnchor(entry, { lists: this.listsOf(id), responsesAbout });
  }

  private listsOf(anchorId: string): RevocationList[] {
    return [...(this.index.listsOfAnchor.get(anchorId) ?? [])]
      .map((id) => this.list(id))
      .filter((list) => list !== undefined);
  }

  private list(id: string): RevocationList | undefined {
    if (!this.listsParsed.has(id)) {
      const entry = this.tables.revocationLists.get(id);
      this.listsParsed.set(id, entry && parseStoredList(entry));
    }
    return this.listsParsed.get(id);
  }

  private responsesAbout(anchorId: string, thumbprint: string): OcspResponse[] {
    return [...(this.index.responsesAbout.get(`${anchorId} ${thumbprint}`) ?? [])]
      .map((id) => this.response(id))
      .filter((response) => response !== undefined);
  }

  private response(id: string): OcspResponse | undefined {
    if (!this.responsesParsed.has(id)) {
      const entry = this.tables.ocspResponses.get(id);
      this.responsesParsed.set(id, entry && parseStoredResponse(entry));
    }
    return this.responsesParsed.get(id);
  }

  private grantsOf(id: string): GrantedScopes {
    const grants = new Map<string, Set<string>>();
    for (const grantId of this.index.grantsOfClient.get(id) ?? []) {
      const grant = this.tables.grants.get(grantId);
      const resource = grant && this.tables.resources.get(grant.audience);
      if (grant === undefined || resource === undefined) continue;
      // A scope that the resource no longer has is no longer granted.
      const scopes = grant.scopes.filter((scope) => resource.scopes.includes(scope));
      if (scopes.length > 0) grants.set(grant.audience, new Set(scopes));
    }
    return grants;
  }
}

function pinsOf(credentials: readonly Credential[]): SelfSigned['pins'] {
  const pinned = credentials.filter((credential) => credential.kind === 'certificate');
  // A match that is not known here takes part in nothing.
  const matched = (match: PinMatch): PinnedCredential[] => pinned.filter((pin) => pin.match === match);
  return {
    certificates: new Set(matched('certificate').map(({ thumbprint }) => thumbprint)),
    keys: new Set(matched('public-key').map(({ keyThumbprint }) => keyThumbprint)),
  };
}

function enlist(
  index: Map<string, Set<string>>,
  owner: string | undefined,
  id: string,
  action: 'add' | 'delete',
): void {
  if (owner === undefined) return;
  const members = index.get(owner) ?? new Set<string>();
  members[action](id);
  if (members.size === 0) index.delete(owner);
  else index.set(owner, members);
}
