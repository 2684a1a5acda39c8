import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RegistryReplica, type RegistryFeed } from '@holdfast/client-registry';
import type { ClientId } from '@holdfast/oauth-protocol';
import { thumbprintOf } from '@holdfast/token-binding';
import { createDataSource } from '../connection/data-source.js';
import { Database } from '../connection/database.js';
import { createTestDatabase, eventually, FaultProxy, type TestDatabase } from '../testing/index.js';
import { PostgresRegistryAdministration } from './postgres-registry-administration.js';
import { RegistryWriter } from './registry-writer.js';
import { PostgresRegistryFeed } from './postgres-registry-feed.js';
import { RegistrySubscription } from './registry-subscription.js';

const ALICE = { id: 'alice', requestId: null };
const CLIENT = 'acme-orders' as ClientId;
const certificate = createHash('sha256').update('certificate').digest();
const PIN = {
  kind: 'certificate',
  match: 'certificate',
  certificate,
  thumbprint: thumbprintOf(certificate),
  keyThumbprint: 'key',
} as const;

describe('RegistrySubscription', () => {
  let test: TestDatabase;
  let registry: PostgresRegistryAdministration;
  let admin: Database;
  let reader: Database;
  let proxy: FaultProxy;
  let replica: RegistryReplica;
  let subscription: RegistrySubscription;
  let errors: unknown[];

  const open = async (url: string) => {
    const dataSource = createDataSource({ url, applicationName: 'test', poolSize: 3 });
    await dataSource.initialize();
    return new Database(dataSource);
  };
  const subscribe = (options: { pollMillis: number; listenUrl?: string; feed?: RegistryFeed }) => {
    replica = new RegistryReplica(() => performance.now());
    errors = [];
    subscription = new RegistrySubscription(options.feed ?? new PostgresRegistryFeed(reader), replica, {
      listenUrl: options.listenUrl ?? proxy.through(test.tokenServiceUrl),
      applicationName: 'test',
      pollMillis: options.pollMillis,
      onError: (error) => errors.push(error),
    });
    return subscription.start();
  };
  const A_LONG_TIME = 60_000;

  beforeAll(async () => {
    test = await createTestDatabase();
    admin = await open(test.adminUrl);
    registry = new PostgresRegistryAdministration(
      new RegistryWriter(admin, { application: 'admin', now: () => new Date(0) }),
    );
    await registry.createPartner(ALICE, { id: 'acme', name: 'Acme' });
    await registry.createClient(ALICE, {
      id: CLIENT,
      partnerId: 'acme',
      authMethod: 'self_signed_tls_client_auth',
      credentials: [PIN],
    });
    const audience = 'https://api.acme.example';
    await registry.createResource(ALICE, { audience, partnerId: 'acme', scopes: ['orders:read'] });
    await registry.addGrant(ALICE, { clientId: CLIENT, audience, scopes: ['orders:read'] });
  });
  beforeEach(async () => {
    proxy = await FaultProxy.before(test.tokenServiceUrl);
    reader = await open(proxy.through(test.tokenServiceUrl));
  });
  afterEach(async () => {
    await proxy.restore();
    await subscription.stop();
    await reader.dataSource.destroy();
    await proxy.close();
  });
  afterAll(async () => {
    await admin.dataSource.destroy();
    await test.drop();
  });

  it('has the whole registry when it has started', async () => {
    await subscribe({ pollMillis: A_LONG_TIME });
    const client = replica.findById(CLIENT);
    expect(client).toMatchObject({ partnerId: 'acme', status: 'active', partnerStatus: 'active' });
    expect(client?.hasPinned(PIN.thumbprint, PIN.keyThumbprint, new Date())).toBe(true);
    expect([...(client?.grants ?? [])]).toEqual([['https://api.acme.example', new Set(['orders:read'])]]);
    expect(replica.ageMs()).toBeLessThan(2_000);
  });

  it('hears of a change by notification, within a second and without polling', async () => {
    await subscribe({ pollMillis: A_LONG_TIME });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await registry.setClientStatus(ALICE, CLIENT, 'suspended');
    expect(await eventually(() => replica.findById(CLIENT)?.status === 'suspended', 1_000)).toBeLessThan(
      1_000,
    );
    await registry.setPartnerStatus(ALICE, 'acme', 'suspended');
    await eventually(() => replica.findById(CLIENT)?.partnerStatus === 'suspended', 1_000);
    await registry.setPartnerStatus(ALICE, 'acme', 'active');
    await registry.setClientStatus(ALICE, CLIENT, 'active');
    await eventually(() => replica.findById(CLIENT)?.status === 'active', 1_000);
  });

  it('hears of a change by polling when notifications do not arrive (R-10b)', async () => {
    const dead = await FaultProxy.before(test.tokenServiceUrl);
    dead.swallow();
    await subscribe({ pollMillis: 100, listenUrl: dead.through(test.tokenServiceUrl) });
    await registry.setClientStatus(ALICE, CLIENT, 'suspended');
    await eventually(() => replica.findById(CLIENT)?.status === 'suspended', 1_000);
    await registry.setClientStatus(ALICE, CLIENT, 'active');
    await subscription.stop();
    await dead.close();
  });

  it('hears of what is removed: a tombstone takes the credential and the grant out of the replica', async () => {
    await subscribe({ pollMillis: A_LONG_TIME });
    const [credential] = await registry.listCredentials({ limit: 1, after: undefined }, { clientId: CLIENT });
    const [grant] = await registry.listGrants({ limit: 1, after: undefined }, { clientId: CLIENT });
    await registry.retireCredential(ALICE, credential!.id);
    await registry.removeGrant(ALICE, grant!.id);
    await eventually(() => replica.findById(CLIENT)?.grants.size === 0, 1_000);
    expect(replica.findById(CLIENT)?.hasPinned(PIN.thumbprint, PIN.keyThumbprint, new Date())).toBe(false);
    await registry.addCredential(ALICE, CLIENT, PIN);
    await registry.addGrant(ALICE, { ...grant!, clientId: CLIENT });
    await eventually(() => replica.findById(CLIENT)?.grants.size === 1, 1_000);
  });

  it('reads only what is newer', async () => {
    await subscribe({ pollMillis: A_LONG_TIME });
    const known = replica.version;
    await registry.createPartner(ALICE, { id: 'newcomer', name: 'New' });
    const delta = await new PostgresRegistryFeed(reader).changesSince(known);
    expect(delta).toEqual({
      version: known + 1n,
      changes: [
        { kind: 'partners', id: 'newcomer', value: { id: 'newcomer', name: 'New', status: 'active' } },
      ],
    });
  });

  it('grows old while the database is away, keeps what it knows, and catches up afterwards (R-04)', async () => {
    await subscribe({ pollMillis: 50 });
    await proxy.refuse();
    await registry.createPartner(ALICE, { id: 'meanwhile', name: 'Meanwhile' });
    const known = replica.version;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(replica.ageMs()).toBeGreaterThan(300);
    expect(replica.findById(CLIENT)?.status).toBe('active');
    expect(replica.version).toBe(known);
    expect(errors.length).toBeGreaterThan(0);
    await proxy.restore();
    await eventually(() => replica.version > known && replica.ageMs() < 200, 5_000);
  });

  it('is not hung by a server that swallows packets (R-06)', async () => {
    await subscribe({ pollMillis: 50 });
    proxy.swallow();
    await eventually(() => errors.some((error) => String(error).includes('not available')), 5_000);
    const known = replica.version;
    await registry.createPartner(ALICE, { id: 'after-hole', name: 'After' });
    await proxy.restore();
    await eventually(() => replica.version > known, 5_000);
  });

  it('listens again after its connection was reset', async () => {
    await subscribe({ pollMillis: A_LONG_TIME });
    await new Promise((resolve) => setTimeout(resolve, 100));
    proxy.resetConnections();
    await registry.setClientStatus(ALICE, CLIENT, 'suspended');
    await eventually(() => replica.findById(CLIENT)?.status === 'suspended', 3_000);
    await registry.setClientStatus(ALICE, CLIENT, 'active');
    await eventually(() => replica.findById(CLIENT)?.status === 'active', 1_000);
  });

  it('starts as soon as the database is there (R-30)', async () => {
    await proxy.refuse();
    let started = false;
    const starting = subscribe({ pollMillis: 50 }).then(() => (started = true));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(started).toBe(false);
    await proxy.restore();
    await starting;
    expect(replica.findById(CLIENT)).toBeDefined();
  });

  it('confirms the replica as of the start of a read, and by nothing when the registry went back', async () => {
    const real = new PostgresRegistryFeed(reader);
    let back = false;
    const feed: RegistryFeed = {
      currentVersion: async () => {
        await new Promise((resolve) => setTimeout(resolve, 60));
        return back ? 0n : real.currentVersion();
      },
      changesSince: (since) => real.changesSince(since),
    };
    await subscribe({ pollMillis: 20, feed });
    expect(replica.ageMs()).toBeGreaterThanOrEqual(60);
    back = true;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(replica.ageMs()).toBeGreaterThan(300);
    expect(errors.map(String)).toContainEqual(expect.stringContaining('went back'));
  });
});
