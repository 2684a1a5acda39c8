import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Credential, NewCredential } from '@holdfast/client-registry';
import type { ClientId, DenyEntry } from '@holdfast/oauth-protocol';
import { AuditReader } from '../audit/audit-reader.js';
import { createDataSource } from '../connection/data-source.js';
import { Database } from '../connection/database.js';
import { createTestDatabase, type TestDatabase } from '../testing/index.js';
import { PostgresDenyAdministration } from './postgres-deny-administration.js';
import { PostgresRegistryAdministration } from './postgres-registry-administration.js';
import { RegistryWriter } from './registry-writer.js';

const NOON = new Date('2026-06-01T12:00:00Z');
const NOON_SECONDS = NOON.getTime() / 1_000;
const ALICE = { id: 'alice', requestId: 'r-1' };
const ALL = { limit: 200, after: undefined };

/** A partner with two anchors: one client is known under the first, one under both, one under the second. */
describe('the status of an anchor', () => {
  let test: TestDatabase;
  let database: Database;
  let registry: PostgresRegistryAdministration;
  let denials: PostgresDenyAdministration;
  let now = NOON;
  const credentials = new Map<string, Credential>();

  beforeAll(async () => {
    test = await createTestDatabase();
    const dataSource = createDataSource({ url: test.adminUrl, applicationName: 'test', poolSize: 2 });
    database = new Database(await dataSource.initialize());
    const writer = new RegistryWriter(database, { application: 'admin', now: () => now });
    registry = new PostgresRegistryAdministration(writer);
    denials = new PostgresDenyAdministration(writer);
    await registry.createPartner(ALICE, { id: 'acme', name: 'Acme' });
    for (const id of ['acme-ca', 'acme-ca-2'])
      await registry.addAnchor(ALICE, {
        id,
        partnerId: 'acme',
        certificate: Buffer.from(id),
        keyThumbprint: id,
        intermediates: [],
        revocation: 'off',
        serverAuthUntil: undefined,
        status: 'active',
      });
    await makeClient('first', 'acme-ca');
    await makeClient('both', 'acme-ca', 'acme-ca-2');
    await makeClient('second', 'acme-ca-2');
    await makeClient('retired', 'acme-ca', 'acme-ca-2');
    await registry.retireCredential(ALICE, credentials.get('retired acme-ca')!.id);
  });
  beforeEach(async () => {
    now = NOON;
    await registry.setAnchorStatus(ALICE, 'acme-ca', 'active');
  });
  afterAll(async () => {
    await database.dataSource.destroy();
    await test.drop();
  });

  async function makeClient(id: string, ...anchors: readonly string[]): Promise<void> {
    const made = { id: id as ClientId, partnerId: 'acme', authMethod: 'tls_client_auth' } as const;
    await registry.createClient(ALICE, { ...made, credentials: [] });
    for (const anchorId of anchors) {
      const canonical = `CN=${id}`;
      const name: NewCredential = { kind: 'subject_dn', anchorId, value: canonical, canonical };
      const added = await registry.addCredential(ALICE, made.id, name);
      if (!added.written) throw new Error(added.refused);
      credentials.set(`${id} ${anchorId}`, added.value);
    }
  }
  const denied = async (): Promise<DenyEntry[]> => (await denials.listDenied(ALL)).map(({ entry }) => entry);
  const suspend = () => registry.setAnchorStatus(ALICE, 'acme-ca', 'suspended');

  it('enters the tokens of every client that it may have vouched for, by a name retired lately too', async () => {
    expect(await suspend()).toMatchObject({ written: true, value: { status: 'suspended' } });
    expect((await registry.findAnchor('acme-ca'))?.status).toBe('suspended');
    const entry = (client: string): object => ({
      id: `client/${client}/anchor/acme-ca`,
      kind: 'client',
      client,
      // Those of the moments in which token services hear of it, too; then new ones can only be by the other anchor.
      issued_before: NOON_SECONDS + 2,
      expires_at: NOON_SECONDS + 660,
    });
    expect(await denied()).toEqual(['both', 'first', 'retired'].map(entry));
  });

  it('leaves alone whose name was retired before the last of its tokens ended', async () => {
    now = new Date(NOON.getTime() + 661_000);
    await suspend();
    expect((await denied()).map((entry) => 'client' in entry && entry.client)).toEqual(['both', 'first']);
  });

  it('takes the entries back when it vouches again, and only its own', async () => {
    await registry.setClientStatus(ALICE, 'second', 'suspended');
    await suspend();
    await registry.setAnchorStatus(ALICE, 'acme-ca', 'active');
    expect((await denied()).map(({ id }) => id)).toEqual(['client/second']);
    await registry.setClientStatus(ALICE, 'second', 'active');
  });

  it('enters them anew when it is suspended again', async () => {
    await suspend();
    await registry.setAnchorStatus(ALICE, 'acme-ca', 'active');
    now = new Date(NOON.getTime() + 5_000);
    await suspend();
    expect(await denied()).toContainEqual(
      expect.objectContaining({ client: 'first', issued_before: NOON_SECONDS + 7 }),
    );
  });

  it('is written once for two requests, with an event that says how many clients are concerned', async () => {
    now = new Date(NOON.getTime() + 30_000);
    await suspend();
    expect(await suspend()).toMatchObject({ written: true });
    const all = await new AuditReader(database).list({ kind: 'anchor.suspended' }, ALL);
    const events = all.map(({ event }) => event).filter(({ at }) => at === now.toISOString());
    expect(events).toMatchObject([
      { actor: 'alice', partnerId: 'acme', detail: { anchorId: 'acme-ca', clients: 3 } },
    ]);
  });

  it.each<[string, () => ReturnType<typeof suspend>, object]>([
    [
      'an anchor that nobody has',
      () => registry.setAnchorStatus(ALICE, 'nobody-ca', 'suspended'),
      { refused: 'not_found', what: 'anchor nobody-ca' },
    ],
    [
      'one that has changed meanwhile',
      () => registry.setAnchorStatus(ALICE, 'acme-ca', 'suspended', () => false),
      { refused: 'stale', what: 'anchor acme-ca' },
    ],
  ])('refuses %s, and enters nothing', async (_name, write, refusal) => {
    expect(await write()).toEqual({ written: false, ...refusal });
    expect(await denied()).toEqual([]);
  });
});
