import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { readConfig } from '@holdfast/http-platform';
import { OrderRow } from './orders/order.row.js';
import { ORDER_MIGRATIONS } from './orders/migrations.js';

const USAGE = `Creates the orders database and its role, and brings its tables up to date. Run again at any time.

Usage: node dist/migrate.js [--demo-orders PARTNER,PARTNER [--demo-items ITEM,ITEM]]

Environment: DATABASE_URL (or DATABASE_URL_FILE): the orders database, with a user who may create databases and roles
             RESOURCE_SERVER_PASSWORD (or _FILE): the password of the role that the API uses, <database>_app

Examples:
  DATABASE_URL_FILE=owner.url RESOURCE_SERVER_PASSWORD_FILE=app.password node dist/migrate.js
  node dist/migrate.js --demo-orders acme,beta
  node dist/migrate.js --demo-orders acme --demo-items 'Pallet to Basel,Container to Bergen'
`;

const SETTINGS = {
  DATABASE_URL: {
    schema: z.url(),
    secret: true,
    meaning: 'the orders database, with a user who may create databases and roles',
  },
  RESOURCE_SERVER_PASSWORD: {
    schema: z.string().min(16),
    secret: true,
    meaning: 'the password of the role of the API',
  },
} as const;

/** Orders for a demo: each of these partners has ordered each of these items. */
interface Demo {
  readonly partners: readonly string[];
  readonly items: readonly string[];
}

const ITEMS = ['Steel bolts M8', 'Copper wire 2.5 mm', 'Ball bearings 6204'];

/** Brings the orders database up to date; the API itself has no right to change tables. */
async function migrate({ partners, items }: Demo): Promise<void> {
  const config = readConfig(SETTINGS, process.env);
  const url = new URL(config.DATABASE_URL);
  const database = url.pathname.slice(1);
  await createDatabase(url, database);
  const source = new DataSource({
    type: 'postgres',
    url: url.href,
    entities: [OrderRow],
    migrations: ORDER_MIGRATIONS,
    migrationsTransactionMode: 'each',
  });
  await source.initialize();
  try {
    // One at a time, whoever else starts at the same moment.
    await source.transaction((manager) =>
      manager.query('SELECT pg_advisory_xact_lock(7411001)').then(() => source.runMigrations()),
    );
    await grantRole(source, `${database}_app`, config.RESOURCE_SERVER_PASSWORD);
    for (const partner of partners) await placeDemoOrders(source, partner, items);
  } finally {
    await source.destroy();
  }
  process.stdout.write(`orders: database ${database} is up to date\n`);
}

async function createDatabase(url: URL, database: string): Promise<void> {
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  const client = new Client({ connectionString: maintenance.href, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}

/** Least rights: read and add orders. */
async function grantRole(source: DataSource, role: string, password: string): Promise<void> {
  const name = escapeIdentifier(role);
  const [known] = await source.query<unknown[]>('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  const verb = known === undefined ? 'CREATE' : 'ALTER';
  await source.query(`${verb} ROLE ${name} LOGIN PASSWORD ${escapeLiteral(password)}`);
  const database = escapeIdentifier(
    String(source.options.database ?? new URL((source.options as { url: string }).url).pathname.slice(1)),
  );
  await source.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
  await source.query('REVOKE ALL ON SCHEMA public FROM PUBLIC');
  await source.query(`GRANT CONNECT ON DATABASE ${database} TO ${name}`);
  await source.query(`GRANT USAGE ON SCHEMA public TO ${name}`);
  await source.query(`GRANT SELECT, INSERT ON partner_order TO ${name}`);
}

async function placeDemoOrders(source: DataSource, partner: string, items: readonly string[]): Promise<void> {
  for (const [index, item] of items.entries()) {
    const row = [`ord_demo-${partner}-${index + 1}`, partner, item, (index + 1) * 10];
    await source.query(
      'INSERT INTO partner_order (id, partner, item, quantity) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING',
      row,
    );
  }
}

try {
  const { values } = parseArgs({
    options: {
      'demo-orders': { type: 'string' },
      'demo-items': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) process.stdout.write(USAGE);
  else {
    await migrate({
      partners: values['demo-orders']?.split(',') ?? [],
      items: values['demo-items']?.split(',') ?? ITEMS,
    });
  }
} catch (error) {
  const usage = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') ?? false;
  process.stderr.write(`${(error as Error).message}\n${usage ? `\n${USAGE}` : ''}`);
  process.exitCode = usage ? 64 : 1;
}
