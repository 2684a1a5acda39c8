import { z } from 'zod';
import { TokenRequestOutcome, type List } from '@holdfast/admin-contract';
import type { Page } from '@holdfast/client-registry';
import { parseInput } from './refused-input.js';

const text = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^\0]*$/, 'must not contain NUL');

const Query = z.strictObject({
  limit: z
    .string()
    .regex(/^[1-9][0-9]{0,2}$/, 'must be a number from 1 to 200')
    .transform(Number)
    .pipe(z.number().max(200, 'must be a number from 1 to 200'))
    .default(50),
  after: text.optional(),
  partner: text.optional(),
  client: text.optional(),
  resource: text.optional(),
  kind: text.optional(),
  request_id: text.optional(),
  outcome: TokenRequestOutcome.optional(),
});

/** What a list is asked for. */
export type ListQuery = z.output<typeof Query> & { readonly page: Page };

/** The query of a list; unknown or malformed members are refused, never ignored. */
export function parseListQuery(query: unknown): ListQuery {
  const parsed = parseInput(Query, query);
  return { ...parsed, page: { limit: parsed.limit, after: parsed.after } };
}

/** A page as it is answered. A full page may have a next one. */
export function toList<E, T>(
  entries: readonly E[],
  page: Page,
  key: (entry: E) => string,
  show: (entry: E) => T,
): List<T> {
  const last = entries.at(-1);
  return {
    items: entries.map(show),
    next: last !== undefined && entries.length === page.limit ? key(last) : null,
  };
}
