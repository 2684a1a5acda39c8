import { setTimeout as delay } from 'node:timers/promises';
import { AppProcess } from '../harness/app-process.js';
import { beside } from '../harness/beside.js';
import { tokensWithoutEvent } from '../harness/database.js';
import { Operator } from '../harness/operator.js';
import { registerNamedClient, registerPartner } from '../harness/partners.js';
import { newDirectory } from '../harness/run-directory.js';
import type { StackUnderTest } from '../harness/stack-under-test.js';
import { claimsOf, credentialsForm, tokenRequest, type PartnerClient } from '../harness/token-endpoint.js';
import { Wire, WireClosed } from '../harness/wire.js';
import type { FaultReport, FaultTest } from './fault-test.js';

const CONNECTIONS = 16;
const REQUESTS_PER_SECOND = 100;
const BEFORE_MS = 1_500;
const UNTIL_RESTART_MS = 500;
const AFTER_MS = { full: 5_000, short: 2_500 } as const;
const QUIET_AFTER_MS = 2_000;

/** `kill -9` of one of two token replicas under load. The second replica is started beside the stack's. */
export const R_13: FaultTest = {
  id: 'R-13',
  title: 'kill -9 of one of two token replicas under load',
  target: 'failures ≤ requests in flight there, 0 after 2 s, every issued token in the audit trail',
  run,
};

/** A request that was sent: to which replica, and when. */
interface Sent {
  readonly to: string;
  readonly at: number;
}

/** What happened to the requests of a run. */
interface Load {
  readonly tokenIds: string[];
  /** When requests failed, and how. */
  readonly failures: { readonly request: Sent; readonly at: number; readonly how: string }[];
  /** Sent, and neither answered nor failed yet. */
  readonly inFlight: Set<Sent>;
  readonly servedBy: Map<string, number>;
  /** The replicas that say they are ready: as a load balancer knows them by their probes. */
  readonly ready: Set<string>;
}

async function run(stack: StackUnderTest, size: 'full' | 'short'): Promise<FaultReport> {
  const operator = new Operator(stack);
  const partner = await registerPartner(operator, 'loaded');
  const client = await registerNamedClient(operator, partner);
  const logs = newDirectory('r-13');
  const first = new URL(stack.file.tokenEndpoint).origin;
  const { application, url: second } = await beside(stack, 'token-service', {
    AUDIT_SPOOL_DIR: newDirectory('r-13-spool'),
  });
  const replica = await AppProcess.start(application, logs);
  const load = newLoad([first, second]);
  const over = new AbortController();
  const connections = Array.from({ length: CONNECTIONS }, (_, index) =>
    keepRequesting(stack, client, index % 2 === 0 ? [first, second] : [second, first], load, over.signal),
  );

  await delay(BEFORE_MS);
  const kill = await killUnderLoad(load, second, replica);
  await delay(UNTIL_RESTART_MS);
  const servedBefore = servedBy(load, second);
  const restarted = await AppProcess.start(application, logs);
  load.ready.add(second);
  await delay(AFTER_MS[size]);
  over.abort();
  await Promise.all(connections);

  const missing = await untilRecorded(stack, load.tokenIds);
  await restarted.stop();
  await operator.post(`partners/${partner.id}/suspend`);
  return reportOf(load, { ...kill, missing, hasServedAgain: servedBy(load, second) > servedBefore });
}

async function killUnderLoad(load: Load, replica: string, process: AppProcess) {
  // A request must be under way there, or nothing is broken.
  while (inFlightAt(load, replica) === 0) await new Promise<void>((resolve) => setImmediate(resolve));
  const inFlight = inFlightAt(load, replica);
  const killedAt = performance.now();
  await process.kill();
  load.ready.delete(replica);
  return { replica, inFlight, killedAt, diedAt: performance.now() };
}

/** What is known of the kill, and of what came after it. */
interface Kill {
  readonly replica: string;
  readonly inFlight: number;
  readonly killedAt: number;
  readonly diedAt: number;
  /** Issued tokens of which the audit trail does not tell. */
  readonly missing: readonly string[];
  readonly hasServedAgain: boolean;
}

