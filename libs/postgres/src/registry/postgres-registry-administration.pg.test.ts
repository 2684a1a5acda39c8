import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { REGISTERED_NAME_KINDS } from '@holdfast/certificate-validation';
import type { NewClient, NewCredential, PinMatch } from '@holdfast/client-registry';
import type { ClientId } from '@holdfast/oauth-protocol';
import { thumbprintOf } from '@holdfast/token-binding';
import { AuditReader } from '../audit/audit-reader.js';
import { createDataSource } from '../connection/data-source.js';
import { Database } from '../connection/database.js';
import { createTestDatabase, FaultProxy, type TestDatabase } from '../testing/index.js';
import { PostgresRegistryAdministration } from './postgres-registry-administration.js';
import { RegistryWriter } from './registry-writer.js';
import { PostgresRegistryFeed } from './postgres-registry-feed.js';

const NOON = new Date('2026-03-01T12:00:00.000Z');
const ALICE = { id: 'alice', requestId: 'r-1' };
const ALL = { limit: 100, after: undefined };
const id = (text: string) => text as ClientId;
const octets = (text: string) => createHash('sha256').update(text).digest();
const keyOf = (text: string) => octets(text).toString('base64url');

function pin(text: string, key = text, match: PinMatch = 'certificate'): NewCredential {
  const certificate = octets(text);
  const thumbprint = thumbprintOf(certificate);
  return { kind: 'certificate', match, certificate, thumbprint, keyThumbprint: keyOf(`key of ${key}`) };
}

function dn(anchorId: string, value: string): NewCredential {
  return { kind: 'subject_dn', anchorId, value, canonical: value.toLowerCase() };
}

