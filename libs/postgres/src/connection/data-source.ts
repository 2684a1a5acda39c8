import { DataSource, type DataSourceOptions } from 'typeorm';
import { MIGRATIONS } from '../migrations/index.js';
import { ROWS } from '../rows/index.js';
import { PooledClient } from './pooled-client.js';

/** How an app reaches the registry's database. */
export interface ConnectionOptions {
  /** postgres:// URL of the app's own role. */
  readonly url: string;
  /** Shown in pg_stat_activity: the app's name. */
  readonly applicationName: string;
  /** Connections of this process at most; processes × pool must stay below the server's max_connections. Default 10. */
  readonly poolSize?: number;
  /** Milliseconds to wait for a connection before the database counts as away. Default 900. */
  readonly connectionTimeoutMillis?: number;
  /** Milliseconds after which the server itself ends a statement. Default 10 000. */
  readonly statementTimeoutMillis?: number;
  /** Hears of connections that die while nobody uses them. */
  readonly onError?: (error: unknown) => void;
}

/** The options of the one TypeORM data source of a process. Never `synchronize`: apps/migrate alone changes the schema. */
export function toDataSourceOptions(options: ConnectionOptions): DataSourceOptions {
  return {
    type: 'postgres',
    url: options.url,
    applicationName: options.applicationName,
    poolSize: options.poolSize ?? 10,
    entities: [...ROWS],
    migrations: [...MIGRATIONS],
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    logging: false,
    poolErrorHandler: (error: unknown) => options.onError?.(error),
    invalidWhereValuesBehavior: { null: 'throw', undefined: 'throw' },
    extra: {
      Client: PooledClient,
      connectionTimeoutMillis: options.connectionTimeoutMillis ?? 900,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      statement_timeout: options.statementTimeoutMillis ?? 10_000,
      idle_in_transaction_session_timeout: 10_000,
      // An acknowledged write survives a kill -9 of the server, whatever its configuration says.
      options: '-c synchronous_commit=on',
    },
  };
}

/** A data source that is not connected yet; for use without Nest. */
export function createDataSource(options: ConnectionOptions): DataSource {
  return new DataSource(toDataSourceOptions(options));
}
