import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AdminApi } from './admin-api.js';
import {
  applications,
  freightApi,
  ownerInvitation,
  preparations,
  urlsOf,
  type StackSettings,
} from './applications.js';
import { ensureDatabaseSecrets } from './database-secrets.js';
import { ensureDevelopmentPki, KEY_ENCRYPTION_KEY_FILE } from './development-pki.js';
import { startEmbeddedPostgres, stopLeftoverDatabase, type EmbeddedPostgres } from './embedded-postgres.js';
import { requireUsableServer } from './external-postgres.js';
import { GATEWAY_FILE, writeGatewayFile } from './gateway-file.js';
import { claimHome, holdHome, requireStateOf, resetHome, type Home } from './home.js';
import { PORT_NAMES, portsFrom, requireFreePorts, type PortName, type Ports } from './ports.js';
import { endLeftovers, ProcessList } from './process-list.js';
import { clientsOf, seedConsumers, seedProviders, type StackClients } from './seed.js';
import { removeStackFile, writeStackFile, type DemoClient, type StackFile } from './stack-file.js';
import { Supervisor, type Program } from './supervisor.js';
import type { TokenClient } from './token-client.js';
import type { Say } from './workspace.js';

export interface StackOptions {
  /** The state directory, absolute. Made if it is missing. */
  readonly homeDirectory: string;
  readonly portBase: number;
  /** Another PostgreSQL server than the embedded one, with a user that may create roles and databases. */
  readonly databaseUrl?: string | undefined;
  /** Absolute; the listeners for proxies are on if it is given. */
  readonly proxiesFile?: string | undefined;
  /** Throws the state away first. */
  readonly reset: boolean;
  readonly step: Step;
  readonly say: Say;
  /** Ends a start that is under way: startStack then rejects, with nothing left running. */
  readonly signal: AbortSignal;
}

/** Runs one step of the start, so that it can be shown with its time; `tell` says in words what came of it. */
export type Step = <T>(name: string, work: () => Promise<T>, tell: (result: T) => string) => Promise<T>;

/** A stack that is up: database, token service, two resource servers, gateway, admin API, four demo partners. */
export interface RunningStack {
  readonly home: Home;
  readonly file: StackFile;
  readonly settings: StackSettings;
  readonly clients: StackClients;
  readonly admin: AdminApi;
  /** Resolves to a message when a part of it ends although nobody stopped it. */
  readonly death: Promise<string>;
  /** Stops everything, the database last. Resolves when no process is left. */
  stop(): Promise<void>;
}

type Undo = (() => Promise<void> | void)[];

interface Database {
  readonly serverUrl: string;
  readonly embedded: EmbeddedPostgres | undefined;
}

