/**
 * Registers the demo partners of a stack that runs in containers, through its admin API. May run any number of times.
 * The addresses are those inside the network; the audiences are those that tokens carry.
 */
import { parseArgs } from 'node:util';
import { AdminApi } from './admin-api.js';
import { developmentPkiIn } from './development-pki.js';
import { OPERATOR_CLIENT, ORDER_SCOPES, seedDemoPartners } from './seed.js';
import { StackError } from './workspace.js';

const OPTIONS = ['pki', 'token-endpoint', 'admin-api', 'admin-audience', 'orders-audience'] as const;
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
  const common = { tokenEndpoint: value('token-endpoint'), caFile: pki.serverCaFile };
  const operator = {
    ...common,
    clientId: OPERATOR_CLIENT,
    certificate: pki.operator,
    resource: value('admin-audience'),
    scope: 'admin',
  };
  const orders = { ...common, resource: value('orders-audience'), scope: ORDER_SCOPES.join(' ') };
  const acme = { ...orders, clientId: 'acme-orders', certificate: pki.acme };
  const beta = { ...orders, clientId: 'beta-sync', certificate: pki.beta };
  const admin = await AdminApi.connect(operator, value('admin-api'));
  await seedDemoPartners(admin, { operator, acme, beta }, pki);
  console.error('the demo partners acme and beta are registered');
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
