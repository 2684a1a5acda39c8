import { jsonRequest, tokenOf, withToken } from '../../harness/token-endpoint.js';
import { exchange, WireClosed, type WireAnswer, type WireRequest } from '../../harness/wire.js';
import type { AttackCase } from '../attack-case.js';
import type { AttackWorld } from '../attack-world.js';

/** A text whose sleep was run would take two seconds. */
const SLOW_MS = 1_500;
const MEGABYTE = 'x'.repeat(1_048_576);

/** Classic injections, for the table of the sample API: quotes, stacked statements, unions, sleeps, encodings, templates. */
const SQL_TEXTS: readonly string[] = [
  `'`,
  `"`,
  '`',
  `\\'`,
  `';`,
  `''''`,
  `' OR 'a'='a`,
  `x' OR 1=1 --`,
  `") OR ("1"="1`,
  `0 OR TRUE`,
  `1; DROP TABLE partner_order; --`,
  `'; DELETE FROM partner_order; --`,
  `'; UPDATE partner_order SET partner = 'beta'; --`,
  `'; TRUNCATE partner_order CASCADE; --`,
  `' UNION SELECT id, partner FROM partner_order --`,
  `' UNION ALL SELECT NULL, NULL --`,
  `'; SELECT pg_sleep(2); --`,
  `' || pg_sleep(2) || '`,
  `1 AND 1=(SELECT 1 FROM pg_sleep(2))`,
  `(SELECT CASE WHEN TRUE THEN pg_sleep(2) END)`,
  `' AND 1=CAST((SELECT current_user) AS int) --`,
  `'; COPY partner_order TO PROGRAM 'true'; --`,
  `$a$; SELECT pg_sleep(2); $a$`,
  `/*!*/OR/**/1=1`,
  `ord_1'--`,
  `%' OR '%'='`,
  `_%`,
  `{"$ne":null}`,
  `\${7*7}{{7*7}}`,
  `ʼ OR 1=1 --`,
];

/** Every place where the API takes a text. */
const PLACES: Readonly<Record<string, (text: string) => WireRequest>> = {
  item: (text) => jsonRequest('POST', '/orders', { item: text, quantity: 1 }),
  quantity: (text) => jsonRequest('POST', '/orders', { item: 'Bolts', quantity: text }),
  'another member': (text) => jsonRequest('POST', '/orders', { item: 'Bolts', quantity: 1, [text]: text }),
  path: (text) => ({ target: `/orders/${encodeURIComponent(text)}` }),
  query: (text) => ({
    target: `/orders?sort=${encodeURIComponent(text)}&partner=${encodeURIComponent(text)}`,
  }),
};

/** §3.8 of the catalogue at the sample API, directly and through the gateway. The admin API has tests of its own. */
export const HOSTILE_ORDERS: readonly AttackCase[] = [
  {
    id: 'SQ-01',
    title: 'refuses SQL in a text at /orders or keeps it as a text, directly and through the gateway',
    source: 'ASVS 1.2.4',
    check: (world) =>
      atEveryPlace(world, SQL_TEXTS, (place, text, { status, json }) => {
        if (status >= 500) return `answered ${status}`;
        if (status >= 300 || place !== 'item') return undefined;
        return json['item'] === text.trim() ? undefined : `kept as ${JSON.stringify(json['item'])}`;
      }),
  },
  {
    id: 'SQ-08',
    title: 'refuses NUL, half a surrogate pair and a megabyte at /orders, directly and through the gateway',
    source: 'PostgreSQL text rules',
    check: async (world) => [
      ...(await atEveryPlace(world, ['\u0000', 'a\u0000b', MEGABYTE], refusedAs)),
      // Half a pair cannot be percent-encoded; in JSON it can be escaped.
      ...(await atEveryPlace(world, ['\ud800', 'a\udc00b', '\udfff\ud800'], refusedAs, ['item'])),
      ...(await octetsInPath(world)),
    ],
  },
];

const REFUSED = [400, 404, 413, 414, 422, 431];

const refusedAs = (
  place: string,
  text: string,
  { status }: Pick<WireAnswer, 'status'>,
): string | undefined => {
  // A query that the API does not know is none of its texts.
  const ignored = place === 'query' && status === 200 && text !== MEGABYTE;
  return ignored || REFUSED.includes(status) ? undefined : `answered ${status}`;
};

/** Sends each text at each place, to the API and through the gateway; what was wrong with the answers. */
async function atEveryPlace(
  world: AttackWorld,
  texts: readonly string[],
  judge: (place: string, text: string, answer: WireAnswer) => string | undefined,
  places: readonly string[] = Object.keys(PLACES),
): Promise<readonly string[]> {
  const token = await tokenOf(world.stack, world.named);
  const violations: string[] = [];
  for (const { name, url } of world.apis)
    for (const place of places)
      for (const text of texts) {
        const request = withToken(token, PLACES[place]!(text));
        const dial = { url, ca: world.stack.ca, identity: world.named.identity };
        const started = performance.now();
        const answer = await exchange(dial, request).catch(closed);
        const elapsed = performance.now() - started;
        const found = answer === undefined ? undefined : judge(place, text, answer);
        const shown = JSON.stringify(text.slice(0, 60));
        if (found !== undefined) violations.push(`${place} ${shown} at ${name}: ${found}`);
        if (elapsed > SLOW_MS) violations.push(`${place} ${shown} at ${name}: ${Math.round(elapsed)} ms`);
      }
  return violations;
}

/** Octets that are no UTF-8. */
async function octetsInPath(world: AttackWorld): Promise<readonly string[]> {
  const token = await tokenOf(world.stack, world.named);
  const violations: string[] = [];
  for (const { name, url } of world.apis)
    for (const octets of ['%ED%A0%80', '%FF', '%C0%AF', '%', '%0']) {
      const dial = { url, ca: world.stack.ca, identity: world.named.identity };
      const { status } = await exchange(dial, withToken(token, { target: `/orders/${octets}` }));
      if (!REFUSED.includes(status)) violations.push(`${octets} at ${name}: answered ${status}`);
    }
  return violations;
}

/** What is much too long may be cut off without an answer. */
function closed(error: unknown): undefined {
  if (!(error instanceof WireClosed)) throw error;
}
