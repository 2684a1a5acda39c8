import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives the tests of the project `postgres` a server: HOLDFAST_TEST_DATABASE_URL is its superuser's URL. An embedded
 * one on a free port that nothing survives, or the server of DATABASE_URL. It ends when Jest ends, however Jest ends.
 */
export default async function startPostgres() {
  process.env['HOLDFAST_TEST_DATABASE_URL'] ??= process.env['DATABASE_URL'] ?? (await startEmbedded());
}

async function startEmbedded() {
  const { startEmbeddedPostgres } = await import('../stack/dist/index.js');
  const { findFreePort } = await import('../../libs/test-server/dist/index.js');
  globalThis.holdfastTestPostgres = await startEmbeddedPostgres({
    home: mkdtempSync(join(tmpdir(), 'holdfast-test-')),
    port: await findFreePort(),
    durable: false,
    discard: true,
    say: (line) => process.stderr.write(`${line}\n`),
  });
  return globalThis.holdfastTestPostgres.superuserUrl;
}
