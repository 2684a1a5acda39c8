import { beforeAll, describe, expect, it } from '@jest/globals';
import { Operator } from '../harness/operator.js';
import { READ, registerNamedClient, registerPartner, registerPinnedClient } from '../harness/partners.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { jsonRequest, tokenOf, toOrders, withToken, type PartnerClient } from '../harness/token-endpoint.js';
import { exchange, type WireAnswer, type WireRequest } from '../harness/wire.js';

const stack = sharedStack();
const operator = new Operator(stack);

async function callAs(client: PartnerClient, request: Partial<WireRequest>): Promise<WireAnswer> {
  return exchange(toOrders(stack, client.identity), withToken(await tokenOf(stack, client), request));
}

describe('orders of a partner', () => {
  let first: PartnerClient;
  let second: PartnerClient;
  let stranger: PartnerClient;
  let order: { readonly id: string };

  beforeAll(async () => {
    const [partner, other] = [
      await registerPartner(operator, 'isolated'),
      await registerPartner(operator, 'other'),
    ];
    first = await registerNamedClient(operator, partner);
    second = await registerPinnedClient(operator, partner);
    stranger = await registerNamedClient(operator, other);
    const placed = await callAs(first, jsonRequest('POST', '/orders', { item: 'Steel bolts', quantity: 3 }));
    expect(placed.status).toBe(201);
    order = placed.json as unknown as { id: string };
  });

  it.each([
    ['by the client that placed it', () => first],
    ['by another client of the same partner', () => second],
  ])('are seen %s', async (_who, client) => {
    expect(await callAs(client(), { target: `/orders/${order.id}` })).toMatchObject({
      status: 200,
      json: order,
    });
    expect((await callAs(client(), {})).json['orders']).toEqual([order]);
  });

  it('are not there for another partner: 404, and an empty list', async () => {
    expect(await callAs(stranger, { target: `/orders/${order.id}` })).toMatchObject({ status: 404 });
    expect((await callAs(stranger, {})).json).toEqual({ orders: [] });
  });

  it('cannot be placed with a token for reading only: 403 insufficient_scope (RFC 6750 §3.1)', async () => {
    const request = jsonRequest('POST', '/orders', { item: 'Copper', quantity: 1 });
    const reading = await tokenOf(stack, first, [['scope', READ]]);
    const answer = await exchange(toOrders(stack, first.identity), withToken(reading, request));
    expect(answer).toMatchObject({ status: 403, json: { error: 'insufficient_scope' } });
    expect(answer.headers['www-authenticate']).toContain('scope="orders:write"');
  });

  it('are refused with every problem when they are malformed', async () => {
    const answer = await callAs(
      first,
      jsonRequest('POST', '/orders', { item: '', quantity: 0.5, partner: 'acme' }),
    );
    expect(answer.status).toBe(400);
    expect(String(answer.json['problems'])).toMatch(/item.*quantity.*partner/s);
  });
});
