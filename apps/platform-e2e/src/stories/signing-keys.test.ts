import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Guide } from '../harness/pages.js';
import { needsPrograms } from '../harness/programs.js';
import { Operator } from '../harness/operator.js';
import { registerStoppable, type StoppableClient } from '../harness/stops.js';
import { startOwnStack, type OwnStack } from '../harness/shared-stack.js';
import { requestToken, tokenOf, withToken } from '../harness/token-endpoint.js';
import { within } from '../harness/within.js';
import { exchange, Wire } from '../harness/wire.js';

interface Key {
  readonly kid: string;
  readonly purpose: string;
  readonly state: string;
}

/** A verifier that has just fetched the keys does not do so again for ten seconds, whatever it is shown. */
const COOLDOWN_MS = 12_000;

/** A stack of its own: its keys are replaced and withdrawn. */
describe('the keys of the token service', () => {
  jest.setTimeout(90_000);
  let stack: OwnStack;
  let operator: Operator;
  let caller: StoppableClient;

  beforeAll(async () => {
    stack = await startOwnStack('signing-keys');
    operator = new Operator(stack);
    caller = await registerStoppable(operator, 'caller');
  }, 60_000);
  afterAll(() => stack?.stop(), 30_000);

  const keys = async (purpose = 'access_token'): Promise<readonly Key[]> =>
    ((await operator.get('signing-keys'))['items'] as Key[]).filter((key) => key.purpose === purpose);
  const published = async (path = '/jwks'): Promise<string[]> => {
    const { json } = await exchange({ url: stack.file.issuer, ca: stack.ca }, { target: path });
    return (json['keys'] as { kid: string }[]).map(({ kid }) => kid);
  };
  const signerOf = (token: string): unknown =>
    (JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid?: unknown }).kid;
  const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();
  const call = async (url: string, token: string): Promise<number> =>
    (await exchange({ url, ca: stack.ca, identity: caller.identity }, withToken(token))).status;

  it('are replaced without a restart: the new one is published ahead, and tokens of the old one live on', async () => {
    const [{ kid: old }] = (await keys()) as [Key];
    const before = await tokenOf(stack, caller);
    await operator.post('key-rotations', { purpose: 'access_token', activates_at: inSeconds(8) });
    await within(5_000, async () => (await published()).length === 2);
    const [, next] = await keys();
    expect(next).toMatchObject({ state: 'next' });
    expect(await published()).toEqual(expect.arrayContaining([old, next!.kid]));
    expect(signerOf(await tokenOf(stack, caller))).toBe(old);
    await within(12_000, async () => signerOf(await tokenOf(stack, caller)) === next!.kid);
    expect((await keys()).map(({ state }) => state)).toEqual(['retiring', 'active']);
    const after = await tokenOf(stack, caller);
    for (const url of [stack.orders, stack.file.gateway]) {
      expect(await call(url, before)).toBe(200);
      await within(COOLDOWN_MS, async () => (await call(url, after)) === 200);
    }
  });

  it('are withdrawn when one was stolen: its tokens are refused within a second, on connections that are open', async () => {
    const stolen = (await keys()).find(({ state }) => state === 'active')!.kid;
    const token = await tokenOf(stack, caller);
    expect(signerOf(token)).toBe(stolen);
    const wires = await Promise.all(
      [stack.orders, stack.file.gateway].map((url) =>
        Wire.dial({ url, ca: stack.ca, identity: caller.identity }),
      ),
    );
    const ask = async (wire: Wire): Promise<number> => (await wire.send(withToken(token))).status;
    expect(await Promise.all(wires.map(ask))).toEqual([200, 200]);
    await operator.post(`signing-keys/${stolen}/withdraw`);
    const took = wires.map((wire) => within(1_000, async () => (await ask(wire)) === 401));
    expect(Math.max(...(await Promise.all(took)))).toBeLessThan(1_000);
    for (const wire of wires) wire.close();
    await within(1_000, async () => !(await published()).includes(stolen));
    // A new one was made in that moment, and verifiers fetch it when they meet it.
    await within(5_000, async () => (await requestToken(stack, caller)).status === 200);
    const fresh = await tokenOf(stack, caller);
    expect(signerOf(fresh)).not.toBe(stolen);
    for (const url of [stack.orders, stack.file.gateway])
      await within(COOLDOWN_MS, async () => (await call(url, fresh)) === 200);
  });

  it('of the deny feed are replaced as well, and those who follow it do so without a gap', async () => {
    // The token of the operator was signed by the key that was withdrawn.
    const again = new Operator(stack);
    await within(COOLDOWN_MS, async () => (await again.call('GET', 'signing-keys')).status === 200);
    await again.post('key-rotations', { purpose: 'deny_feed', activates_at: inSeconds(0) });
    await within(5_000, async () => (await published('/.well-known/holdfast/deny-feed-jwks')).length === 2);
    const token = await tokenOf(stack, caller);
    await within(COOLDOWN_MS, async () => (await call(stack.orders, token)) === 200);
    await again.post(`clients/${caller.clientId}/suspend`);
    await within(1_000, async () => (await call(stack.orders, token)) === 401);
    await within(1_000, async () => (await call(stack.file.gateway, token)) === 401);
  });

  needsPrograms(['bash'])(
    'are replaced and withdrawn as the runbook says',
    async () => {
      operator = new Operator(stack);
      await operator.post(`clients/${caller.clientId}/resume`);
      const [{ kid }] = (await keys()).filter(({ state }) => state === 'active') as [Key];
      const runbook = new Guide('docs/runbooks/signing-keys.md', stack, { KID: kid });
      expect(await runbook.paste()).toContain('active');
      await within(5_000, async () => (await keys()).at(-1)?.state === 'next');
      expect(await runbook.paste()).toContain(kid);
      expect(runbook.left).toBe(0);
      // The one that waited signs at once.
      const fresh = await tokenOf(stack, caller);
      await within(COOLDOWN_MS, async () => (await call(stack.orders, fresh)) === 200);
      operator = new Operator(stack);
      await within(COOLDOWN_MS, async () => (await operator.call('GET', 'signing-keys')).status === 200);
      expect((await keys()).slice(-2).map(({ state }) => state)).toEqual(['withdrawn', 'active']);
    },
    90_000,
  );
});
