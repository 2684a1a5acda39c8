import type { DataSourceOptions } from 'typeorm';
import { PooledClient } from './pooled-client.js';

type PostgresDataSourceOptions = Extract<DataSourceOptions, { readonly type: 'postgres' }>;

/** How an app reaches a PostgreSQL database. */
export interface ConnectionOptions {
  /** postgres:// URL of the app's own role. */
  readonly url: string;
  /** Shown in pg_stat_activity: the app's name. */
  readonly applicationName: string;
  /** Connections of this process at most; processes × pool must stay below the server's max_connections. Default 10. */
  readonly poolSize?: number;
  /** Milliseconds to wait for a connection before the database counts as away. Default 900. */
  readonly connectionTimeoutMillis?: number;
  /** Milliseconds after which the server itself ends a statement. Default 10 000; 0 is never. */
  readonly statementTimeoutMillis?: number;
  /** Milliseconds after which this process waits no longer for an answer. Default: for ever, for those who limit their work. */
  readonly queryTimeoutMillis?: number;
  /** Hears of connections that die while nobody uses them. */
  readonly onError?: (error: unknown) => void;
}

/**
 * What every TypeORM data source of the product has in common: its pool and its time limits. Which entities it knows is
 * for its owner to add. Never `synchronize`: programs for that alone change schemas.
 */
export function toConnectionOptions(options: ConnectionOptions): PostgresDataSourceOptions {
  return {
    type: 'postgres',
    url: options.url,
    applicationName: options.applicationName,
    poolSize: options.poolSize ?? 10,
    synchronize: false,
    installExtensions: false,
    logging: false,
    poolErrorHandler: (error: unknown) => options.onError?.(error),
    // A value that is missing would widen the query to everything.
    invalidWhereValuesBehavior: { null: 'throw', undefined: 'throw' },
    extra: {
      Client: PooledClient,
      connectionTimeoutMillis: options.connectionTimeoutMillis ?? 900,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      query_timeout: options.queryTimeoutMillis,
      statement_timeout: options.statementTimeoutMillis ?? 10_000,
      idle_in_transaction_session_timeout: 10_000,
      // An acknowledged write survives a kill -9 of the server, whatever its configuration says.
      options: '-c synchronous_commit=on',
    },
  };
}
