/**
 * Registers the demo partners of a stack that runs in containers, through its admin API. May run any number of times.
 * The addresses are those inside the network; the audiences are those that tokens carry.
 */
import { parseArgs } from 'node:util';
import { AdminApi } from './admin-api.js';
import { developmentPkiIn } from './development-pki.js';
import { clientsAt, seedConsumers, seedProviders } from './seed.js';
import { StackError } from './workspace.js';

const OPTIONS = [
  'pki',
  'token-endpoint',
  'admin-api',
  'admin-audience',
  'issuer',
  'orders-audience',
  'freight-audience',
] as const;
const USAGE = `Usage: node demo-seed.js ${OPTIONS.map((name) => `--${name} ${name === 'pki' ? 'DIR' : 'URL'}`).join(' ')}\n`;

async function main(): Promise<number> {
  const given = parseOptions();
  const missing = OPTIONS.filter((name) => given[name] === undefined);
  if (missing.length > 0) {
    console.error(`missing: ${missing.map((name) => `--${name}`).join(', ')}\n\n${USAGE}`);
    return 64;
  }
  const value = (name: (typeof OPTIONS)[number]): string => given[name] ?? '';
  const pki = developmentPkiIn(value('pki'));
  const urls = {
    tokenEndpoint: value('token-endpoint'),
    adminApi: value('admin-audience'),
    resourceServer: value('orders-audience'),
    secondResourceServer: value('freight-audience'),
  };
  const clients = clientsAt(urls, pki);
  const admin = await AdminApi.connect(clients.operator, value('admin-api'));
  await seedProviders(admin, clients, pki, value('issuer'));
  await seedConsumers(admin, clients, pki);
  console.error('the demo partners mill, freight, acme and beta are registered');
  return 0;
}

function parseOptions(): Partial<Record<string, string>> {
  try {
    return parseArgs({
      options: Object.fromEntries(OPTIONS.map((name) => [name, { type: 'string' as const }])),
    }).values as Partial<Record<string, string>>;
  } catch (error) {
    console.error((error as Error).message);
    return {};
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof StackError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
