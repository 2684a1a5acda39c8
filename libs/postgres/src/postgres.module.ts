import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { ConnectionOptions } from '@holdfast/postgres-connection';
import { AuditReader } from './audit/audit-reader.js';
import { PostgresAuditTrail, type OnOutage } from './audit/postgres-audit-trail.js';
import { toDataSourceOptions } from './connection/data-source.js';
import { Database } from './connection/database.js';
import { isServerAbsent } from './connection/storage-unavailable.js';
import { PostgresSigningKeyAdministration } from './keys/postgres-signing-key-administration.js';
import { PostgresSigningKeyStore } from './keys/postgres-signing-key-store.js';
import { PostgresPeopleStore } from './people/postgres-people-store.js';
import { PostgresDenyAdministration } from './registry/postgres-deny-administration.js';
import { PostgresRegistryAdministration } from './registry/postgres-registry-administration.js';
import { PostgresRegistryFeed } from './registry/postgres-registry-feed.js';
import { KeySetMisses } from './registry/key-set-misses.js';
import { RegistryWriter } from './registry/registry-writer.js';
import { RevocationSources } from './registry/revocation-sources.js';

/** What the module provides; inject with `@Inject(TOKEN)`. */
export const DATABASE = Symbol('Database');
export const REGISTRY_ADMINISTRATION = Symbol('RegistryAdministration');
export const DENY_ADMINISTRATION = Symbol('DenyAdministration');
export const SIGNING_KEY_ADMINISTRATION = Symbol('SigningKeyAdministration');
export const REGISTRY_FEED = Symbol('RegistryFeed');
export const REVOCATION_SOURCES = Symbol('RevocationSources');
export const KEY_SET_MISSES = Symbol('KeySetMisses');
export const AUDIT_TRAIL = Symbol('AuditTrail');
export const AUDIT_READER = Symbol('AuditReader');
export const SIGNING_KEY_STORE = Symbol('SigningKeyStore');
export const PEOPLE_STORE = Symbol('PeopleStore');
const REGISTRY_WRITER = Symbol('RegistryWriter');
const POSTGRES_OPTIONS = Symbol('PostgresOptions');

export interface PostgresOptions extends ConnectionOptions {
  /** What happens to audit events while the database is away. */
  readonly audit: OnOutage;
  readonly now: () => Date;
  readonly onError: (error: unknown) => void;
}

export interface PostgresAsyncOptions {
  readonly imports?: ModuleMetadata['imports'];
  readonly inject?: FactoryProvider['inject'];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever `inject` names
  readonly useFactory: (...injected: any[]) => PostgresOptions | Promise<PostgresOptions>;
}

/**
 * PostgreSQL as the storage of registry, keys and audit trail: the adapters of the domain's ports, by token. Starting
 * waits for a server that is not there yet; a wrong password or a missing database ends it. On shutdown the
 * audit trail is flushed before the connections close.
 */
@Module({})
export class PostgresModule implements OnApplicationShutdown {
  static forRootAsync(options: PostgresAsyncOptions): DynamicModule {
    return {
      module: PostgresModule,
      imports: [
        OptionsModule.register(options),
        TypeOrmModule.forRootAsync({
          inject: [POSTGRES_OPTIONS],
          useFactory: (settings: PostgresOptions) => ({
            ...toDataSourceOptions(settings),
            retryAttempts: Number.POSITIVE_INFINITY,
            retryDelay: 1_000,
            toRetry: isServerAbsent,
          }),
        }),
      ],
      providers: PROVIDERS,
      exports: PROVIDERS.map(({ provide }) => provide),
    };
  }

  constructor(@Inject(AUDIT_TRAIL) private readonly audit: PostgresAuditTrail) {}

  async onApplicationShutdown(): Promise<void> {
    await this.audit.stop();
  }
}

/** Global, because TypeORM's module has to see the options too. */
@Module({})
class OptionsModule {
  static register({ imports = [], inject = [], useFactory }: PostgresAsyncOptions): DynamicModule {
    return {
      module: OptionsModule,
      global: true,
      imports,
      providers: [{ provide: POSTGRES_OPTIONS, inject, useFactory }],
      exports: [POSTGRES_OPTIONS],
    };
  }
}

const PROVIDERS: FactoryProvider[] = [
  {
    provide: DATABASE,
    inject: [DataSource],
    useFactory: (dataSource: DataSource) => new Database(dataSource),
  },
  {
    provide: REGISTRY_WRITER,
    inject: [DATABASE, POSTGRES_OPTIONS],
    useFactory: (database: Database, { applicationName, now }: PostgresOptions) =>
      new RegistryWriter(database, { application: applicationName, now }),
  },
  {
    provide: REGISTRY_ADMINISTRATION,
    inject: [REGISTRY_WRITER],
    useFactory: (writer: RegistryWriter) => new PostgresRegistryAdministration(writer),
  },
  {
    provide: DENY_ADMINISTRATION,
    inject: [REGISTRY_WRITER],
    useFactory: (writer: RegistryWriter) => new PostgresDenyAdministration(writer),
  },
  {
    provide: SIGNING_KEY_ADMINISTRATION,
    inject: [REGISTRY_WRITER],
    useFactory: (writer: RegistryWriter) => new PostgresSigningKeyAdministration(writer),
  },
  {
    provide: REGISTRY_FEED,
    inject: [DATABASE],
    useFactory: (database: Database) => new PostgresRegistryFeed(database),
  },
  {
    provide: REVOCATION_SOURCES,
    inject: [DATABASE, POSTGRES_OPTIONS],
    useFactory: (database: Database, { onError }: PostgresOptions) =>
      new RevocationSources(database, onError),
  },
  {
    provide: KEY_SET_MISSES,
    inject: [DATABASE, POSTGRES_OPTIONS],
    useFactory: (database: Database, { onError }: PostgresOptions) =>
      new KeySetMisses(database, () => performance.now(), onError),
  },
  {
    provide: AUDIT_TRAIL,
    inject: [DATABASE, POSTGRES_OPTIONS],
    useFactory: async (database: Database, options: PostgresOptions) => {
      const { applicationName: application, audit: outage, onError } = options;
      const trail = new PostgresAuditTrail(database, { application, outage, onError });
      await trail.start();
      return trail;
    },
  },
  {
    provide: AUDIT_READER,
    inject: [DATABASE],
    useFactory: (database: Database) => new AuditReader(database),
  },
  {
    provide: SIGNING_KEY_STORE,
    inject: [DATABASE, POSTGRES_OPTIONS],
    useFactory: (database: Database, { applicationName, now }: PostgresOptions) =>
      new PostgresSigningKeyStore(database, { application: applicationName, now }),
  },
  {
    provide: PEOPLE_STORE,
    inject: [DATABASE, POSTGRES_OPTIONS],
    useFactory: (database: Database, { applicationName }: PostgresOptions) =>
      new PostgresPeopleStore(database, { application: applicationName }),
  },
];
