import { beforeAll, describe, expect, it } from '@jest/globals';
import { authorityFrom } from '@holdfast/test-pki';
import { issueLeaf, makeRoot, makeSelfSigned, toIdentity } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import {
  registerNamedClient,
  registerPartner,
  registerPinnedClient,
  type NamedClient,
  type RegisteredPartner,
} from '../harness/partners.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { requestToken, tokenOf, toOrders, withToken } from '../harness/token-endpoint.js';
import { exchange } from '../harness/wire.js';

const stack = sharedStack();
const operator = new Operator(stack);

describe('a certificate that was issued again', () => {
  let partner: RegisteredPartner;
  let client: NamedClient;
  beforeAll(async () => {
    partner = await registerPartner(operator, 'rotating');
    client = await registerNamedClient(operator, partner);
  });

  it('gets a token without any change when the same CA issued it for the same subject (RFC 8705 §2.1)', async () => {
    const identity = toIdentity(await issueLeaf(partner.root, client.subject));
    expect(await requestToken(stack, { ...client, identity })).toMatchObject({ status: 200 });
  });

  it('does not carry tokens of the old one over: 401 invalid_token (RFC 8705 §6.3)', async () => {
    const identity = toIdentity(await issueLeaf(partner.root, client.subject));
    const token = await tokenOf(stack, client);
    const answer = await exchange(toOrders(stack, identity), withToken(token));
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_token' } });
  });

  it('gets a token through an intermediate that is presented with it (RFC 5280 §6.1)', async () => {
    const intermediate = await partner.root.issueAuthority({
      subject: `CN=${partner.id} Issuing CA,O=${partner.id}`,
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + 3_600_000),
    });
    const leaf = await issueLeaf(intermediate, client.subject);
    const presented = { ...client, identity: toIdentity(leaf, intermediate) };
    expect(await requestToken(stack, presented)).toMatchObject({ status: 200 });
    const without = { ...client, identity: toIdentity(leaf) };
    expect(await requestToken(stack, without)).toMatchObject({
      status: 401,
      json: { error: 'invalid_client' },
    });
  });

  it('is refused when another CA of the same name issued it: anchors are keys (RFC 8705 §7.4)', async () => {
    const namesake = await makeRoot(`CN=${partner.id} Root CA,O=${partner.id}`);
    const leaf = await issueLeaf(namesake, client.subject);
    for (const identity of [toIdentity(leaf), toIdentity(leaf, namesake), toIdentity(leaf, partner.root)]) {
      expect(await requestToken(stack, { ...client, identity })).toMatchObject({
        status: 401,
        json: { error: 'invalid_client' },
      });
    }
  });

  it('is refused for a pinned client until it is registered, and then works beside the old one (RFC 8705 §2.2)', async () => {
    const pinned = await registerPinnedClient(operator, partner);
    const renewed = await makeSelfSigned(pinned.subject);
    const identity = toIdentity(renewed);
    expect(await requestToken(stack, { ...pinned, identity })).toMatchObject({ status: 401 });
    await operator.post('credentials', { client: pinned.clientId, certificate: renewed.pem });
    await tokenOf(stack, { ...pinned, identity });
    await tokenOf(stack, pinned);
  });

  it('is refused when a leaf of the CA issued it (RFC 5280 §4.2.1.9)', async () => {
    const forged = await issueLeaf(authorityFrom(client.leaf), client.subject);
    const presented = { ...client, identity: toIdentity(forged, client.leaf) };
    expect(await requestToken(stack, presented)).toMatchObject({
      status: 401,
      json: { error: 'invalid_client' },
    });
  });
});
