import { Client } from 'pg';
import type { StackUnderTest } from './stack-under-test.js';

/** Reads the registry's database as its owner: what is really there, whatever the product says. */
export async function query<Row>(
  { file }: StackUnderTest,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const client = new Client({ connectionString: file.databaseUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const { rows } = await client.query(text, [...values]);
    return rows as Row[];
  } finally {
    await client.end();
  }
}

/** Those of the token ids of which no `token.issued` event tells. */
export async function tokensWithoutEvent(
  stack: StackUnderTest,
  tokenIds: readonly string[],
): Promise<readonly string[]> {
  const rows = await query<{ jti: string }>(
    stack,
    `SELECT body::jsonb -> 'detail' ->> 'jti' AS jti FROM audit_event WHERE kind = 'token.issued'`,
  );
  const recorded = new Set(rows.map(({ jti }) => jti));
  return tokenIds.filter((id) => !recorded.has(id));
}

/** How much of a client there is: each number is 1 when it is complete, and 0 when there is nothing of it. */
export interface ClientRemains {
  readonly clients: number;
  readonly credentials: number;
  readonly events: number;
}

/** What the database holds of clients, by id. */
export async function remainsOf(
  stack: StackUnderTest,
  clientIds: readonly string[],
): Promise<ReadonlyMap<string, ClientRemains>> {
  const rows = await query<ClientRemains & { id: string }>(
    stack,
    `SELECT id,
       (SELECT count(*) FROM client WHERE client.id = wanted.id)::int AS clients,
       (SELECT count(*) FROM credential WHERE client_id = wanted.id)::int AS credentials,
       (SELECT count(*) FROM audit_event WHERE client_id = wanted.id AND kind = 'client.created')::int AS events
     FROM unnest($1::text[]) AS wanted (id)`,
    [clientIds],
  );
  return new Map(rows.map(({ id, ...remains }) => [id, remains]));
}
