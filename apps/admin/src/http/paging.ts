import { z } from 'zod';
import { AUDIT_KINDS } from '@holdfast/audit-trail';
import { TokenRequestOutcome, type List } from '@holdfast/admin-contract';
import type { Page } from '@holdfast/client-registry';
import { parseInput } from './refused-input.js';

/** `next` of a list is the key of its last entry: what cannot be one was never given out. */
const PLACES = {
  name: /^[a-z0-9][a-z0-9-]{1,62}$/,
  uuid: /^[a-z]{1,16}_[0-9a-f-]{36}$/,
  source: /^[a-z0-9][a-z0-9-]{1,62}~[0-9a-f]{64}$/,
  audience: /^(https:|urn:)[\x21-\x7e]{1,512}$/,
  // Of a client's tokens that an anchor may have vouched for: `client/ID/anchor/ID`.
  denial: /^(partner|client|thumbprint|grant|jti|kid)\/[A-Za-z0-9_-]{1,64}(\/anchor\/[a-z0-9-]{1,63})?$/,
  kid: /^[A-Za-z0-9_-]{43}$/,
  time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  event: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z~[\w.:-]{1,128}~[1-9]\d{0,14}$/,
} as const;

const text = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^\0]*$/, 'must not contain NUL');

const FILTERS = {
  partner: text,
  client: text,
  resource: text,
  anchor: text,
  kind: z.enum(AUDIT_KINDS),
  request_id: text,
  outcome: TokenRequestOutcome,
} as const;
type Filters = typeof FILTERS;

const LIMIT = z
  .string()
  .regex(/^[1-9][0-9]{0,2}$/, 'must be a number from 1 to 200')
  .transform(Number)
  .pipe(z.number().max(200, 'must be a number from 1 to 200'))
  .default(50);

/** What a list is asked for. */
type ListQuery<F extends keyof Filters> = { readonly page: Page } & {
  readonly [Name in F]?: z.output<Filters[Name]> | undefined;
};

/**
 * Reads the query of one list, or throws `InputRefused`. Unknown members and filters of other lists are refused, never
 * ignored: whoever filters in vain would take everything for the answer. A place of a list with keys of the same form
 * is accepted: it is a position, not a right.
 */
export function listQuery<F extends keyof Filters>(
  place: keyof typeof PLACES,
  ...filters: readonly F[]
): (query: unknown) => ListQuery<F> {
  const after = text.regex(PLACES[place], 'must be the "next" of the page before').optional();
  const own = Object.fromEntries(filters.map((name) => [name, FILTERS[name].optional()]));
  const schema = z.strictObject({ ...own, limit: LIMIT, after });
  return (query) => {
    const { limit, after, ...filter } = parseInput(schema, query);
    return { ...filter, page: { limit, after } } as ListQuery<F>;
  };
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
