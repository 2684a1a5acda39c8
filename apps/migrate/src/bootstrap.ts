import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { judgeLeaf, readCertificateUpload } from '@holdfast/certificate-validation';
import {
  toPin,
  type Actor,
  type Grant,
  type NewPinnedCredential,
  type RegistryAdministration,
  type Written,
} from '@holdfast/client-registry';
import { DENY_FEED_SCOPE, type ClientId } from '@holdfast/oauth-protocol';
import {
  createDataSource,
  Database,
  PostgresAuditTrail,
  PostgresRegistryAdministration,
  RegistryWriter,
} from '@holdfast/postgres';
import { OPERATOR_CLIENT, type FeedReader } from './arguments.js';

export const OPERATOR_PARTNER = 'holdfast';
const ADMIN_SCOPE = 'admin';
const APPLICATION = 'migrate';

export interface Bootstrap {
  readonly url: string;
  /** PEM or DER, one certificate. */
  readonly operatorCertificateFile: string;
  /** The admin API as a resource: audience of the operator's tokens. */
  readonly adminAudience: string;
  /** The issuer as a resource, so that clients can be granted its deny feed; not if `undefined`. */
  readonly issuer: string | undefined;
  /** Clients of the operator's partner that follow the deny feed; none without `issuer`. */
  readonly feedReaders: readonly FeedReader[];
  readonly now: () => Date;
  readonly onStep: (line: string) => void;
}

/**
 * Registers the operator, so that there is somebody who may register everybody else: whoever owns the database is
 * trusted to say who. Repeating it changes nothing; a new certificate is added beside the old one, which the operator
 * retires itself. Each step is audited as the host's, and the whole by `registry.bootstrapped`.
 */
export async function bootstrap(options: Bootstrap): Promise<void> {
  const pin = await readPin('--operator-certificate', options.operatorCertificateFile, options.now());
  const readers = [];
  for (const { clientId, certificateFile } of options.feedReaders)
    readers.push({ clientId, pin: await readPin('--feed-reader', certificateFile, options.now()) });
  const dataSource = createDataSource({ url: options.url, applicationName: APPLICATION, poolSize: 2 });
  await dataSource.initialize();
  try {
    const database = new Database(dataSource);
    const { now } = options;
    const registry = new PostgresRegistryAdministration(
      new RegistryWriter(database, { application: APPLICATION, now }),
    );
    const done = await register(registry, { operator: { clientId: OPERATOR_CLIENT, pin }, readers }, options);
    for (const step of done) options.onStep(step);
    if (done.length === 0) options.onStep(`${OPERATOR_CLIENT} is registered already; nothing changed`);
    else await recordBootstrap(database, pin, options);
  } finally {
    await dataSource.destroy();
  }
}

type Pin = NewPinnedCredential;

interface PinnedClient {
  readonly clientId: ClientId;
  readonly pin: Pin;
}

/** Registers all of it; what was done, in words. */
async function register(
  registry: RegistryAdministration,
  { operator, readers }: { operator: PinnedClient; readers: readonly PinnedClient[] },
  { adminAudience, issuer }: Bootstrap,
): Promise<string[]> {
  const actor: Actor = { id: 'host', requestId: `bootstrap-${randomUUID()}` };
  const done: string[] = [];
  if ((await registry.findPartner(OPERATOR_PARTNER)) === undefined) {
    requireWritten(await registry.createPartner(actor, { id: OPERATOR_PARTNER, name: 'Holdfast' }));
    done.push(`partner ${OPERATOR_PARTNER} created`);
  }
  done.push(...(await registerClient(registry, actor, operator)));
  done.push(...(await registerResource(registry, actor, adminAudience, ADMIN_SCOPE)));
  const mayAdminister = { clientId: OPERATOR_CLIENT, audience: adminAudience, scopes: [ADMIN_SCOPE] };
  done.push(...(await registerGrant(registry, actor, mayAdminister)));
  if (issuer === undefined) return done;
  done.push(...(await registerResource(registry, actor, issuer, DENY_FEED_SCOPE)));
  for (const reader of readers) {
    const mayRead = { clientId: reader.clientId, audience: issuer, scopes: [DENY_FEED_SCOPE] };
    done.push(...(await registerClient(registry, actor, reader)));
    done.push(...(await registerGrant(registry, actor, mayRead)));
  }
  return done;
}

