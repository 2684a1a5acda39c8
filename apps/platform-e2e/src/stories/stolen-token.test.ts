import { beforeAll, describe, expect, it } from '@jest/globals';
import { sharedStack } from '../harness/stack-under-test.js';
import { demoClients, requestToken, tokenOf, toOrders, withToken } from '../harness/token-endpoint.js';
import { exchange } from '../harness/wire.js';

const stack = sharedStack();
const { acme, beta } = demoClients(stack);

describe('a stolen token', () => {
  let token: string;
  beforeAll(async () => {
    token = await tokenOf(stack, acme);
  });

  it('works over the certificate that it was issued to', async () => {
    expect(await exchange(toOrders(stack, acme.identity), withToken(token))).toMatchObject({ status: 200 });
  });

  it('is refused as invalid_token over the certificate of another partner (RFC 8705 §3)', async () => {
    const answer = await exchange(toOrders(stack, beta.identity), withToken(token));
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_token' } });
    expect(answer.headers['www-authenticate']).toContain('Bearer error="invalid_token"');
  });

  it('is refused as invalid_token without any certificate (RFC 8705 §3)', async () => {
    const answer = await exchange(toOrders(stack), withToken(token));
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_token' } });
    expect(answer.headers['www-authenticate']).toContain('Bearer error="invalid_token"');
  });

  it('cannot be replaced by asking as somebody else with the own certificate (RFC 8705 §2)', async () => {
    const answer = await requestToken(stack, { ...acme, clientId: beta.clientId });
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
  });

  it('shows nothing of another partner even over the right certificate', async () => {
    const ofBeta = await exchange(toOrders(stack, beta.identity), withToken(await tokenOf(stack, beta)));
    const [{ id }] = ofBeta.json['orders'] as [{ id: string }];
    const answer = await exchange(
      toOrders(stack, acme.identity),
      withToken(token, { target: `/orders/${id}` }),
    );
    expect(answer).toMatchObject({ status: 404, json: { error: 'not_found' } });
  });
});
