import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PORT_NAMES, portsFrom, requireFreePorts } from '@holdfast/stack';
import { judgeWrites, newWriteHistory, writeClients, type WriteHistory } from '../faults/client-writer.js';
import {
  keepAskingForTokens,
  keepOrdering,
  newPartnerHistory,
  type PartnerHistory,
} from '../faults/token-load.js';
import { tokensWithoutEvent } from '../harness/database.js';
import { Launcher, placeAt, type Place } from '../harness/launcher.js';
import { requireNoSecretsInLogs } from '../harness/logs.js';
import { Operator } from '../harness/operator.js';
import {
  registerNamedClient,
  registerPartner,
  type NamedClient,
  type RegisteredPartner,
} from '../harness/partners.js';
import { newDirectory } from '../harness/run-directory.js';
import type { StackUnderTest } from '../harness/stack-under-test.js';
import { tokenOf, toOrders, withToken } from '../harness/token-endpoint.js';
import { exchange } from '../harness/wire.js';

const WRITERS = 3;
const LOAD_MS = 700;
const TIMEOUT_MS = 60_000;
const REPLAYED_WITHIN_MS = 5_000;

/** A stack that is started with `npm start` again and again on the same state. */
describe('after kill -9 in the middle of writes and token requests, the next npm start', () => {
  let place: Place;
  let launcher: Launcher;
  let stack: StackUnderTest;
  let partner: RegisteredPartner;
  let client: NamedClient;
  const writes: WriteHistory = newWriteHistory();
  const history: PartnerHistory = newPartnerHistory();

  beforeAll(async () => {
    place = await placeAt(newDirectory('durable'));
    await start();
    const operator = new Operator(stack);
    partner = await registerPartner(operator, 'durable');
    client = await registerNamedClient(operator, partner);
  }, TIMEOUT_MS);

  afterAll(async () => {
    await launcher?.interrupt();
    if (place !== undefined) await requireFreePorts(portsFrom(place.portBase), PORT_NAMES);
    if (stack !== undefined) requireNoSecretsInLogs(stack);
  }, TIMEOUT_MS);

  async function start(): Promise<void> {
    launcher = new Launcher(place);
    stack = await launcher.up();
  }

  async function killUnderLoad(pid: number): Promise<void> {
    const over = new AbortController();
    const operator = new Operator(stack);
    const token = await tokenOf(stack, client);
    const load = [
      ...Array.from({ length: WRITERS }, () =>
        writeClients(operator, partner, stack.file.adminApi, writes, over.signal),
      ),
      keepAskingForTokens(stack, client, history, over.signal),
      keepOrdering(stack, client, token, history, over.signal),
    ];
    await delay(LOAD_MS);
    process.kill(pid, 'SIGKILL');
    await launcher.ended;
    over.abort();
    await Promise.all(load);
  }

  it.each(['token-service', 'admin', 'resource-server', 'postgres', 'launcher'])(
    'comes up by itself and has lost nothing that was acknowledged: %s',
    async (victim) => {
      const before = { writes: writes.acknowledged.length, tokens: history.tokenIds.length };
      await killUnderLoad(victim === 'launcher' ? launcher.pid : stack.file.pids[victim]!);
      expect(writes.acknowledged.length).toBeGreaterThan(before.writes);
      expect(history.tokenIds.length).toBeGreaterThan(before.tokens);
      await start();

      expect(await judgeWrites(stack, writes)).toEqual({ lost: [], halves: [], uninvited: [] });
      expect(writes.refused).toEqual([]);
      expect(await untilEveryEventIsThere(stack, history.tokenIds)).toEqual([]);
      expect(await missingOrders(stack, client, history.orderIds)).toEqual([]);
      expect(await new Operator(stack).get('audit/verify')).toMatchObject({ intact: true, faults: [] });
    },
    TIMEOUT_MS,
  );
});

/** What the last run left in the spool is replayed in the background. */
async function untilEveryEventIsThere(
  stack: StackUnderTest,
  tokenIds: readonly string[],
): Promise<readonly string[]> {
  const deadline = performance.now() + REPLAYED_WITHIN_MS;
  for (;;) {
    const missing = await tokensWithoutEvent(stack, tokenIds);
    if (missing.length === 0 || performance.now() > deadline) return missing;
    await delay(100);
  }
}

async function missingOrders(
  stack: StackUnderTest,
  client: NamedClient,
  orderIds: readonly string[],
): Promise<readonly string[]> {
  const token = await tokenOf(stack, client);
  const missing: string[] = [];
  // The list is cut off at some length: the last of each run tells enough.
  for (const id of orderIds.slice(-20)) {
    const { status } = await exchange(
      toOrders(stack, client.identity),
      withToken(token, { target: `/orders/${id}` }),
    );
    if (status !== 200) missing.push(`${id}: ${status}`);
  }
  return missing;
}
