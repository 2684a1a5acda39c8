import type { Page } from '@holdfast/client-registry';
import { IsNull, MoreThan, type FindOperator, type FindOptionsOrder, type FindOptionsWhere } from 'typeorm';
import type { Database } from '../connection/database.js';
import type { VersionedRow } from '../rows/versioned.row.js';

/** How long a list of the registry may take. */
export const WITHIN_MS = 2_500;

/** What columns have to hold; one that is undefined asks for nothing. */
export interface ColumnFilter {
  readonly [column: string]: string | FindOperator<Date> | undefined;
}

/** A page of what is registered now, removed rows excepted, ordered by `key`. */
export function readPage<R extends VersionedRow>(
  database: Database,
  table: new () => R,
  key: keyof R & string,
  { limit, after }: Page,
  filter: ColumnFilter,
): Promise<R[]> {
  const conditions = Object.entries(filter).filter(([, value]) => value !== undefined);
  const where: Record<string, unknown> = { ...Object.fromEntries(conditions), deletedAt: IsNull() };
  if (after !== undefined) where[key] = MoreThan(after);
  return database.within(WITHIN_MS, (runner) =>
    runner.manager.find<R>(table, {
      where: where as FindOptionsWhere<R>,
      order: { [key]: 'ASC' } as FindOptionsOrder<R>,
      take: limit,
    }),
  );
}
