import type { RegistryChange, RegistryDelta, RegistryFeed, RegistryKind } from '@holdfast/client-registry';
import { IsNull, MoreThan, type EntityManager } from 'typeorm';
import type { Database } from '../connection/database.js';
import {
  ClientRow,
  CredentialRow,
  DenyEntryRow,
  GrantRow,
  KeySetRow,
  OcspResponseRow,
  PartnerRow,
  RegistryVersionRow,
  ResourceRow,
  RevocationListRow,
  TrustAnchorRow,
} from '../rows/index.js';
import { toDenyEntry } from './deny-rows.js';
import type { VersionedRow } from '../rows/versioned.row.js';
import {
  toClient,
  toCredential,
  toGrant,
  toKeySet,
  toOcspResponse,
  toPartner,
  toResource,
  toRevocationList,
  toTrustAnchor,
} from './row-mappers.js';

const VERSION_WITHIN_MS = 1_500;
/** A full read of a large registry takes seconds; it happens at start and after a long absence. */
const CHANGES_WITHIN_MS = 30_000;

/** The registry as PostgreSQL has it. Throws `StorageUnavailable` when it cannot be read in time. */
export class PostgresRegistryFeed implements RegistryFeed {
  constructor(private readonly database: Database) {}

  async currentVersion(): Promise<bigint> {
    return this.database.within(VERSION_WITHIN_MS, (runner) => readVersion(runner.manager));
  }

  async changesSince(version: bigint): Promise<RegistryDelta> {
    // One snapshot: the version and all tables are of the same moment.
    return this.database.transaction(
      { within: CHANGES_WITHIN_MS, isolation: 'REPEATABLE READ' },
      async (manager) => {
        const current = await readVersion(manager);
        const changes = [
          ...(await read(manager, version, 'partners', PartnerRow, (row) => row.id, toPartner)),
          ...(await read(manager, version, 'anchors', TrustAnchorRow, (row) => row.id, toTrustAnchor)),
          ...(await read(manager, version, 'clients', ClientRow, (row) => row.id, toClient)),
          ...(await read(manager, version, 'credentials', CredentialRow, (row) => row.id, toCredential)),
          ...(await read(manager, version, 'resources', ResourceRow, (row) => row.audience, toResource)),
          ...(await read(manager, version, 'grants', GrantRow, (row) => row.id, toGrant)),
          ...(await read(
            manager,
            version,
            'revocationLists',
            RevocationListRow,
            (row) => row.id,
            toRevocationList,
          )),
          ...(await read(
            manager,
            version,
            'ocspResponses',
            OcspResponseRow,
            (row) => row.id,
            toOcspResponse,
          )),
          ...(await readDenials(manager, version)),
          ...(await read(manager, version, 'keySets', KeySetRow, (row) => row.id, toKeySet)),
        ];
        return { version: current, changes };
      },
    );
  }
}

/**
 * The deny list alone, in the versions of the registry: for who issues no tokens but accepts them and can ask the database.
 * Throws as `PostgresRegistryFeed` does.
 */
export class PostgresDenyListFeed implements RegistryFeed {
  constructor(private readonly database: Database) {}

  currentVersion(): Promise<bigint> {
    return this.database.within(VERSION_WITHIN_MS, (runner) => readVersion(runner.manager));
  }

  changesSince(version: bigint): Promise<RegistryDelta> {
    const options = { within: CHANGES_WITHIN_MS, isolation: 'REPEATABLE READ' } as const;
    return this.database.transaction(options, async (manager) => ({
      version: await readVersion(manager),
      changes: await readDenials(manager, version),
    }));
  }
}

const readDenials = (manager: EntityManager, since: bigint): Promise<RegistryChange[]> =>
  read(manager, since, 'denyEntries', DenyEntryRow, (row) => row.id, toDenyEntry);

async function readVersion(manager: EntityManager): Promise<bigint> {
  const { v } = await manager.findOneByOrFail(RegistryVersionRow, { id: true });
  return v;
}

async function read<R extends VersionedRow>(
  manager: EntityManager,
  since: bigint,
  kind: RegistryKind,
  table: new () => R,
  idOf: (row: R) => string,
  toValue: (row: R) => RegistryChange['value'],
): Promise<RegistryChange[]> {
  const rows = manager.getRepository<VersionedRow>(table);
  // Whoever asks for all has nothing to remove.
  const found =
    since < 0n ? await rows.findBy({ deletedAt: IsNull() }) : await rows.findBy({ version: MoreThan(since) });
  return (found as R[]).map((row) => ({
    kind,
    id: idOf(row),
    value: row.deletedAt === null ? toValue(row) : undefined,
  }));
}
