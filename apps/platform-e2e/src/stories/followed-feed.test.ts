import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AppProcess } from '../harness/app-process.js';
import { beside, type Beside } from '../harness/beside.js';
import { thumbprintOf, writeIdentity } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import { registerNamedClient, registerPartner, type NamedClient } from '../harness/partners.js';
import { newDirectory } from '../harness/run-directory.js';
import { startOwnStack, type OwnStack } from '../harness/shared-stack.js';
import { FORM_TYPE, requestToken, tokenOf, toTokenEndpoint, withToken } from '../harness/token-endpoint.js';
import { within } from '../harness/within.js';
import { exchange, type WireAnswer } from '../harness/wire.js';

/** A stack of its own, whose token service is stopped in the end, and beside it an API that follows the deny feed. */
describe('an API that follows the deny feed', () => {
  jest.setTimeout(90_000);
  let stack: OwnStack;
  let operator: Operator;
  let caller: NamedClient;
  let api: Beside;
  let process: AppProcess;

  beforeAll(async () => {
    stack = await startOwnStack('followed-feed');
    operator = new Operator(stack);
    const provider = await registerNamedClient(operator, await registerPartner(operator, 'provider'));
    caller = await registerNamedClient(operator, await registerPartner(operator, 'caller'));
    const { issuer, tokenEndpoint } = stack.file;
    const feed = { client: provider.clientId, resource: issuer, scopes: ['deny-feed:read'] };
    await operator.post('grants', feed);
    const asked = [['resource', issuer]] as const;
    await within(2_000, async () => (await requestToken(stack, provider, asked)).status === 200);
    const { certificateFile, privateKeyFile } = writeIdentity(provider.identity);
    api = await beside(stack, 'resource-server', {
      DENY_FEED_URL: new URL('/deny-feed', tokenEndpoint).href,
      DENY_FEED_JWKS_URI: `${issuer}/deny-feed/jwks`,
      DENY_FEED_CLIENT_ID: provider.clientId,
      DENY_FEED_CERTIFICATE_FILE: certificateFile,
      DENY_FEED_PRIVATE_KEY_FILE: privateKeyFile,
      DENY_FEED_MODE: 'strict',
    });
    process = await AppProcess.start(api.application, newDirectory('followed-api'));
  }, 60_000);
  afterAll(async () => {
    await process?.stop();
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
    globalThis.process.kill(stack.file.pids['token-service']!, 'SIGSTOP');
    try {
      const statuses = new Set<number>();
      await within(40_000, async () => {
        const { status } = await call(token);
        statuses.add(status);
        return status === 503;
      });
      expect([...statuses]).toEqual([200, 503]);
    } finally {
      globalThis.process.kill(stack.file.pids['token-service']!, 'SIGCONT');
    }
    await within(20_000, isAccepted(token));
  });
});
