import { createPublicKey, X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';
import { RegistryReplica, type KeySetSourceEntry, type NewCredential } from '@holdfast/client-registry';
import type { ClientId } from '@holdfast/oauth-protocol';
import { OutboundFetch } from '@holdfast/outbound-fetch';
import { KeySetSchedule, PostgresRegistryFeed, type KeySetSource } from '@holdfast/postgres';
import {
  createAuthority,
  createSelfSigned,
  type Authority,
  type IssuedCertificate,
} from '@holdfast/test-pki';
import { thumbprintOf } from '@holdfast/token-binding';
import { keySetRule } from '../key-set-address.js';
import { KeySetRefresh, type KeySetReport } from '../key-set-refresh.js';
import { createStorage, LONG, NOON, SOMEBODY, SourceWorld, type TestStorage } from './source-world.js';

export const CLIENT = 'beta-sync' as ClientId;
const HOUR_MS = 3_600_000;

/** A key as a partner publishes it. */
export function jwkOf({ der }: IssuedCertificate, change: object = {}): object {
  const spki = new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' });
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ format: 'jwk' });
  return { ...key, use: 'sig', x5c: [Buffer.from(der).toString('base64')], ...change };
}

/** A partner's https server for its key set on loopback, a client that is registered with it, and the jobs of two replicas. */
export class KeySetWorld extends SourceWorld<KeySetSource, KeySetReport> {
  static async create(): Promise<KeySetWorld> {
    const authority = await createAuthority({ subject: 'CN=Public CA', ...LONG });
    const certificate = await createSelfSigned({ subject: 'CN=beta', ...LONG });
    const world = new KeySetWorld(await createStorage(), authority, certificate);
    const own = await authority.issue({ subject: 'CN=keys', san: { ip: ['127.0.0.1'] }, ...LONG });
    await world.listen((listener) => createServer({ cert: own.pem, key: own.privateKeyPem }, listener));
    await world.registry.createPartner(SOMEBODY, { id: 'beta', name: 'Beta' });
    await world.addClient('beta', CLIENT, world.url);
    world.serve(jwkOf(certificate));
    return world;
  }

  readonly schedule = new KeySetSchedule(this.database);

  private constructor(
    storage: TestStorage,
    private readonly authority: Authority,
    readonly certificate: IssuedCertificate,
  ) {
    super(storage);
  }

  get url(): string {
    return `https://${this.host}/jwks.json`;
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

  refresh(listedHosts: readonly string[] = [this.host]): KeySetRefresh {
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

  sources(): Promise<readonly KeySetSourceEntry[]> {
    return this.registry.listKeySets({ limit: 200, after: undefined }, {});
  }

  /** Whether a replica of the registry, as it is in the database, takes the certificate for the client's now. */
  async counts({ der }: IssuedCertificate): Promise<boolean> {
    const replica = new RegistryReplica(() => 0);
    replica.apply(await new PostgresRegistryFeed(this.database).changesSince(-1n));
    return replica.findById(CLIENT)?.hasPinned(thumbprintOf(der), '', this.now) ?? false;
  }

  /** What the audit trail says about the sets that were stored, oldest first. */
  async stored(): Promise<unknown[]> {
    const rows = await this.query(
      `SELECT body::jsonb->'detail' AS detail FROM audit_event WHERE kind = 'key_set.stored' ORDER BY stream, seq`,
    );
    return rows.map(({ detail }) => detail);
  }
}