function reportOf({ failures, tokenIds }: Load, kill: Kill): FaultReport {
  const late = failures.filter(({ at }) => at - kill.killedAt > QUIET_AFTER_MS);
  // A dying process still takes what arrives: that was in flight there too.
  const inexcusable = failures.filter(
    ({ request }) => request.to !== kill.replica || request.at > kill.diedAt,
  );
  return {
    injected: kill.inFlight > 0 ? 1 : 0,
    figure:
      `${failures.length} failures of ${tokenIds.length + failures.length} requests, ` +
      `${inexcusable.length} of them not in flight at the replica while it was killed, ${late.length} after 2 s`,
    violations: [
      ...inexcusable.map(({ how }) => `failed without being in flight there: ${how}`),
      ...late.map(({ how }) => `failed after 2 s: ${how}`),
      ...kill.missing.map((id) => `issued without an audit event: ${id}`),
      ...(kill.hasServedAgain ? [] : ['the restarted replica served nothing']),
    ],
  };
}

/**
 * One kept-alive connection, to the first of the replicas that takes it, as a load balancer would: a request that was
 * not sent is not lost, one that was sent and not answered is.
 */
async function keepRequesting(
  stack: StackUnderTest,
  { clientId, identity }: PartnerClient,
  replicas: readonly string[],
  load: Load,
  signal: AbortSignal,
): Promise<void> {
  const request = tokenRequest(credentialsForm(clientId));
  let connection: { readonly wire: Wire; readonly url: string } | undefined;
  while (!signal.aborted) {
    connection = await preferred(
      stack,
      identity,
      replicas.filter((url) => load.ready.has(url)),
      connection,
    );
    const { wire, url } = connection;
    const sent: Sent = { to: url, at: performance.now() };
    load.inFlight.add(sent);
    try {
      const { status, json, text } = await wire.send(request);
      if (status === 200) {
        load.tokenIds.push(String(claimsOf(String(json['access_token']))['jti']));
        load.servedBy.set(url, (load.servedBy.get(url) ?? 0) + 1);
      } else load.failures.push({ request: sent, at: performance.now(), how: `${status} ${text}` });
    } catch (error) {
      if (!(error instanceof WireClosed)) throw error;
      load.failures.push({ request: sent, at: performance.now(), how: error.message });
      connection = undefined;
    } finally {
      load.inFlight.delete(sent);
    }
    await delay((1_000 * CONNECTIONS) / REQUESTS_PER_SECOND);
  }
  connection?.wire.close();
}

/** The open connection if it is to the replica of choice; else a new one to the first that takes it. */
async function preferred(
  { ca }: StackUnderTest,
  identity: PartnerClient['identity'],
  replicas: readonly string[],
  open: { readonly wire: Wire; readonly url: string } | undefined,
) {
  for (const url of replicas) {
    if (open?.url === url && !open.wire.socket.destroyed) return open;
    const wire = await Wire.dial({ url, ca, identity }).catch(() => undefined);
    if (wire === undefined) continue;
    open?.wire.close();
    return { wire, url };
  }
  throw new Error('no replica takes a connection');
}

/** Events that went to the spool meanwhile need a moment to come back. */
async function untilRecorded(stack: StackUnderTest, tokenIds: readonly string[]): Promise<readonly string[]> {
  const deadline = performance.now() + 5_000;
  for (;;) {
    const missing = await tokensWithoutEvent(stack, tokenIds);
    if (missing.length === 0 || performance.now() > deadline) return missing;
    await delay(100);
  }
}

function newLoad(replicas: readonly string[]): Load {
  return {
    tokenIds: [],
    failures: [],
    inFlight: new Set(),
    servedBy: new Map(),
    ready: new Set(replicas),
  };
}

function servedBy(load: Load, url: string): number {
  return load.servedBy.get(url) ?? 0;
}

function inFlightAt(load: Load, url: string): number {
  return [...load.inFlight].filter(({ to }) => to === url).length;
}
