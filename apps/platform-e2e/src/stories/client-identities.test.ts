import { beforeAll, describe, expect, it } from '@jest/globals';
import { createSelfSigned, type IssuedCertificate, type SubjectAltNames } from '@holdfast/test-pki';
import { exportJWK } from 'jose';
import { makeSelfSigned, thumbprintOf, toIdentity, uniqueName, validNow } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import {
  newClient,
  registerClient,
  registerPartner,
  type ClientToRegister,
  type RegisteredPartner,
} from '../harness/partners.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { claimsOf, requestToken, tokenOf } from '../harness/token-endpoint.js';

const stack = sharedStack();
const operator = new Operator(stack);

let partner: RegisteredPartner;
beforeAll(async () => {
  partner = await registerPartner(operator, 'recognised');
});

const issue = (san: SubjectAltNames | undefined, subject = 'CN=server'): Promise<IssuedCertificate> =>
  partner.root.issue({ subject, san, extendedKeyUsage: ['clientAuth'], ...validNow() });

/** Registers a client, and returns what a token of it is bound to and what the admin API says about it. */
async function register(
  identity: ClientToRegister['identity'],
  leaf: IssuedCertificate,
): Promise<{ clientId: string; bound: unknown; shown: unknown }> {
  const clientId = uniqueName('recognised');
  const client = await registerClient(operator, partner, { clientId, identity, leaf });
  const bound = claimsOf(await tokenOf(stack, client))['cnf'];
  const { items } = await operator.get(`credentials?client=${clientId}`);
  return { clientId, bound, shown: items };
}

async function keyOf({ der, keys }: IssuedCertificate): Promise<object> {
  return { ...(await exportJWK(keys.publicKey)), x5c: [Buffer.from(der).toString('base64')] };
}

describe('a client that is recognised by a name under an anchor', () => {
  const everything: SubjectAltNames = {
    dns: ['orders.recognised.example'],
    uri: ['spiffe://recognised.example/orders'],
    ip: ['2001:db8::a:b'],
    email: ['Orders@Recognised.example'],
  };

  it.each([
    ['subject_dn', 'cn=Server, O=recognised', 'CN=Server,O=recognised'],
    ['san_dns', 'Orders.RECOGNISED.example', 'orders.recognised.example'],
    ['san_uri', 'spiffe://recognised.example/orders', 'spiffe://recognised.example/orders'],
    ['san_ip', '2001:0DB8:0:0:0:0:A:B', '2001:db8::a:b'],
    ['san_email', 'Orders@RECOGNISED.example', 'Orders@recognised.example'],
  ])('gets a token by its %s (RFC 8705 §2.1.2)', async (kind, text, value) => {
    const leaf = await issue(everything, 'CN=server,O=recognised');
    const { bound, shown, clientId } = await register({ [`tls_client_auth_${kind}`]: text }, leaf);
    expect(bound).toEqual({ 'x5t#S256': thumbprintOf(leaf) });
    expect(shown).toEqual([expect.objectContaining({ kind, value, anchor: partner.anchor })]);
    const nameless = await issue({ dns: ['other.example'] });
    expect(await requestToken(stack, { clientId, identity: toIdentity(nameless) })).toMatchObject({
      status: 401,
      json: { error: 'invalid_client' },
    });
  });

  it('cannot have the name of another under the same key, however it is spelled: 409', async () => {
    const identity = { tls_client_auth_san_ip: '2001:db8::0.10.0.11' };
    const answer = await operator.call('POST', 'clients', newClient(partner, uniqueName('taken'), identity));
    expect(answer).toMatchObject({ status: 409, json: { code: 'identity_taken' } });
  });

  it.each([
    ['san_uri', 'https://bücher.example/', /percent-encoded/],
    ['san_ip', '192.0.2.0/24', /without a prefix/],
    ['san_email', 'orders@bücher.example', /xn--bcher-kva\.example/],
  ])('cannot be registered by the %s %s: 422 with a pointer and a hint', async (kind, text, hint) => {
    const field = `tls_client_auth_${kind}`;
    const body = newClient(partner, uniqueName('hinted'), { [field]: text });
    const answer = await operator.call('POST', 'clients', body);
    expect(answer).toMatchObject({
      status: 422,
      json: { errors: [{ pointer: `/${field}`, code: 'malformed', detail: expect.stringMatching(hint) }] },
    });
  });
});

describe('a client that is recognised by pinned certificates', () => {
  it('gets a token by each of several keys of a JWK Set (RFC 8705 §2.2)', async () => {
    const [old, next] = [await makeSelfSigned('CN=pinned'), await makeSelfSigned('CN=pinned')];
    const { clientId } = await register({ jwks: { keys: [await keyOf(old), await keyOf(next)] } }, old);
    expect(await requestToken(stack, { clientId, identity: toIdentity(next) })).toMatchObject({
      status: 200,
    });
  });

  it.each([
    ['certificate', 401],
    ['public-key', 200],
  ])('whose %s counts is answered %i for a certificate issued again', async (match, status) => {
    const pinned = await makeSelfSigned('CN=pinned');
    const { clientId, shown } = await register({ certificate: pinned.pem, match }, pinned);
    expect(shown).toEqual([expect.objectContaining({ match, 'x5t#S256': thumbprintOf(pinned) })]);
    const again = await createSelfSigned({ subject: 'CN=pinned', keys: pinned.keys, ...validNow() });
    const answer = await requestToken(stack, { clientId, identity: toIdentity(again) });
    expect(answer.status).toBe(status);
    if (status === 200)
      expect(claimsOf(String(answer.json['access_token']))['cnf']).toEqual({
        'x5t#S256': thumbprintOf(again),
      });
    const { items } = await operator.get(`audit?client=${clientId}&kind=client.created`);
    expect(items).toMatchObject([{ detail: { credentials: [{ match }] } }]);
  });

  it('cannot pin a key that another has pinned, nor the other its certificate: 409', async () => {
    const pinned = await makeSelfSigned('CN=pinned');
    const again = await createSelfSigned({ subject: 'CN=pinned', keys: pinned.keys, ...validNow() });
    await register({ certificate: pinned.pem, match: 'public-key' }, pinned);
    const body = newClient(partner, uniqueName('taken'), { certificate: again.pem });
    expect(await operator.call('POST', 'clients', body)).toMatchObject({
      status: 409,
      json: { code: 'identity_taken' },
    });
  });

  it('is told at which key of a JWK Set something is wrong: 422 with a pointer', async () => {
    const [own, other] = [await makeSelfSigned('CN=pinned'), await makeSelfSigned('CN=pinned')];
    const keys = [
      await keyOf(own),
      { ...(await keyOf(own)), x5c: [Buffer.from(other.der).toString('base64')] },
    ];
    const answer = await operator.call(
      'POST',
      'clients',
      newClient(partner, uniqueName('hinted'), { jwks: { keys } }),
    );
    expect(answer).toMatchObject({ status: 422 });
    expect(answer.json['errors']).toContainEqual(
      expect.objectContaining({ pointer: '/jwks/keys/1/x', code: 'key_contradicts' }),
    );
  });
});
