import { createPublicKey, X509Certificate } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { RegistryReplica, type KeySetSourceEntry, type NewCredential } from '@holdfast/client-registry';
import type { ClientId } from '@holdfast/oauth-protocol';
import { OutboundFetch } from '@holdfast/outbound-fetch';
import {
  createDataSource,
  Database,
  KeySetSchedule,
  PostgresRegistryAdministration,
  RegistryWriter,
  PostgresRegistryFeed,
} from '@holdfast/postgres';
import { createTestDatabase, type TestDatabase } from '@holdfast/postgres/testing';
import {
  createAuthority,
  createSelfSigned,
  type Authority,
  type IssuedCertificate,
} from '@holdfast/test-pki';
import { thumbprintOf } from '@holdfast/token-binding';
import { keySetRule } from '../key-set-address.js';
import { KeySetRefresh, type KeySetReport } from '../key-set-refresh.js';

export const NOON = new Date('2026-06-01T12:00:00Z');
export const CLIENT = 'beta-sync' as ClientId;
const HOUR_MS = 3_600_000;
const SOMEBODY = { id: 'somebody', requestId: null };
const LONG = { notBefore: new Date('2020-01-01'), notAfter: new Date('2049-01-01') };

/** A key as a partner publishes it. */
export function jwkOf({ der }: IssuedCertificate, change: object = {}): object {
  const spki = new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' });
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ format: 'jwk' });
  return { ...key, use: 'sig', x5c: [Buffer.from(der).toString('base64')], ...change };
}

/** A partner's https server for its key set on loopback, a client that is registered with it, and the jobs of two replicas. */
export class KeySetWorld {
  static async create(): Promise<KeySetWorld> {
    const test = await createTestDatabase();
    const dataSource = createDataSource({ url: test.adminUrl, applicationName: 'test', poolSize: 5 });
    await dataSource.initialize();
    const authority = await createAuthority({ subject: 'CN=Public CA', ...LONG });
    const certificate = await createSelfSigned({ subject: 'CN=beta', ...LONG });
    const world = new KeySetWorld(test, new Database(dataSource), authority, certificate);
    await world.listen();
    await world.registry.createPartner(SOMEBODY, { id: 'beta', name: 'Beta' });
    await world.addClient('beta', CLIENT, world.url);
    world.serve(jwkOf(certificate));
    return world;
  }

  readonly schedule: KeySetSchedule;
  readonly registry: PostgresRegistryAdministration;
  /** What attempts led to, oldest first. */
  readonly reports: KeySetReport[] = [];
  requests = 0;
  now = NOON;
  answer: RequestListener = (_request, response) => void response.writeHead(404).end();
  private server: Server | undefined;
  private port = 0;

  private constructor(
    readonly test: TestDatabase,
    readonly database: Database,
    private readonly authority: Authority,
    readonly certificate: IssuedCertificate,
  ) {
    this.schedule = new KeySetSchedule(database);
    const now = (): Date => this.now;
    this.registry = new PostgresRegistryAdministration(
      new RegistryWriter(database, { application: 'admin', now }),
    );
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}/jwks.json`;
  }

  /** So many hours after NOON. */
  after(hours: number): Date {
    return new Date(NOON.getTime() + hours * HOUR_MS);
  }

  /** A client of a partner with this `jwks_uri`, due at NOON. */
  async addClient(partnerId: string, id: string, url: string): Promise<void> {
    const credentials: NewCredential[] = [{ kind: 'jwks_uri', url }];
    const authMethod = 'self_signed_tls_client_auth';
    const made = await this.registry.createClient(SOMEBODY, {
      id: id as ClientId,
      partnerId,
      authMethod,
      credentials,
    });
    if (!made.written) throw new Error(made.refused);
    await this.dueAtNoon();
  }

  async retire(): Promise<void> {
    const [source] = await this.sources();
    await this.registry.retireCredential(SOMEBODY, source!.credentialId);
  }

  addUrl(url: string) {
    return this.registry.addCredential(SOMEBODY, CLIENT, { kind: 'jwks_uri', url });
  }

  /** The database's clock is not the test's. */
  async dueAtNoon(): Promise<void> {
    await this.query('UPDATE key_set_source SET next_due = $1 WHERE last_attempt IS NULL', [NOON]);
  }

  query(sql: string, parameters: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    return this.database.dataSource.query(sql, [...parameters]);
  }

  serve(...keys: readonly unknown[]): void {
    this.serveBody(JSON.stringify({ keys }));
  }

  serveBody(body: string | Uint8Array, contentType = 'application/jwk-set+json'): void {
    this.answer = (_request, response) => void response.setHeader('content-type', contentType).end(body);
  }

  /** A job with its own guard, as each replica has one. */
  refresh(listedHosts: readonly string[] = [`127.0.0.1:${this.port}`]): KeySetRefresh {
    return new KeySetRefresh(
      {
        schedule: this.schedule,
        registry: this.registry,
        outbound: new OutboundFetch({ authorities: this.authority.pem }),
        now: () => this.now,
        random: () => 0.5,
        onReport: (report) => this.reports.push(report),
      },
      keySetRule(new Set(listedHosts)),
    );
  }

  /** One look at what is due, and the work itself, without the queue. */
  async once(refresh = this.refresh()): Promise<KeySetReport | undefined> {
    const before = this.reports.length;
    for (const source of await refresh.findDue()) await refresh.perform(source);
    return this.reports[before];
  }

  sources(): Promise<readonly KeySetSourceEntry[]> {
    return this.registry.listKeySets({ limit: 200, after: undefined }, {});
  }

  /** Whether a replica of the registry, as it is in the database, takes the certificate for the client's now. */
  async counts({ der }: IssuedCertificate): Promise<boolean> {
    const replica = new RegistryReplica(() => 0);
    replica.apply(await new PostgresRegistryFeed(this.database).changesSince(-1n));
    return replica.findById(CLIENT)?.hasPinned(thumbprintOf(der), '', this.now) ?? false;
  }

  version(): Promise<bigint> {
    return new PostgresRegistryFeed(this.database).currentVersion();
  }

  /** What the audit trail says about the sets that were stored, oldest first. */
  async stored(): Promise<unknown[]> {
    const rows = await this.query(
      `SELECT body::jsonb->'detail' AS detail FROM audit_event WHERE kind = 'key_set.stored' ORDER BY stream, seq`,
    );
    return rows.map(({ detail }) => detail);
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
    await this.database.dataSource.destroy();
    await this.test.drop();
  }

  private async listen(): Promise<void> {
    const own = await this.authority.issue({
      subject: 'CN=keys',
      san: { ip: ['127.0.0.1'] },
      ...LONG,
    });
    this.server = createServer({ cert: own.pem, key: own.privateKeyPem }, (request, response) => {
      this.requests += 1;
      void this.answer(request, response);
    });
    await new Promise<void>((resolve) => this.server!.listen(0, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }
}
