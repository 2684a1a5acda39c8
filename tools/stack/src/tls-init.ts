/**
 * Makes the secrets of a stack that runs in containers: certificates, key-encryption key, database passwords and URLs.
 * Run again at any time: it makes what is missing or about to expire and keeps the rest.
 */
import { chmodSync, chownSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { ensureDatabaseSecrets } from './database-secrets.js';
import { ensureDevelopmentPki } from './development-pki.js';
import { ensureEdgePki, type EdgePkiOptions } from './edge-pki.js';
import { makePrivateDirectory, readOrMakePrivateFile } from './private-files.js';
import { StackError } from './workspace.js';

const USAGE = `Usage: node tls-init.js --directory DIR [--dns NAME]... [--database HOST:PORT] [--owner UID:GID]
                        [--proxy-address ADDRESS --proxies-example FILE [--proxy-dns NAME]...]

  --directory DIR        where pki/ and secrets/ are made
  --dns NAME             a name of the servers beside localhost; may be repeated
  --database HOST:PORT   where the database will be (default postgres:5432); its superuser is "postgres"
  --owner UID:GID        who may read the files, and nobody else (default: whoever runs this)

  A proxy ends TLS in front of the servers; in pki/ is also what it needs, and proxies.yaml, which names it:
  --proxy-address ADDRESS    where it connects from
  --proxies-example FILE     the proxies.yaml of an example, to be filled in
  --proxy-dns NAME           a name of it beside localhost; may be repeated
`;

interface Arguments {
  readonly directory: string;
  readonly dnsNames: readonly string[];
  readonly database: string;
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  readonly proxy: Pick<EdgePkiOptions, 'address' | 'exampleFile' | 'dnsNames'> | undefined;
}

/** The command line cannot be understood: exit code 64. */
class UsageError extends Error {}

async function main(): Promise<number> {
  try {
    const { directory, dnsNames, database, owner, proxy } = parseCommandLine(process.argv.slice(2));
    const pkiDirectory = join(directory, 'pki');
    const secretsDirectory = join(directory, 'secrets');
    const now = new Date();
    const { made } = await ensureDevelopmentPki({ directory: pkiDirectory, dnsNames, now });
    const edge = proxy && (await ensureEdgePki({ directory: pkiDirectory, ...proxy, now }));
    const all = [...made, ...(edge?.made ?? [])];
    makePrivateDirectory(secretsDirectory);
    const password = readOrMakePrivateFile(join(secretsDirectory, 'postgres-password'), () =>
      randomBytes(24).toString('base64url'),
    );
    ensureDatabaseSecrets(secretsDirectory, `postgres://postgres:${password}@${database}/postgres`);
    for (const path of [pkiDirectory, secretsDirectory]) handOver(path, owner);
    console.error(all.length === 0 ? 'all certificates kept' : `made: ${all.join(', ')}`);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${error.message}\n\n${USAGE}`);
      return 64;
    }
    if (!(error instanceof StackError)) throw error;
    console.error(error.message);
    return 1;
  }
}

function parseCommandLine(args: readonly string[]): Arguments {
  const values = parseOptions(args);
  if (values.directory === undefined) throw new UsageError('--directory is missing');
  const owner = values.owner === undefined ? undefined : /^(\d+):(\d+)$/.exec(values.owner);
  if (owner === null) throw new UsageError(`--owner "${values.owner}" is not UID:GID`);
  const database = values.database ?? 'postgres:5432';
  if (!/^[^/@\s]+:\d+$/.test(database)) throw new UsageError(`--database "${database}" is not HOST:PORT`);
  return {
    directory: resolve(values.directory),
    dnsNames: values.dns ?? [],
    database,
    owner: owner && { uid: Number(owner[1]), gid: Number(owner[2]) },
    proxy: proxyOf(values),
  };
}

function proxyOf(values: ReturnType<typeof parseOptions>): Arguments['proxy'] {
  const { 'proxy-address': address, 'proxies-example': exampleFile, 'proxy-dns': dnsNames = [] } = values;
  if (address === undefined && exampleFile === undefined && dnsNames.length === 0) return undefined;
  if (address === undefined || exampleFile === undefined)
    throw new UsageError('a proxy needs both --proxy-address and --proxies-example');
  if (isIP(address) === 0) throw new UsageError(`--proxy-address "${address}" is no IP address`);
  return { address, exampleFile, dnsNames };
}

function parseOptions(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        directory: { type: 'string' },
        dns: { type: 'string', multiple: true },
        database: { type: 'string' },
        owner: { type: 'string' },
        'proxy-address': { type: 'string' },
        'proxies-example': { type: 'string' },
        'proxy-dns': { type: 'string', multiple: true },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** The containers run as that user: the files are its own, and closed to everybody else. */
function handOver(directory: string, owner: Arguments['owner']): void {
  const paths = [directory, ...readdirSync(directory).map((name) => join(directory, name))];
  for (const path of paths) {
    if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
    chmodSync(path, path === directory ? 0o700 : 0o600);
  }
}

process.exitCode = await main();
