import type { DataSourceOptions } from 'typeorm';
import { toConnectionOptions } from '@holdfast/postgres-connection';
import { OrderRow } from './order.row.js';

/** How the API reaches its orders. A query is given up after three seconds, which is the outage of `fromDatabase`. */
export function ordersDatabase(url: string, onError: (error: unknown) => void): DataSourceOptions {
  const options = toConnectionOptions({
    url,
    applicationName: 'holdfast-resource-server',
    poolSize: 5,
    connectionTimeoutMillis: 1_000,
    statementTimeoutMillis: 3_000,
    queryTimeoutMillis: 3_000,
    onError,
  });
  return { ...options, entities: [OrderRow] };
}
