import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClientId } from '@holdfast/oauth-protocol';
import { thumbprintOf } from '@holdfast/token-binding';
import { AuditReader } from '../audit/audit-reader.js';
import { createDataSource } from '../connection/data-source.js';
import { Database } from '../connection/database.js';
import { createTestDatabase, type TestDatabase } from '../testing/index.js';
import { PostgresDenyAdministration } from './postgres-deny-administration.js';
import { PostgresRegistryAdministration } from './postgres-registry-administration.js';
import { RegistryWriter } from './registry-writer.js';

const NOON = new Date('2026-06-01T12:00:00Z');
const ALICE = { id: 'alice', requestId: 'r-1' };
const ALL = { limit: 200, after: undefined };

describe('PostgresDenyAdministration', () => {
  let test: TestDatabase;
  let database: Database;
  let denials: PostgresDenyAdministration;
  let registry: PostgresRegistryAdministration;
  let now = NOON;

  beforeAll(async () => {
    test = await createTestDatabase();
    const dataSource = createDataSource({ url: test.adminUrl, applicationName: 'test', poolSize: 2 });
    database = new Database(await dataSource.initialize());
    const writer = new RegistryWriter(database, { application: 'admin', now: () => now });
    denials = new PostgresDenyAdministration(writer);
    registry = new PostgresRegistryAdministration(writer);
    await registry.createPartner(ALICE, { id: 'acme', name: 'Acme' });
  });
  afterAll(async () => {
    await database.dataSource.destroy();
    await test.drop();
  });

  const thumbprint = (name: string) => thumbprintOf(Buffer.from(name));
  const listed = async (id: string) => (await denials.listDenied(ALL)).filter((denied) => denied.id === id);
  const events = async (about: string) =>
    (await new AuditReader(database).list({}, ALL))
      .map(({ event }) => event)
      .filter(({ detail }) => detail['thumbprint'] === about);

  it('lists a blocked certificate with its moment, and who did it and why stands in the trail', async () => {
    const stolen = thumbprint('stolen');
    expect(await denials.blockCertificate(ALICE, stolen, 'laptop stolen')).toMatchObject({ written: true });
    const id = `thumbprint/${stolen}`;
    const entry = { id, kind: 'thumbprint', 'x5t#S256': stolen };
    expect(await listed(id)).toEqual([
      { id, entry, deniedAt: NOON, deniedBy: 'alice', note: 'laptop stolen', clients: [] },
    ]);
    expect(await denials.isBlocked(stolen)).toBe(true);
    expect(await events(stolen)).toMatchObject([
      { kind: 'certificate.blocked', actor: 'alice', detail: { note: 'laptop stolen' } },
    ]);
  });

  it('blocks a certificate twice without a second entry', async () => {
    const twice = thumbprint('twice');
    await denials.blockCertificate(ALICE, twice, 'once');
    expect(await denials.blockCertificate(ALICE, twice, 'again')).toMatchObject({ written: true });
    expect(await listed(`thumbprint/${twice}`)).toHaveLength(1);
  });

  it('lists an unblocked certificate no more, and refuses to unblock what is not blocked', async () => {
    const back = thumbprint('back');
    await denials.blockCertificate(ALICE, back, '');
    expect(await denials.unblockCertificate(ALICE, back)).toMatchObject({ written: true });
    expect(await listed(`thumbprint/${back}`)).toEqual([]);
    expect(await denials.isBlocked(back)).toBe(false);
    expect(await denials.unblockCertificate(ALICE, back)).toMatchObject({
      written: false,
      refused: 'not_found',
    });
    expect((await events(back)).map(({ kind }) => kind).sort()).toEqual([
      'certificate.blocked',
      'certificate.unblocked',
    ]);
  });

  it('lists what is about issued tokens until the last of them has ended, and not longer', async () => {
    const id = 'ends' as ClientId;
    await registry.createClient(ALICE, {
      id,
      partnerId: 'acme',
      authMethod: 'tls_client_auth',
      credentials: [],
    });
    await registry.createResource(ALICE, { audience: 'urn:ends', partnerId: 'acme', scopes: ['read'] });
    const granted = await registry.addGrant(ALICE, { clientId: id, audience: 'urn:ends', scopes: ['read'] });
    if (!granted.written) throw new Error(granted.refused);
    await registry.removeGrant(ALICE, granted.value.id);
    const [entry] = (await denials.listDenied(ALL)).filter(({ entry: { kind } }) => kind === 'grant');
    expect(entry).toMatchObject({ deniedBy: 'alice', entry: { client: 'ends', resource: 'urn:ends' } });
    const end = (entry!.entry.expires_at ?? 0) * 1_000;
    now = new Date(end);
    expect(await listed(entry!.id)).toHaveLength(1);
    now = new Date(end + 1_000);
    expect(await listed(entry!.id)).toEqual([]);
    now = NOON;
  });

  it('lists who is suspended beside them, until resumed', async () => {
    await registry.setPartnerStatus(ALICE, 'acme', 'suspended');
    expect(await listed('partner/acme')).toMatchObject([{ entry: { kind: 'partner', partner: 'acme' } }]);
    await registry.setPartnerStatus(ALICE, 'acme', 'active');
    expect(await listed('partner/acme')).toEqual([]);
  });
});
