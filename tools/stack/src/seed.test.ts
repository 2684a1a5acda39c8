import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDevelopmentPki, type DevelopmentPki } from './development-pki.js';
import { clientsAt, seedConsumers, seedProviders, type Registry, type StackClients } from './seed.js';

const ISSUER = 'https://issuer.example';
const URLS = {
  tokenEndpoint: `${ISSUER}/token`,
  adminApi: 'https://admin.example',
  resourceServer: 'https://orders.example',
  secondResourceServer: 'https://freight.example',
};

type Entry = Readonly<Record<string, unknown>>;

/** Takes what is asked for, as the admin API does; an audience that is taken stays with whom it has. */
class MadeRegistry implements Registry {
  readonly entries: { readonly path: string; readonly entry: Entry }[] = [];

  async ensure(path: string, entry: unknown): Promise<void> {
    this.entries.push({ path, entry: entry as Entry });
  }

  async has(path: string, isIt: (entry: Entry) => boolean): Promise<boolean> {
    return this.of(path).some(isIt);
  }

  of(path: string): Entry[] {
    return this.entries.filter((made) => made.path === path).map(({ entry }) => entry);
  }

  all(name: string): Entry[] {
    return this.of(`/api/v1/${name}`);
  }
}

describe('the demo partners', () => {
  let directory: string;
  let pki: DevelopmentPki;
  let clients: StackClients;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-seed-'));
    pki = await ensureDevelopmentPki({ directory, dnsNames: [], now: new Date('2026-11-21T12:00:00Z') });
    clients = clientsAt(URLS, pki);
  });

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('are two that provide an API each, the second with its own client for the deny feed', async () => {
    const registry = new MadeRegistry();
    await seedProviders(registry, clients, pki, ISSUER);
    expect(registry.all('resources')).toEqual([
      expect.objectContaining({ audience: URLS.secondResourceServer, partner: 'freight' }),
      expect.objectContaining({ audience: URLS.resourceServer, partner: 'mill' }),
    ]);
    expect(registry.all('clients')).toEqual([
      expect.objectContaining({ id: 'freight-api', partner: 'freight' }),
    ]);
    expect(registry.all('grants')).toEqual([
      { client: 'freight-api', resource: ISSUER, scopes: ['deny-feed:read'] },
    ]);
  });

  it('leave the first API with the partner that an earlier version registered it for', async () => {
    const registry = new MadeRegistry();
    await registry.ensure('/api/v1/resources', { audience: URLS.resourceServer, partner: 'holdfast' });
    await seedProviders(registry, clients, pki, ISSUER);
    const providers = registry.all('resources').map(({ audience, partner }) => [audience, partner]);
    expect(providers).toEqual([
      [URLS.resourceServer, 'holdfast'],
      [URLS.secondResourceServer, 'freight'],
    ]);
    expect(registry.all('partners').map(({ id }) => id)).toEqual(['freight']);
  });

  it('are two that consume them, each application with one API and what it may do there', async () => {
    const registry = new MadeRegistry();
    await seedConsumers(registry, clients, pki);
    expect(registry.all('grants')).toEqual([
      { client: 'acme-orders', resource: URLS.resourceServer, scopes: ['orders:read', 'orders:write'] },
      { client: 'acme-freight', resource: URLS.secondResourceServer, scopes: ['orders:read'] },
      { client: 'beta-sync', resource: URLS.resourceServer, scopes: ['orders:read', 'orders:write'] },
    ]);
    const partners = registry.all('clients').map(({ id, partner }) => [id, partner]);
    expect(partners).toEqual([
      ['acme-orders', 'acme'],
      ['acme-freight', 'acme'],
      ['beta-sync', 'beta'],
    ]);
  });
});
