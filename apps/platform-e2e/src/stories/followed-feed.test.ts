import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startFollowingApi, startFollowingGateway, type Follower } from '../harness/followers.js';
import { Operator } from '../harness/operator.js';
import { startOwnStack, type OwnStack } from '../harness/shared-stack.js';
import { registerStoppable, stopsOf, type StoppableClient } from '../harness/stops.js';
import { FORM_TYPE, tokenOf, toTokenEndpoint, withToken } from '../harness/token-endpoint.js';
import { within } from '../harness/within.js';
import { exchange, Wire } from '../harness/wire.js';

const STOPS = [
  'partner suspended',
  'client suspended',
  'anchor suspended',
  'certificate blocked',
  'grant taken back',
];

/** How long the gateway with the short bound goes on alone, seconds; strict ones do so for 25. */
const SHORT_BOUND = 15;

/**
 * A stack of its own, whose token service is stopped in the end: its sample API and its gateway follow the deny feed, and so do
 * others beside them, to whom its silence means something else.
 */
describe('those who follow the deny feed', () => {
  jest.setTimeout(90_000);
  let stack: OwnStack;
  let operator: Operator;
  let caller: StoppableClient;
  let started: Record<'api' | 'gateway' | 'impatient', Follower>;
  let urls: Record<string, string>;

  beforeAll(async () => {
    stack = await startOwnStack('followed-feed');
    operator = new Operator(stack);
    caller = await registerStoppable(operator, 'caller');
    started = {
      api: await startFollowingApi(stack, 'strict'),
      gateway: await startFollowingGateway(stack, { mode: 'strict' }),
      impatient: await startFollowingGateway(stack, { mode: 'bounded', boundSeconds: SHORT_BOUND }),
    };
    urls = {
      "the stack's API": stack.file.resourceServer,
      "the stack's gateway": stack.file.gateway,
      'a strict API': started.api.url,
      'a strict gateway': started.gateway.url,
      'a gateway with a short bound': started.impatient.url,
    };
  }, 60_000);
  afterAll(async () => {
    await Promise.all(Object.values(started ?? {}).map(({ process }) => process.stop()));
    await stack?.stop();
  }, 30_000);

  /** One call at each, by name: its status. */
  async function statuses(token: string): Promise<Record<string, number>> {
    const calls = Object.entries(urls).map(async ([name, url]) => {
      const answer = await exchange({ url, ca: stack.ca, identity: caller.identity }, withToken(token));
      return [name, answer.status] as const;
    });
    return Object.fromEntries(await Promise.all(calls));
  }
  const all = (status: number): Record<string, number> =>
    Object.fromEntries(Object.keys(urls).map((name) => [name, status]));
  const everywhere = (token: string, status: number) => async (): Promise<boolean> =>
    Object.values(await statuses(token)).every((one) => one === status);

  /** On open connections to all of them, whose certificate was judged long ago: how long each goes on accepting, ms. */
  async function stopsAcceptingAfter(token: string, stop: () => Promise<unknown>): Promise<number[]> {
    const wires = await Promise.all(
      Object.values(urls).map((url) => Wire.dial({ url, ca: stack.ca, identity: caller.identity })),
    );
    const ask = async (wire: Wire): Promise<number> => (await wire.send(withToken(token))).status;
    expect(await Promise.all(wires.map(ask))).toEqual(wires.map(() => 200));
    await stop();
    const took = await Promise.all(wires.map((wire) => within(1_000, async () => (await ask(wire)) === 401)));
    for (const wire of wires) wire.close();
    return took;
  }

  it('accept the token of a call that was never stopped', async () => {
    expect(await statuses(await tokenOf(stack, caller))).toEqual(all(200));
  });

  it.each(STOPS)(
    'refuse within a second, on connections that are open, and accept again after: %s (TV-34, R-10)',
    async (name) => {
      const stop = stopsOf(operator, caller).find((one) => one.name === name)!;
      const token = await tokenOf(stack, caller);
      const took = await stopsAcceptingAfter(token, stop.stop);
      await stop.resume();
      await within(1_000, everywhere(stop.revives ? token : await tokenOf(stack, caller), 200));
      if (!stop.revives) expect(await statuses(token)).toEqual(all(401));
      expect(Math.max(...took)).toBeLessThan(1_000);
    },
  );

  it('refuse a token that its client has revoked, and take the next one (RFC 7009)', async () => {
    const token = await tokenOf(stack, caller);
    const took = await stopsAcceptingAfter(token, async () => {
      const body = new URLSearchParams({ client_id: caller.clientId, token }).toString();
      const revoke = { method: 'POST', target: '/revoke', headers: [FORM_TYPE], body };
      expect((await exchange(toTokenEndpoint(stack, caller.identity), revoke)).status).toBe(200);
    });
    expect(Math.max(...took)).toBeLessThan(1_000);
    expect(await statuses(await tokenOf(stack, caller))).toEqual(all(200));
  });

  it('go on without the feed as long as each was told, then answer 503 and are not ready, never 401', async () => {
    const token = await tokenOf(stack, caller);
    expect(await readiness(started.gateway)).toMatchObject({ status: 200, checks: { tokens: 'ok' } });
    process.kill(stack.file.pids['token-service']!, 'SIGSTOP');
    try {
      await within(SHORT_BOUND * 1_000 + 5_000, async () => {
        const now = await statuses(token);
        expect(Object.values(now)).not.toContain(401);
        return now['a gateway with a short bound'] === 503;
      });
      const strict = { 'a strict API': 503, 'a strict gateway': 503 };
      expect(await statuses(token)).toEqual({ ...all(200), 'a gateway with a short bound': 503 });
      await within(20_000, async () => (await statuses(token))['a strict gateway'] === 503);
      await within(5_000, async () => (await statuses(token))['a strict API'] === 503);
      expect(await statuses(token)).toEqual({ ...all(200), ...strict, 'a gateway with a short bound': 503 });
      expect(await readiness(started.gateway)).toMatchObject({
        status: 503,
        checks: { tokens: expect.stringMatching(/^the deny feed: last confirmed \d+ s ago$/) },
      });
    } finally {
      process.kill(stack.file.pids['token-service']!, 'SIGCONT');
    }
    await within(20_000, everywhere(token, 200));
  });
});

/** What `/readyz` says. */
function readiness({ process: { application } }: Follower): Promise<{ status: number; checks: object }> {
  const address = { host: '127.0.0.1', port: application.managementPort, path: '/readyz', agent: false };
  return new Promise((resolve, reject) => {
    get(address, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const { checks } = JSON.parse(text) as { checks: object };
        resolve({ status: response.statusCode!, checks });
      });
    }).on('error', reject);
  });
}
