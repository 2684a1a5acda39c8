import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { FeedReader, type FeedEvent } from '../harness/feed-reader.js';
import { thumbprintOf } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import { registerNamedClient, registerPartner, type NamedClient } from '../harness/partners.js';
import { sharedStack } from '../harness/stack-under-test.js';
import {
  claimsOf,
  FORM_TYPE,
  requestToken,
  tokenOf,
  toTokenEndpoint,
  withToken,
  type PartnerClient,
} from '../harness/token-endpoint.js';
import { within } from '../harness/within.js';
import { exchange, type WireAnswer } from '../harness/wire.js';

const stack = sharedStack();
const operator = new Operator(stack);
const FEED = stack.file.issuer;

/** `POST` to an endpoint that asks about a token. */
function askAbout(
  path: '/introspect' | '/revoke',
  { clientId, identity }: PartnerClient,
  token: string,
): Promise<WireAnswer> {
  const body = new URLSearchParams({ client_id: clientId, token }).toString();
  return exchange(toTokenEndpoint(stack, identity), {
    method: 'POST',
    target: path,
    headers: [FORM_TYPE],
    body,
  });
}

describe('tokens that are stopped before they end', () => {
  jest.setTimeout(30_000);
  let provider: NamedClient;
  let consumer: NamedClient;
  let reader: FeedReader;

  beforeAll(async () => {
    const [one, two] = [
      await registerPartner(operator, 'provider'),
      await registerPartner(operator, 'consumer'),
    ];
    provider = await registerNamedClient(operator, one);
    consumer = await registerNamedClient(operator, two);
    await operator.post('grants', { client: provider.clientId, resource: FEED, scopes: ['deny-feed:read'] });
    await within(
      2_000,
      async () => (await requestToken(stack, provider, [['resource', FEED]])).status === 200,
    );
    reader = await FeedReader.connect(stack, provider);
    await within(2_000, () => Promise.resolve(reader.events.length > 0));
  });
  afterEach(() => expect(reader.failure).toBeUndefined());

  /** Does something, and waits until the feed tells it. */
  async function heard(act: () => Promise<unknown>, is: (event: FeedEvent) => boolean): Promise<FeedEvent> {
    const before = reader.events.length;
    await act();
    await within(1_000, () => Promise.resolve(reader.events.slice(before).some(is)));
    return reader.events.slice(before).find(is)!;
  }
  const denies = (facts: object) => (event: FeedEvent) =>
    event.entries?.some((entry) => Object.entries(facts).every(([name, value]) => entry[name] === value)) ===
    true;
  const active = async (token: string): Promise<unknown> =>
    (await askAbout('/introspect', consumer, token)).json['active'];
  const tokenRefused = async (): Promise<boolean> => (await requestToken(stack, consumer)).status === 401;

  it('lets a machine that was suspended administer no more, with the token that it has', async () => {
    const { adminApi } = stack.file;
    const machine = await registerNamedClient(operator, await registerPartner(operator, 'machine'));
    await operator.post('grants', { client: machine.clientId, resource: adminApi, scopes: ['admin'] });
    const token = await tokenOf(stack, machine, [['resource', adminApi]]);
    const administer = async (): Promise<number> => {
      const request = withToken(token, { target: '/api/v1/partners' });
      return (await exchange({ url: adminApi, ca: stack.ca, identity: machine.identity }, request)).status;
    };
    expect(await administer()).toBe(200);
    await operator.post(`clients/${machine.clientId}/suspend`);
    await within(1_000, async () => (await administer()) === 401);
    await operator.post(`clients/${machine.clientId}/resume`);
    await within(1_000, async () => (await administer()) === 200);
  });

  it('begins the feed with everything, signed by a key that signs no token', async () => {
    expect(reader.events[0]).toMatchObject({ kind: 'snapshot' });
  });

  it('tells and refuses a suspended client within a second, and takes it back (R-10)', async () => {
    const token = await tokenOf(stack, consumer);
    expect(await active(token)).toBe(true);
    const path = `clients/${consumer.clientId}`;
    await heard(
      () => operator.post(`${path}/suspend`),
      denies({ kind: 'client', client: consumer.clientId }),
    );
    expect(await tokenRefused()).toBe(true);
    const gone = (event: FeedEvent): boolean =>
      event.removed?.includes(`client/${consumer.clientId}`) === true;
    await heard(() => operator.post(`${path}/resume`), gone);
    expect(await active(token)).toBe(true);
  });

  it('tells and refuses a blocked certificate within a second, and takes it back (R-10)', async () => {
    const token = await tokenOf(stack, consumer);
    const thumbprint = thumbprintOf(consumer.leaf);
    const block = { 'x5t#S256': thumbprint, note: 'a test' };
    await heard(() => operator.post('certificate-blocks', block), denies({ 'x5t#S256': thumbprint }));
    const refused = await requestToken(stack, consumer);
    expect(refused).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
    const { items } = await operator.get(`audit/requests/${String(refused.json['request_id'])}`);
    expect(items).toMatchObject([{ reason: 'certificate_blocked' }]);
    const removed = await operator.call('DELETE', `certificate-blocks/${thumbprint}`);
    expect(removed.status).toBe(200);
    await within(1_000, async () => (await active(token)) === true);
  });

  it('tells a token that its client has revoked, and calls it inactive (RFC 7009)', async () => {
    const token = await tokenOf(stack, consumer);
    const { jti } = claimsOf(token);
    const revoke = async (): Promise<void> =>
      expect(await askAbout('/revoke', consumer, token)).toMatchObject({ status: 200, text: '' });
    await heard(revoke, denies({ kind: 'jti', jti }));
    expect(await active(token)).toBe(false);
  });

  it("leaves another client's token alive (TV-39), and tells a stranger nothing about it (TV-37)", async () => {
    const token = await tokenOf(stack, consumer);
    expect((await askAbout('/revoke', provider, token)).status).toBe(200);
    const { text } = await askAbout('/introspect', provider, token);
    expect(JSON.parse(text)).toEqual({ active: false });
    expect(await active(token)).toBe(true);
    const unauthenticated = await askAbout(
      '/introspect',
      { ...consumer, identity: provider.identity },
      token,
    );
    expect(unauthenticated).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
  });

  it('tells that a grant was taken back, for tokens issued before (R-10)', async () => {
    const token = await tokenOf(stack, consumer);
    const { items } = await operator.get(`grants?client=${consumer.clientId}`);
    const { id } = (items as { id: string }[])[0]!;
    const denied = denies({ kind: 'grant', client: consumer.clientId, resource: stack.orders });
    await heard(() => operator.call('DELETE', `grants/${id}`), denied);
    expect(await active(token)).toBe(false);
  });

  it('resumes where a reader left off, and sends one snapshot to who does not listen', async () => {
    const last = reader.events.filter(({ kind }) => kind !== 'heartbeat').at(-1)!.version;
    const again = await FeedReader.connect(stack, provider, last);
    await heard(
      () => operator.post(`partners/${consumer.partner}/suspend`),
      denies({ kind: 'partner', partner: consumer.partner }),
    );
    const told = (): FeedEvent[] => again.events.filter(({ kind }) => kind !== 'heartbeat');
    await within(1_000, () => Promise.resolve(told().length > 0));
    expect(told()[0]).toMatchObject({ kind: 'delta', since: last });
    await again.leave();
    const once = await exchange(toTokenEndpoint(stack, provider.identity), {
      target: `/deny-feed?client_id=${provider.clientId}`,
    });
    expect(once.headers['content-type']).toMatch(/^application\/jwt/);
    expect(claimsOf(once.text)).toMatchObject({ kind: 'snapshot' });
  });

  it('refuses who has no grant for the feed, and ends for who is suspended', async () => {
    const refused = await exchange(toTokenEndpoint(stack, consumer.identity), {
      target: `/deny-feed?client_id=${consumer.clientId}`,
    });
    expect(refused.status).toBe(401);
    await operator.post(`clients/${provider.clientId}/suspend`);
    await within(2_000, () => Promise.resolve(reader.isEnded));
  });
});