/** Starts a whole stack. When it cannot, everything that was started is stopped again and the reason is thrown. */
export async function startStack(options: StackOptions): Promise<RunningStack> {
  const undo: Undo = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return { ...(await start(options, undo)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(options: StackOptions, undo: Undo): Promise<Omit<RunningStack, 'stop'>> {
  const { step } = options;
  const ports = portsFrom(options.portBase);
  const home = await prepareHome(options, ports, undo);
  const database = await startDatabase(options, home, ports, undo);
  const supervisor = supervise(options, home, database, undo);
  const settings = await makeSettings(options, home, ports, database);
  const clients = clientsOf(settings);

  await step(
    'schema',
    () => runAll(supervisor, settings),
    () => 'up to date',
  );
  await step(
    'applications',
    () => startAll(supervisor, settings),
    (names) => names.join(', '),
  );
  const admin = await AdminApi.connect(clients.operator);
  const partners = step(
    'partners',
    () => seedPartners(admin, supervisor, settings, clients),
    () => 'two that provide an API each, acme (its own CA), beta (a self-signed certificate)',
  );
  const [invitation] = await Promise.all([supervisor.read(ownerInvitation(settings)), partners]);

  const setupUrl = invitation.trim() || undefined;
  const pids = { ...supervisor.pids, ...(database.embedded && { postgres: database.embedded.pid }) };
  const file = describeStack(settings, clients, { pids, ...(setupUrl !== undefined && { setupUrl }) });
  writeStackFile(home.stackFile, file);
  return { home, file, settings, clients, admin, death: deathOf(supervisor, database, home) };
}

async function prepareHome(options: StackOptions, ports: Ports, undo: Undo): Promise<Home> {
  const home = holdHome(options.homeDirectory);
  undo.push(() => home.release());
  const left = await endLeftovers(processFile(home));
  const database = await stopLeftoverDatabase(home.directory);
  if (left > 0 || database !== undefined) options.say('stopped what an earlier start had left running');
  await requireServer(options, home);
  if (options.reset) {
    resetHome(home);
    options.say(`threw away what was in ${home.shown(home.directory)}`);
  }
  const identity = { issuer: urlsOf(ports).issuer, portBase: ports.base };
  requireStateOf(home, identity);
  await requireFreePorts(ports, portsNeeded(options));
  claimHome(home, identity);
  removeStackFile(home.stackFile);
  undo.push(() => removeStackFile(home.stackFile));
  return home;
}

/** Before anything is thrown away: a reset would lose the key to a registry that it cannot throw away. */
async function requireServer({ databaseUrl, reset, step }: StackOptions, home: Home): Promise<void> {
  if (databaseUrl === undefined) return;
  const hasKey = !reset && existsSync(join(home.pki, KEY_ENCRYPTION_KEY_FILE));
  await step(
    'database',
    () => requireUsableServer(databaseUrl, hasKey),
    (version) => `PostgreSQL ${version} of DATABASE_URL`,
  );
}

function portsNeeded({ databaseUrl, proxiesFile }: StackOptions): readonly PortName[] {
  const unused: readonly PortName[] = [
    ...(databaseUrl === undefined ? [] : (['postgres'] as const)),
    ...(proxiesFile === undefined ? (['tokenProxies', 'resourceProxies', 'gatewayProxies'] as const) : []),
  ];
  return PORT_NAMES.filter((name) => !unused.includes(name));
}

async function startDatabase(options: StackOptions, home: Home, ports: Ports, undo: Undo): Promise<Database> {
  const { databaseUrl, step, say } = options;
  if (databaseUrl !== undefined) return { serverUrl: databaseUrl, embedded: undefined };
  const embedded = await step(
    'database',
    () =>
      startEmbeddedPostgres({
        home: home.directory,
        port: ports.postgres,
        durable: true,
        discard: false,
        say,
      }),
    () => `embedded PostgreSQL on 127.0.0.1:${ports.postgres}`,
  );
  undo.push(() => embedded.stop());
  return { serverUrl: embedded.superuserUrl, embedded };
}

function supervise({ signal }: StackOptions, home: Home, { embedded }: Database, undo: Undo): Supervisor {
  const started = new ProcessList(processFile(home));
  const supervisor = new Supervisor({
    logs: home.logs,
    onProcess: (pid) => {
      started.add(pid);
      embedded?.outlive(pid);
    },
  });
  const abort = (): void => void supervisor.stop();
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  undo.push(() => {
    signal.removeEventListener('abort', abort);
    return supervisor.stop().then(() => started.clear());
  });
  return supervisor;
}

async function makeSettings(
  { step, proxiesFile }: StackOptions,
  home: Home,
  ports: Ports,
  { serverUrl }: Database,
): Promise<StackSettings> {
  const pki = await step(
    'certificates',
    () => ensureDevelopmentPki({ directory: home.pki, dnsNames: [], now: new Date() }),
    ({ made }) => (made.length === 0 ? `kept, in ${home.shown(home.pki)}` : `made: ${made.join(', ')}`),
  );
  const secrets = ensureDatabaseSecrets(home.secrets, serverUrl);
  const gatewayFile = join(home.directory, GATEWAY_FILE);
  writeGatewayFile(gatewayFile, pki, urlsOf(ports));
  return { ports, pki, secrets, auditSpool: home.auditSpool, proxiesFile, gatewayFile };
}

async function runAll(supervisor: Supervisor, settings: StackSettings): Promise<void> {
  const prepare = async (programs: readonly Program[]): Promise<void> => {
    for (const program of programs) await supervisor.run(program);
  };
  await Promise.all(preparations(settings).map(prepare));
}

async function startAll(supervisor: Supervisor, settings: StackSettings): Promise<string[]> {
  const all = applications(settings);
  await Promise.all(all.map((application) => supervisor.start(application)));
  return all.map(({ name }) => name);
}

/** The API of the second provider follows the deny feed as a client that is registered here, so it comes last. */
async function seedPartners(
  admin: AdminApi,
  supervisor: Supervisor,
  settings: StackSettings,
  clients: StackClients,
): Promise<void> {
  await seedProviders(admin, clients, settings.pki, urlsOf(settings.ports).issuer);
  await Promise.all([supervisor.start(freightApi(settings)), seedConsumers(admin, clients, settings.pki)]);
}

function describeStack(
  settings: StackSettings,
  { operator, acme, acmeFreight, beta }: StackClients,
  running: Pick<StackFile, 'pids' | 'setupUrl'>,
): StackFile {
  const urls = urlsOf(settings.ports);
  return {
    issuer: urls.issuer,
    tokenEndpoint: urls.tokenEndpoint,
    resourceServer: urls.resourceServer,
    secondResourceServer: urls.secondResourceServer,
    gateway: urls.gateway,
    admin: urls.admin,
    adminApi: urls.adminApi,
    caFile: settings.pki.serverCaFile,
    databaseUrl: readFileSync(settings.secrets.registryOwnerUrlFile, 'utf8'),
    operator: { ...filesOf(operator), clientId: operator.clientId },
    demo: [describeDemo('acme', acme), describeDemo('beta', beta), describeDemo('acme', acmeFreight)],
    ...running,
  };
}

function describeDemo(partner: string, client: TokenClient): DemoClient {
  const { clientId, resource } = client;
  return {
    partner,
    clientId,
    ...filesOf(client),
    resource,
    scope: 'orders:read',
    exampleUrl: `${resource}/orders`,
  };
}

function filesOf({ certificate: { certificateFile, privateKeyFile } }: TokenClient) {
  return { certificateFile, privateKeyFile };
}

function deathOf(supervisor: Supervisor, { embedded }: Database, home: Home): Promise<string> {
  const databaseEnded = embedded?.ended.then(
    (how) => `The database has ended (${how}): see ${home.shown(join(home.logs, 'postgres.log'))}`,
  );
  return Promise.race([supervisor.death, ...(databaseEnded === undefined ? [] : [databaseEnded])]);
}

function processFile(home: Home): string {
  return join(home.directory, 'processes.json');
}