describe('PostgresRegistryAdministration', () => {
  let test: TestDatabase;
  const open: Database[] = [];

  /** An admin app of its own: its pool, its audit stream. */
  async function adminApp(url = test.adminUrl): Promise<PostgresRegistryAdministration> {
    const dataSource = createDataSource({ url, applicationName: 'admin', poolSize: 4 });
    await dataSource.initialize();
    open.push(new Database(dataSource));
    return new PostgresRegistryAdministration(
      new RegistryWriter(open.at(-1)!, { application: 'admin', now: () => NOON }),
    );
  }

  let registry: PostgresRegistryAdministration;
  beforeAll(async () => {
    test = await createTestDatabase();
    registry = await adminApp();
    for (const partner of ['acme', 'beta']) {
      await registry.createPartner(ALICE, { id: partner, name: partner });
      // Both partners use the same authority: two anchors, one key.
      await registry.addAnchor(ALICE, {
        id: `${partner}-ca`,
        partnerId: partner,
        certificate: octets('ca'),
        keyThumbprint: keyOf('shared'),
        intermediates: [octets('i1'), octets('i2')],
        revocation: 'hard',
        serverAuthUntil: undefined,
        status: 'active',
      });
    }
    await registry.createResource(ALICE, {
      audience: 'https://api.beta.example',
      partnerId: 'beta',
      scopes: ['orders:read', 'orders:write'],
    });
  });
  afterAll(async () => {
    await Promise.all(open.map(({ dataSource }) => dataSource.destroy()));
    await test.drop();
  });

  const client = (name: string, ...credentials: NewCredential[]): NewClient => ({
    id: id(name),
    partnerId: 'acme',
    authMethod: credentials.some(({ kind }) => kind === 'certificate')
      ? 'self_signed_tls_client_auth'
      : 'tls_client_auth',
    credentials,
  });
  const version = () => new PostgresRegistryFeed(open[0]!).currentVersion();
  const eventsOf = async (clientId: string) =>
    (await new AuditReader(open[0]!).list({ clientId }, ALL)).map(({ event }) => event);

  it('writes rows, version and audit event, and reads them back', async () => {
    const before = await version();
    const made = client('acme-orders', dn('acme-ca', 'CN=orders'));
    expect(await registry.createClient(ALICE, made)).toEqual({
      written: true,
      value: { id: 'acme-orders', partnerId: 'acme', authMethod: 'tls_client_auth', status: 'active' },
    });
    expect(await version()).toBe(before + 1n);
    const [credential] = await registry.listCredentials(ALL, { clientId: 'acme-orders' });
    expect(credential).toMatchObject({ kind: 'subject_dn', anchorId: 'acme-ca', value: 'CN=orders' });
    expect(await eventsOf('acme-orders')).toEqual([
      {
        kind: 'client.created',
        at: NOON.toISOString(),
        actor: 'alice',
        requestId: 'r-1',
        partnerId: 'acme',
        clientId: 'acme-orders',
        reason: null,
        detail: {
          authMethod: 'tls_client_auth',
          credentials: [
            { credentialId: credential?.id, kind: 'subject_dn', anchorId: 'acme-ca', value: 'CN=orders' },
          ],
        },
      },
    ]);
    const [anchor] = await registry.listAnchors(ALL, { partnerId: 'acme' });
    expect(anchor?.intermediates.map((der) => Buffer.from(der))).toEqual([octets('i1'), octets('i2')]);
  });

  it('gives a raced thumbprint to exactly one of two writers', async () => {
    const other = await adminApp();
    for (let round = 0; round < 10; round += 1) {
      const raced = pin(`raced-${round}`);
      const results = await Promise.all([
        registry.createClient(ALICE, client(`left-${round}`, raced)),
        other.createClient(ALICE, client(`right-${round}`, raced)),
      ]);
      expect(results.filter(({ written }) => written)).toHaveLength(1);
      expect(results.find(({ written }) => !written)).toMatchObject({ refused: 'identity_taken' });
    }
  });

  it('gives a raced name under one anchor key to exactly one of two writers', async () => {
    const other = await adminApp();
    for (let round = 0; round < 10; round += 1) {
      const name = `CN=raced ${round}`;
      const results = await Promise.all([
        registry.createClient(ALICE, client(`name-left-${round}`, dn('acme-ca', name))),
        other.createClient(ALICE, {
          ...client(`name-right-${round}`, dn('beta-ca', name)),
          partnerId: 'beta',
        }),
      ]);
      expect(results.filter(({ written }) => written)).toHaveLength(1);
      expect(results.find(({ written }) => !written)).toMatchObject({ refused: 'identity_taken' });
    }
  });

  it('leaves nothing of a refused client behind, neither rows nor version nor event', async () => {
    await registry.createClient(ALICE, client('first', pin('one')));
    const before = await version();
    const refused = await registry.createClient(ALICE, client('second', pin('two'), pin('one')));
    expect(refused).toEqual({ written: false, refused: 'identity_taken', what: 'client second' });
    expect(await registry.findClient('second')).toBeUndefined();
    expect(await registry.listCredentials(ALL, { clientId: 'second' })).toEqual([]);
    expect(await eventsOf('second')).toEqual([]);
    expect(await version()).toBe(before);
  });

  it('refuses a name that another partner has under the same key, and does not name that partner', async () => {
    await registry.createClient(ALICE, client('acme-erp', dn('acme-ca', 'CN=erp')));
    await registry.createClient(ALICE, { ...client('beta-erp'), partnerId: 'beta' });
    const refused = await registry.addCredential(ALICE, id('beta-erp'), dn('beta-ca', 'CN=ERP'));
    expect(refused).toEqual({ written: false, refused: 'identity_taken', what: 'subject_dn CN=ERP' });
    expect(JSON.stringify(refused)).not.toMatch(/acme/);
  });

  it('accepts the same name under another key, and as another kind', async () => {
    await registry.addAnchor(ALICE, {
      id: 'acme-ca-2',
      partnerId: 'acme',
      certificate: octets('ca'),
      keyThumbprint: keyOf('another'),
      intermediates: [],
      revocation: 'off',
      serverAuthUntil: undefined,
      status: 'active',
    });
    await registry.createClient(ALICE, client('kinds', dn('acme-ca', 'api.acme.example')));
    for (const kind of REGISTERED_NAME_KINDS.filter((one) => one !== 'subject_dn')) {
      const name = { ...dn('acme-ca', 'api.acme.example'), kind } as NewCredential;
      expect(await registry.addCredential(ALICE, id('kinds'), name)).toMatchObject({ written: true });
      expect(await registry.addCredential(ALICE, id('kinds'), name)).toMatchObject({
        refused: 'identity_taken',
      });
    }
    const kept = await registry.listCredentials(ALL, { clientId: 'kinds' });
    expect(kept.map(({ kind }) => kind).sort()).toEqual([...REGISTERED_NAME_KINDS].sort());
    const otherKey = dn('acme-ca-2', 'api.acme.example');
    expect(await registry.addCredential(ALICE, id('kinds'), otherKey)).toMatchObject({ written: true });
  });

  it.each<[first: PinMatch, second: PinMatch, outcome: object]>([
    ['certificate', 'certificate', { written: true }],
    ['certificate', 'public-key', { refused: 'identity_taken' }],
    ['public-key', 'certificate', { refused: 'identity_taken' }],
    ['public-key', 'public-key', { refused: 'identity_taken' }],
  ])('lets a key pinned by %s be pinned by %s of another client: %j', async (first, second, outcome) => {
    const key = `${first} ${second}`;
    const names = [`${first}-${second}-one`, `${first}-${second}-two`] as const;
    await registry.createClient(ALICE, client(names[0], pin(`${key} 1`, key, first)));
    const other = client(names[1], pin(`${key} 2`, key, second));
    expect(await registry.createClient(ALICE, other)).toMatchObject(outcome);
  });

  it('lets a client pin one key twice, as a certificate and as a key, and keeps which is which', async () => {
    await registry.createClient(
      ALICE,
      client('overlap', pin('o1', 'o'), pin('o2', 'o', 'public-key'), pin('o3', 'o')),
    );
    const kept = await registry.listCredentials(ALL, { clientId: 'overlap' });
    expect(kept.map((one) => (one.kind === 'certificate' ? one.match : one.kind)).sort()).toEqual([
      'certificate',
      'certificate',
      'public-key',
    ]);
    const [created] = await eventsOf('overlap');
    expect(created?.detail).toMatchObject({
      credentials: [{ match: 'certificate' }, { match: 'public-key' }, { match: 'certificate' }],
    });
  });

  it('frees the identity of a retired credential, but retires it only once', async () => {
    await registry.createClient(ALICE, client('retiring', pin('old')));
    const [credential] = await registry.listCredentials(ALL, { clientId: 'retiring' });
    expect(await registry.retireCredential(ALICE, credential!.id)).toMatchObject({ written: true });
    expect(await registry.retireCredential(ALICE, credential!.id)).toMatchObject({ refused: 'not_found' });
    expect(await registry.listCredentials(ALL, { clientId: 'retiring' })).toEqual([]);
    expect(await registry.createClient(ALICE, client('heir', pin('old')))).toMatchObject({ written: true });
  });

  it.each<[string, () => Promise<unknown>, object]>([
    [
      'an anchor of another partner',
      () => registry.createClient(ALICE, client('foreign', dn('beta-ca', 'CN=foreign'))),
      { refused: 'not_allowed', what: expect.stringContaining('anchor beta-ca') },
    ],
    [
      'an anchor that is not there',
      () => registry.createClient(ALICE, client('lost', dn('nowhere', 'CN=lost'))),
      { refused: 'not_found', what: 'anchor nowhere' },
    ],
    [
      'a pinned certificate for a client that authenticates by name (RFC 8705 §2)',
      () => registry.addCredential(ALICE, id('acme-orders'), pin('x')),
      { refused: 'not_allowed', what: expect.stringContaining('tls_client_auth') },
    ],
    [
      'a partner twice',
      () => registry.createPartner(ALICE, { id: 'acme', name: 'Again' }),
      { refused: 'already_exists', what: 'partner acme' },
    ],
    [
      'a client id twice, though of another partner',
      () => registry.createClient(ALICE, { ...client('acme-orders'), partnerId: 'beta' }),
      { refused: 'already_exists', what: 'client acme-orders' },
    ],
    [
      'an anchor key twice for one partner',
      () =>
        registry.addAnchor(ALICE, {
          id: 'acme-ca-again',
          partnerId: 'acme',
          certificate: octets('ca'),
          keyThumbprint: keyOf('shared'),
          intermediates: [],
          revocation: 'off',
          serverAuthUntil: undefined,
          status: 'active',
        }),
      { refused: 'already_exists' },
    ],
    [
      'a client of a partner that is not there',
      () => registry.createClient(ALICE, { ...client('orphan'), partnerId: 'nobody' }),
      { refused: 'not_found', what: 'partner nobody' },
    ],
    [
      'a scope that the resource lacks',
      () =>
        registry.addGrant(ALICE, {
          clientId: id('acme-orders'),
          audience: 'https://api.beta.example',
          scopes: ['orders:read', 'orders:delete'],
        }),
      { refused: 'not_allowed', what: expect.stringContaining('orders:delete') },
    ],
  ])('refuses %s', async (_name, write, refusal) => {
    const before = await version();
    expect(await write()).toMatchObject({ written: false, ...refusal });
    expect(await version()).toBe(before);
  });

  it('adds scopes to a grant, removes it, and grants anew', async () => {
    const clientId = id('acme-orders');
    const audience = 'https://api.beta.example';
    const grant = (...scopes: string[]) => registry.addGrant(ALICE, { clientId, audience, scopes });
    await grant('orders:read');
    const before = await version();
    expect(await grant('orders:read')).toMatchObject({ written: true });
    expect(await version()).toBe(before);
    const both = await grant('orders:write', 'orders:read');
    expect(both).toMatchObject({ value: { scopes: ['orders:read', 'orders:write'] } });
    const [only] = await registry.listGrants(ALL, { clientId });
    expect(await registry.removeGrant(ALICE, only!.id)).toMatchObject({ written: true });
    expect(await registry.removeGrant(ALICE, only!.id)).toMatchObject({ refused: 'not_found' });
    expect(await grant('orders:write')).toMatchObject({ value: { scopes: ['orders:write'] } });
  });

  it('suspends once: the second time is a success without version or event', async () => {
    await registry.createClient(ALICE, client('pausing'));
    const suspend = () => registry.setClientStatus(ALICE, 'pausing', 'suspended');
    expect(await suspend()).toMatchObject({ written: true, value: { status: 'suspended' } });
    const before = await version();
    expect(await suspend()).toMatchObject({ written: true, value: { status: 'suspended' } });
    expect(await version()).toBe(before);
    expect((await eventsOf('pausing')).map(({ kind }) => kind).sort()).toEqual([
      'client.created',
      'client.suspended',
    ]);
    expect(await registry.setClientStatus(ALICE, 'nobody', 'suspended')).toMatchObject({
      refused: 'not_found',
    });
    expect(await registry.setPartnerStatus(ALICE, 'beta', 'suspended')).toMatchObject({
      value: { id: 'beta', status: 'suspended' },
    });
    await registry.setPartnerStatus(ALICE, 'beta', 'active');
  });

  it('pages lists by id', async () => {
    const first = await registry.listClients({ limit: 2, after: undefined }, {});
    const second = await registry.listClients({ limit: 2, after: first[1]!.id }, { partnerId: 'acme' });
    const ids = [...first, ...second].map((entry) => entry.id);
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(4);
  });

  it('keeps the audit trail of many writers intact and 1:1 with the versions (R-02)', async () => {
    const apps = [await adminApp(), await adminApp(), registry];
    await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        apps[n % 3]!.createPartner(ALICE, { id: `crowd-${n}`, name: 'One of many' }),
      ),
    );
    const verdict = await new AuditReader(open[0]!).verify();
    expect(verdict).toMatchObject({ intact: true, faults: [] });
    expect(BigInt(verdict.events)).toBe(await version());
  });

  describe('behind a network that fails', () => {
    let proxy: FaultProxy;
    let remote: PostgresRegistryAdministration;
    beforeEach(async () => {
      proxy = await FaultProxy.before(test.adminUrl);
      remote = await adminApp(proxy.through(test.adminUrl));
    });
    afterEach(() => proxy.close());

    it('says within a second that the database is away (R-04), and works again when it is back', async () => {
      await proxy.refuse();
      const startedAt = performance.now();
      await expect(remote.createPartner(ALICE, { id: 'away', name: 'Away' })).rejects.toMatchObject({
        name: 'StorageUnavailable',
        outcome: 'unchanged',
      });
      expect(performance.now() - startedAt).toBeLessThan(1_000);
      await proxy.restore();
      expect(await remote.createPartner(ALICE, { id: 'away', name: 'Back' })).toMatchObject({
        written: true,
      });
    });

    it('gives up on a server that swallows packets, and does not keep its connections (R-06)', async () => {
      proxy.swallow();
      await expect(remote.createPartner(ALICE, { id: 'hole', name: 'Hole' })).rejects.toMatchObject({
        name: 'StorageUnavailable',
      });
      await proxy.restore();
      expect(await remote.createPartner(ALICE, { id: 'hole', name: 'Hole' })).toMatchObject({
        written: true,
      });
    });

    it('does not report a write as done whose connection dies at COMMIT', async () => {
      // A deferred trigger runs inside COMMIT; it ends the session that is committing.
      await runAsOwner(`
        CREATE FUNCTION die_at_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
          BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER die_at_commit AFTER INSERT ON partner DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW WHEN (NEW.id = 'doomed') EXECUTE FUNCTION die_at_commit();`);
      await expect(registry.createPartner(ALICE, { id: 'doomed', name: 'Doomed' })).rejects.toMatchObject({
        name: 'StorageUnavailable',
        outcome: 'unknown',
      });
      expect(await registry.findPartner('doomed')).toBeUndefined();
      await runAsOwner('DROP FUNCTION die_at_commit CASCADE');
      expect(await registry.createPartner(ALICE, { id: 'doomed', name: 'Alive' })).toMatchObject({
        written: true,
      });
    });

    it('survives the end of all sessions, idle ones and one in a transaction (R-08)', async () => {
      const results = await Promise.allSettled([
        ...Array.from({ length: 5 }, (_, n) =>
          registry.createPartner(ALICE, { id: `cut-${n}`, name: 'Cut' }),
        ),
        runAsOwner(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
        ),
      ]);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ name: 'StorageUnavailable' });
      }
      // The pool still holds connections whose end it has not noticed.
      expect(await registry.createPartner(ALICE, { id: 'after-cut', name: 'After' })).toMatchObject({
        written: true,
      });
      expect(await new AuditReader(open[0]!).verify()).toMatchObject({ intact: true });
    });
  });

  async function runAsOwner(sql: string): Promise<void> {
    const owner = createDataSource({ url: test.ownerUrl, applicationName: 'test', poolSize: 1 });
    await owner.initialize();
    await owner.query(sql);
    await owner.destroy();
  }
});
