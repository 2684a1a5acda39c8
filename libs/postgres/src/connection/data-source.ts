import { DataSource, type DataSourceOptions } from 'typeorm';
import { toConnectionOptions, type ConnectionOptions } from '@holdfast/postgres-connection';
import { MIGRATIONS } from '../migrations/index.js';
import { ROWS } from '../rows/index.js';

/** The options of the one TypeORM data source of a process. Never `synchronize`: apps/migrate alone changes the schema. */
export function toDataSourceOptions(options: ConnectionOptions): DataSourceOptions {
  return {
    ...toConnectionOptions(options),
    entities: [...ROWS],
    migrations: [...MIGRATIONS],
    migrationsTransactionMode: 'each',
  };
}

/** A data source that is not connected yet; for use without Nest. */
export function createDataSource(options: ConnectionOptions): DataSource {
  return new DataSource(toDataSourceOptions(options));
}
