import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@holdfast/stack';
import { findFreePort } from '@holdfast/test-server';
import { AppProcess } from '../harness/app-process.js';
import { beside } from '../harness/beside.js';
import { tokensWithoutEvent } from '../harness/database.js';
import { Operator } from '../harness/operator.js';
import { uniqueName } from '../harness/identity.js';
import { registerNamedClient, registerPartner, type NamedClient } from '../harness/partners.js';
import { newDirectory } from '../harness/run-directory.js';
import { startOwnStack, type OwnStack } from '../harness/shared-stack.js';
import {
  claimsOf,
  credentialsForm,
  demoClients,
  requestToken,
  tokenOf,
  tokenRequest,
  toOrders,
  withToken,
} from '../harness/token-endpoint.js';
import { exchange, type WireAnswer } from '../harness/wire.js';

const TIMEOUT_MS = 90_000;
/** B and the lifetime of the replica with the least patience that may be configured: half a minute of outage. */
const FRESHNESS_SECONDS = 90;
const SHORTEST_USEFUL_LIFE = 60;
const ADMIN_ANSWERS_WITHIN_MS = 3_000;

/** Its own database server, which is stopped and started while the applications stay up. */
describe('while the database is away', () => {
  let postgres: EmbeddedPostgres;
  let startPostgres: () => Promise<EmbeddedPostgres>;
  let stack: OwnStack;
  let operator: Operator;
  let client: NamedClient;
  let impatient: { readonly process: AppProcess; readonly url: string };
  let stoppedAt: number;
  const tokenIds: string[] = [];

  beforeAll(async () => {
    const options = {
      home: newDirectory('database'),
      port: await findFreePort(),
      durable: true,
      discard: false,
      say: () => undefined,
    };
    startPostgres = () => startEmbeddedPostgres(options);
    postgres = await startPostgres();
    stack = await startOwnStack('outage', { databaseUrl: postgres.superuserUrl });
    operator = new Operator(stack);
    client = await registerNamedClient(operator, await registerPartner(operator, 'patient'));
    const { application, url } = await beside(stack, 'token-service', {
      TOKEN_LIFETIME_SECONDS: String(FRESHNESS_SECONDS),
      REGISTRY_FRESHNESS_SECONDS: String(FRESHNESS_SECONDS),
      AUDIT_SPOOL_DIR: newDirectory('impatient-spool'),
    });
    impatient = { process: await AppProcess.start(application, newDirectory('impatient')), url };

    await operator.token();
    await postgres.stop();
    stoppedAt = Date.now();
  }, TIMEOUT_MS);

  afterAll(async () => {
    await impatient?.process.stop();
    await stack?.stop();
    await postgres?.stop();
  }, TIMEOUT_MS);

  function askImpatient(): Promise<WireAnswer> {
    return exchange(
      { url: impatient.url, ca: stack.ca, identity: client.identity },
      tokenRequest(credentialsForm(client.clientId)),
    );
  }

  function remember({ json }: WireAnswer): Readonly<Record<string, unknown>> {
    const claims = claimsOf(String(json['access_token']));
    tokenIds.push(String(claims['jti']));
    return claims;
  }

  it('tokens go on being issued, to every client, and are accepted (R-04)', async () => {
    for (const one of [client, demoClients(stack).beta, client]) {
      const issued = await requestToken(stack, one);
      expect(issued).toMatchObject({ status: 200 });
      remember(issued);
    }
  });

  it('no token outlives the last reading of the registry by more than B (R-04)', async () => {
    let last = FRESHNESS_SECONDS;
    while (last >= SHORTEST_USEFUL_LIFE) {
      const answer = await askImpatient();
      if (answer.status !== 200) break;
      const { exp, iat } = remember(answer) as { exp: number; iat: number };
      expect(exp * 1_000).toBeLessThanOrEqual(stoppedAt + FRESHNESS_SECONDS * 1_000);
      expect(exp - iat).toBeGreaterThanOrEqual(SHORTEST_USEFUL_LIFE);
      last = exp - iat;
      await delay(500);
    }
    expect(await askImpatient()).toMatchObject({
      status: 503,
      json: { error: 'temporarily_unavailable' },
      headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
    });
  }, 60_000);

  it('an unknown client is still refused as one: an outage is no excuse', async () => {
    const answer = await requestToken(stack, { ...client, clientId: uniqueName('nobody') });
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
  });

  it('admin writes are answered 503 within seconds, and nothing is confirmed (R-04)', async () => {
    const started = performance.now();
    const answer = await operator.call('POST', 'partners', { id: uniqueName('late'), name: 'Too late' });
    expect(performance.now() - started).toBeLessThan(ADMIN_ANSWERS_WITHIN_MS);
    expect(answer).toMatchObject({
      status: 503,
      json: { code: 'unavailable' },
      headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
    });
  });

  it('the sample API says that it is its own fault: 503, not 500 or 401', async () => {
    const token = await tokenOf(stack, client);
    remember({ json: { access_token: token } } as unknown as WireAnswer);
    const answer = await exchange(toOrders(stack, client.identity), withToken(token));
    expect(answer).toMatchObject({
      status: 503,
      json: { error: 'temporarily_unavailable' },
      headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
    });
  });

  it('everything comes back with it, without a restart: events are replayed, the trail is intact', async () => {
    const pids = { ...stack.file.pids };
    postgres = await startPostgres();
    await untilTrue(async () => (await askImpatient()).status === 200);
    await untilTrue(async () => (await tokensWithoutEvent(stack, tokenIds)).length === 0);
    expect(await tokensWithoutEvent(stack, tokenIds)).toEqual([]);
    const written = await operator.call('POST', 'partners', { id: uniqueName('later'), name: 'In time' });
    expect(written).toMatchObject({ status: 201 });
    expect(await operator.get('audit/verify')).toMatchObject({ intact: true, faults: [] });
    for (const pid of Object.values(pids)) expect(() => process.kill(pid, 0)).not.toThrow();
  }, 30_000);
});

async function untilTrue(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!(await condition()) && performance.now() < deadline) await delay(100);
}
