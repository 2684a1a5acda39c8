import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readOrMakePrivateFile, writePrivateFile } from './private-files.js';

/** The databases of one stack, as files that hold a URL or a password: one role per application (architecture §9). */
export interface DatabaseSecrets {
  readonly registryOwnerUrlFile: string;
  readonly ordersOwnerUrlFile: string;
  readonly tokenServicePasswordFile: string;
  readonly tokenServiceUrlFile: string;
  readonly adminPasswordFile: string;
  readonly adminUrlFile: string;
  readonly resourceServerPasswordFile: string;
  readonly resourceServerUrlFile: string;
  readonly freightOwnerUrlFile: string;
  readonly freightPasswordFile: string;
  readonly freightUrlFile: string;
}

const DEFAULT_REGISTRY = 'holdfast';
/** The databases that every server has: naming one of them does not mean "put the registry there". */
const MAINTENANCE_DATABASES = new Set(['', 'postgres', 'template1']);

/** The name of the registry's database: the one that the server's URL names, else `holdfast`. */
export function registryDatabase(serverUrl: string): string {
  const named = decodeURIComponent(new URL(serverUrl).pathname.slice(1));
  return MAINTENANCE_DATABASES.has(named) ? DEFAULT_REGISTRY : named;
}

/** The name of the sample API's database, beside a registry of that name. */
export function ordersDatabase(registry: string): string {
  return `${registry}_orders`;
}

/** The name of the database of the second provider's API. */
export function freightDatabase(registry: string): string {
  return `${registry}_freight`;
}

/**
 * Writes the URLs of the databases on the server of `serverUrl` (a role that may create databases and roles) into
 * `directory`, with one random password per application, made the first time.
 */
export function ensureDatabaseSecrets(directory: string, serverUrl: string): DatabaseSecrets {
  const registry = registryDatabase(serverUrl);
  const orders = ordersDatabase(registry);
  const freight = freightDatabase(registry);
  const application = (name: string, database: string, role: string): [string, string] => {
    const passwordFile = join(directory, `${name}-password`);
    const password = readOrMakePrivateFile(passwordFile, () => randomBytes(24).toString('base64url'));
    const url = urlOf(serverUrl, database, { username: role, password });
    return [passwordFile, urlFile(directory, name, url)];
  };
  const [tokenServicePasswordFile, tokenServiceUrlFile] = application(
    'token-service',
    registry,
    `${registry}_token_service`,
  );
  const [adminPasswordFile, adminUrlFile] = application('admin', registry, `${registry}_admin`);
  const [resourceServerPasswordFile, resourceServerUrlFile] = application(
    'resource-server',
    orders,
    `${orders}_app`,
  );
  const [freightPasswordFile, freightUrlFile] = application('freight', freight, `${freight}_app`);
  return {
    registryOwnerUrlFile: urlFile(directory, 'registry-owner', urlOf(serverUrl, registry)),
    ordersOwnerUrlFile: urlFile(directory, 'orders-owner', urlOf(serverUrl, orders)),
    tokenServicePasswordFile,
    tokenServiceUrlFile,
    adminPasswordFile,
    adminUrlFile,
    resourceServerPasswordFile,
    resourceServerUrlFile,
    freightOwnerUrlFile: urlFile(directory, 'freight-owner', urlOf(serverUrl, freight)),
    freightPasswordFile,
    freightUrlFile,
  };
}

function urlOf(serverUrl: string, database: string, credentials: object = {}): string {
  const url = Object.assign(new URL(serverUrl), credentials);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

function urlFile(directory: string, name: string, url: string): string {
  const file = join(directory, `${name}-database-url`);
  writePrivateFile(file, url);
  return file;
}
