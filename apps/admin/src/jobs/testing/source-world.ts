import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createDataSource,
  Database,
  PostgresRegistryAdministration,
  PostgresRegistryFeed,
  RegistryWriter,
} from '@holdfast/postgres';
import { createTestDatabase, type TestDatabase } from '@holdfast/postgres/testing';
import { JobQueue, type JobKind } from '../job-queue.js';

export const NOON = new Date('2026-06-01T12:00:00Z');
export const SOMEBODY = { id: 'somebody', requestId: null };
export const LONG = { notBefore: new Date('2020-01-01'), notAfter: new Date('2049-01-01') };

/** A database of its own. */
export interface TestStorage {
  readonly test: TestDatabase;
  readonly database: Database;
}

export async function createStorage(): Promise<TestStorage> {
  const test = await createTestDatabase();
  const dataSource = createDataSource({ url: test.adminUrl, applicationName: 'test', poolSize: 5 });
  return { test, database: new Database(await dataSource.initialize()) };
}

/** A server on loopback that publishes something, the registry, and the jobs of two replicas that fetch it. */
export abstract class SourceWorld<Source extends object, Report> {
  readonly test: TestDatabase;
  readonly database: Database;
  readonly registry: PostgresRegistryAdministration;
  /** What attempts led to, oldest first. */
  readonly reports: Report[] = [];
  requests = 0;
  now = NOON;
  answer: RequestListener = (_request, response) => void response.writeHead(404).end();
  private server: Server | undefined;
  private port = 0;

  protected constructor({ test, database }: TestStorage) {
    this.test = test;
    this.database = database;
    const now = (): Date => this.now;
    this.registry = new PostgresRegistryAdministration(
      new RegistryWriter(database, { application: 'admin', now }),
    );
  }

  /** A job with its own guard, as each replica has one; this world's server may be fetched from unless said otherwise. */
  abstract refresh(listedHosts?: readonly string[]): JobKind<Source>;

  /** Where this world's server is. */
  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** One look at what is due, and the work itself, without the queue. */
  async once(refresh: JobKind<Source> = this.refresh()): Promise<Report | undefined> {
    const before = this.reports.length;
    for (const source of await refresh.findDue()) await refresh.perform(source);
    return this.reports[before];
  }

  /** The queues of two replicas, started. Resolves to what stops them. */
  startTwoReplicas(): () => Promise<void> {
    const onError = (error: unknown): never => {
      throw error;
    };
    const queues = [1, 2].map(() => new JobQueue({ url: this.test.adminUrl, onError }).add(this.refresh()));
    for (const queue of queues) queue.start();
    return async () => {
      for (const queue of queues) await queue.stop();
    };
  }

  version(): Promise<bigint> {
    return new PostgresRegistryFeed(this.database).currentVersion();
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
    await this.database.dataSource.destroy();
    await this.test.drop();
  }

  protected listen(create: (listener: RequestListener) => Server): Promise<void> {
    const server = create((request, response) => {
      this.requests += 1;
      void this.answer(request, response);
    });
    this.server = server;
    return new Promise((resolve) =>
      server.listen(0, '127.0.0.1', () => {
        this.port = (server.address() as AddressInfo).port;
        resolve();
      }),
    );
  }
}