/** Gives one scope. A grant that was taken back is given again: bootstrap says who may. */
async function registerGrant(
  registry: RegistryAdministration,
  actor: Actor,
  grant: Omit<Grant, 'id'>,
): Promise<string[]> {
  const { clientId, audience, scopes } = grant;
  const [known] = await registry.listGrants(ONE, { clientId, audience });
  if (scopes.every((scope) => known?.scopes.includes(scope))) return [];
  requireWritten(await registry.addGrant(actor, grant));
  return [`${clientId} may use scope ${scopes.join(' ')} at ${audience}`];
}

async function registerResource(
  registry: RegistryAdministration,
  actor: Actor,
  audience: string,
  scope: string,
): Promise<string[]> {
  const resources = await registry.listResources({ limit: 1_000, after: undefined });
  const resource = resources.find((known) => known.audience === audience);
  if (resource === undefined) {
    const made = { audience, partnerId: OPERATOR_PARTNER, scopes: [scope] };
    requireWritten(await registry.createResource(actor, made));
    return [`resource ${audience} created with scope ${scope}`];
  }
  if (resource.partnerId === OPERATOR_PARTNER) return [];
  throw new Error(`the resource ${audience} is registered for another partner; choose another address`);
}

async function registerClient(
  registry: RegistryAdministration,
  actor: Actor,
  { clientId, pin }: PinnedClient,
): Promise<string[]> {
  const client = await registry.findClient(clientId);
  if (client === undefined) {
    const made = {
      id: clientId,
      partnerId: OPERATOR_PARTNER,
      authMethod: 'self_signed_tls_client_auth',
      credentials: [pin],
    } as const;
    requireWritten(await registry.createClient(actor, made));
    return [`client ${clientId} created, pinned to certificate ${pin.thumbprint}`];
  }
  if (client.partnerId !== OPERATOR_PARTNER)
    throw new Error(`the client ${clientId} exists, but not of partner ${OPERATOR_PARTNER}`);
  const pins = await registry.listCredentials({ limit: 1_000, after: undefined }, { clientId: client.id });
  if (pins.some((known) => known.kind === 'certificate' && known.thumbprint === pin.thumbprint)) return [];
  requireWritten(await registry.addCredential(actor, clientId, pin));
  return [`certificate ${pin.thumbprint} added to ${clientId}`];
}

async function recordBootstrap(database: Database, pin: Pin, options: Bootstrap): Promise<void> {
  const trail = new PostgresAuditTrail(database, {
    application: APPLICATION,
    outage: { onOutage: 'refuse' },
    onError: () => undefined,
  });
  await trail.record({
    kind: 'registry.bootstrapped',
    at: options.now().toISOString(),
    actor: 'host',
    requestId: null,
    partnerId: OPERATOR_PARTNER,
    clientId: OPERATOR_CLIENT,
    reason: null,
    detail: { thumbprint: pin.thumbprint, audience: options.adminAudience },
  });
  await trail.stop();
}

async function readPin(option: string, file: string, now: Date): Promise<Pin> {
  const upload = readCertificateUpload(
    await readFile(file).catch((cause: unknown) => {
      throw new Error(`${option} ${file}`, { cause });
    }),
  );
  if (!upload.read) throw new Error(`${option} ${file}: ${upload.problem}`);
  const [certificate] = upload.certificates;
  const verdict = judgeLeaf(certificate, now);
  if (!verdict.sound)
    throw new Error(
      `${option} ${file}: a client cannot authenticate with this certificate (${verdict.fault})`,
    );
  return toPin(certificate, 'certificate');
}

function requireWritten<T>(written: Written<T>): void {
  if (written.written) return;
  throw new Error(REFUSED[written.refused].replace('%', written.what));
}

const REFUSED = {
  already_exists: '% exists already; another bootstrap may be running, try again',
  not_found: '% does not exist',
  identity_taken: 'the certificate belongs to another client already (%)',
  not_allowed: 'not allowed: %',
  stale: '% was changed meanwhile, try again',
} as const;

const ONE = { limit: 1, after: undefined };
