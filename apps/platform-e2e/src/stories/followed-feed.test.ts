import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startFollowingApi, type FollowingApi } from '../harness/following-api.js';
import { thumbprintOf } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import { registerNamedClient, registerPartner, type NamedClient } from '../harness/partners.js';
import { startOwnStack, type OwnStack } from '../harness/shared-stack.js';
import { FORM_TYPE, tokenOf, toTokenEndpoint, withToken } from '../harness/token-endpoint.js';
import { within } from '../harness/within.js';
import { exchange, type WireAnswer } from '../harness/wire.js';

/** A stack of its own, whose token service is stopped in the end, and beside it an API that follows the deny feed. */
describe('an API that follows the deny feed', () => {
  jest.setTimeout(90_000);
  let stack: OwnStack;
  let operator: Operator;
  let caller: NamedClient;
  let api: FollowingApi;

  beforeAll(async () => {
    stack = await startOwnStack('followed-feed');
    operator = new Operator(stack);
    caller = await registerNamedClient(operator, await registerPartner(operator, 'caller'));
    api = await startFollowingApi(operator, 'strict');
  }, 60_000);
  afterAll(async () => {
    await api?.process.stop();
    await stack?.stop();
  }, 30_000);

  const call = (token: string): Promise<WireAnswer> =>
    exchange({ url: api.url, ca: stack.ca, identity: caller.identity }, withToken(token));
  const isAccepted = (token: string) => async (): Promise<boolean> => (await call(token)).status === 200;
  const isRefused = (token: string) => async (): Promise<boolean> => (await call(token)).status === 401;

  it('accepts a token as soon as it has heard the feed', async () => {
    await within(5_000, isAccepted(await tokenOf(stack, caller)));
  });

  it.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    [
      'a suspended partner (TV-34)',
      () => operator.post(`partners/${caller.partner}/suspend`),
      () => operator.post(`partners/${caller.partner}/resume`),
    ],
    [
      'a suspended client',
      () => operator.post(`clients/${caller.clientId}/suspend`),
      () => operator.post(`clients/${caller.clientId}/resume`),
    ],
    [
      'a blocked certificate',
      () => operator.post('certificate-blocks', { 'x5t#S256': thumbprintOf(caller.leaf) }),
      () => operator.call('DELETE', `certificate-blocks/${thumbprintOf(caller.leaf)}`),
    ],
  ])(
    'refuses an issued token of %s within a second, and accepts it again after (R-10)',
    async (_name, stop, resume) => {
      const token = await tokenOf(stack, caller);
      await within(1_000, isAccepted(token));
      await stop();
      expect(await within(1_000, isRefused(token))).toBeLessThan(1_000);
      await resume();
      await within(1_000, isAccepted(token));
    },
  );

  it('refuses a token that its client has revoked, and takes the next one', async () => {
    const token = await tokenOf(stack, caller);
    await within(1_000, isAccepted(token));
    const body = new URLSearchParams({ client_id: caller.clientId, token }).toString();
    const revoke = { method: 'POST', target: '/revoke', headers: [FORM_TYPE], body };
    expect((await exchange(toTokenEndpoint(stack, caller.identity), revoke)).status).toBe(200);
    await within(1_000, isRefused(token));
    expect(await isAccepted(await tokenOf(stack, caller))()).toBe(true);
  });

  it('answers 503 when it has heard nothing for 25 seconds (strict), and never 401', async () => {
    const token = await tokenOf(stack, caller);
    await within(1_000, isAccepted(token));
    process.kill(stack.file.pids['token-service']!, 'SIGSTOP');
    try {
      const statuses = new Set<number>();
      await within(40_000, async () => {
        const { status } = await call(token);
        statuses.add(status);
        return status === 503;
      });
      expect([...statuses]).toEqual([200, 503]);
    } finally {
      process.kill(stack.file.pids['token-service']!, 'SIGCONT');
    }
    await within(20_000, isAccepted(token));
  });
});
