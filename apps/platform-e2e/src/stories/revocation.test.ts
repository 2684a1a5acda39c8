import { beforeAll, describe, expect, it } from '@jest/globals';
import { issueLeaf, toIdentity } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import {
  registerNamedClient,
  registerPartner,
  type NamedClient,
  type RegisteredPartner,
} from '../harness/partners.js';
import { uploadCrl } from '../harness/revocation.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { credentialsForm, requestToken, tokenRequest, toTokenEndpoint } from '../harness/token-endpoint.js';
import { Wire } from '../harness/wire.js';

const stack = sharedStack();
const operator = new Operator(stack);
const SEEN_WITHIN_MS = 2_000;

describe('a partner whose authority revokes certificates', () => {
  let partner: RegisteredPartner;
  let client: NamedClient;
  beforeAll(async () => {
    partner = await registerPartner(operator, 'revoking', 'hard');
    await uploadCrl(operator, partner, [], { made: -3, ends: 1 });
    client = await registerNamedClient(operator, partner);
  });

  it('is refused on an open connection as soon as the CRL is there', async () => {
    const leaf = await issueLeaf(partner.root, client.subject);
    const wire = await Wire.dial(toTokenEndpoint(stack, toIdentity(leaf)));
    const ask = async (): Promise<number> =>
      (await wire.send(tokenRequest(credentialsForm(client.clientId)))).status;
    try {
      expect(await ask()).toBe(200);
      await uploadCrl(operator, partner, [leaf], { made: -2, ends: 1 });
      const acknowledged = performance.now();
      while ((await ask()) === 200) expect(performance.now() - acknowledged).toBeLessThan(SEEN_WITHIN_MS);
      expect(await ask()).toBe(401);
    } finally {
      wire.close();
    }
  });

  it('goes on with another certificate of the same name', async () => {
    expect(await requestToken(stack, client)).toMatchObject({ status: 200 });
  });

  it('gets its reason from the operator, not from the wire (RFC 6749 §5.2)', async () => {
    const leaf = await issueLeaf(partner.root, client.subject);
    await uploadCrl(operator, partner, [leaf], { made: -1, ends: 1 });
    const revoked = { ...client, identity: toIdentity(leaf) };
    let answer = await requestToken(stack, revoked);
    const deadline = performance.now() + SEEN_WITHIN_MS;
    while (answer.status === 200 && performance.now() < deadline) answer = await requestToken(stack, revoked);
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
    expect(answer.text).not.toContain('revoke');
  });

  it('does not get an older CRL back', async () => {
    const answer = await operator.call('POST', 'revocation-lists', { anchor: partner.anchor, crl: 'MAA=' });
    expect(answer.status).toBe(422);
    await expect(uploadCrl(operator, partner, [], { made: -9, ends: 1 })).rejects.toThrow('older');
  });
});
