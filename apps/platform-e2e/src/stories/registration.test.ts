import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { makeSelfSigned, uniqueName } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import {
  registerNamedClient,
  registerPartner,
  registerPinnedClient,
  type NamedClient,
  type RegisteredPartner,
} from '../harness/partners.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { demoClients, requestToken, tokenOf, withToken } from '../harness/token-endpoint.js';
import { exchange, type Identity, type WireAnswer } from '../harness/wire.js';

const stack = sharedStack();
const operator = new Operator(stack);
const { acme } = demoClients(stack);

/** Milliseconds until the client is answered with `status` and stays so. Throws after two seconds. */
async function millisecondsUntil(status: number, client: NamedClient): Promise<number> {
  const started = performance.now();
  for (;;) {
    const answer = await requestToken(stack, client);
    const elapsed = performance.now() - started;
    if (answer.status === status) return elapsed;
    if (elapsed > 2_000) throw new Error(`still ${answer.status} after ${Math.round(elapsed)} ms`);
    await delay(10);
  }
}

function adminCall(identity: Identity | undefined, token: string | undefined): Promise<WireAnswer> {
  const target = '/api/v1/partners';
  return exchange(
    { url: stack.file.adminApi, ca: stack.ca, identity },
    token === undefined ? { target } : withToken(token, { target }),
  );
}

describe('a registration through the admin API', () => {
  let partner: RegisteredPartner;
  let client: NamedClient;
  beforeAll(async () => {
    partner = await registerPartner(operator, 'registered');
    client = await registerNamedClient(operator, partner);
  });

  it.each([
    ['client', () => `clients/${client.clientId}`],
    ['partner', () => `partners/${partner.id}`],
  ])('takes tokens from a suspended %s within a second and gives them back', async (_what, path) => {
    await operator.post(`${path()}/suspend`);
    expect(await millisecondsUntil(401, client)).toBeLessThan(1_000);
    await operator.post(`${path()}/resume`);
    expect(await millisecondsUntil(200, client)).toBeLessThan(1_000);
  });

  it('refuses a name that is taken: 409 already_exists', async () => {
    const answer = await operator.call('POST', 'partners', { id: partner.id, name: 'Again' });
    expect(answer).toMatchObject({ status: 409, json: { code: 'already_exists' } });
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it('refuses a certificate that identifies another client, without naming it: 409 identity_taken', async () => {
    const pinned = await registerPinnedClient(operator, partner);
    const answer = await operator.call('POST', 'clients', {
      id: uniqueName('thief'),
      partner: partner.id,
      token_endpoint_auth_method: 'self_signed_tls_client_auth',
      certificate: pinned.leaf.pem,
    });
    expect(answer).toMatchObject({ status: 409, json: { code: 'identity_taken' } });
    expect(answer.text).not.toContain(pinned.clientId);
  });

  it('refuses a subject that is taken under the same anchor key, however it is spelled: 409 identity_taken', async () => {
    const answer = await operator.call('POST', 'clients', {
      id: uniqueName('namesake'),
      partner: partner.id,
      token_endpoint_auth_method: 'tls_client_auth',
      anchor: partner.anchor,
      tls_client_auth_subject_dn: client.subject.replace('CN=named', 'cn=NAMED'),
    });
    expect(answer).toMatchObject({ status: 409, json: { code: 'identity_taken' } });
  });

  it('names every problem of an input at once: 422', async () => {
    const answer = await operator.call('POST', 'clients', {
      id: 'No',
      partner: '!',
      token_endpoint_auth_method: 'client_secret_basic',
      secret: 'x',
    });
    expect(answer).toMatchObject({ status: 422, json: { code: 'invalid_input' } });
    const pointers = (answer.json['errors'] as { pointer: string }[]).map(({ pointer }) => pointer);
    expect(pointers).toEqual(
      expect.arrayContaining(['/id', '/partner', '/token_endpoint_auth_method', '/secret']),
    );
  });

  it.each([
    ['a certificate that is none', { certificate: 'not a certificate' }],
    [
      'two ways to be recognised',
      { tls_client_auth_subject_dn: 'CN=a', tls_client_auth_san_dns: 'a.example' },
    ],
    ['a subject that is no name', { tls_client_auth_subject_dn: 'CN' }],
  ])('refuses %s: 422', async (_what, fields) => {
    const method = 'certificate' in fields ? 'self_signed_tls_client_auth' : 'tls_client_auth';
    const answer = await operator.call('POST', 'clients', {
      id: uniqueName('broken'),
      partner: partner.id,
      token_endpoint_auth_method: method,
      ...('certificate' in fields ? {} : { anchor: partner.anchor }),
      ...fields,
    });
    expect(answer).toMatchObject({ status: 422, json: { code: 'invalid_input' } });
  });

  it('refuses an anchor of another partner, and a partner that is not there', async () => {
    const other = await registerPartner(operator, 'neighbour');
    const request = {
      id: uniqueName('crossed'),
      partner: partner.id,
      token_endpoint_auth_method: 'tls_client_auth',
      anchor: other.anchor,
      tls_client_auth_subject_dn: 'CN=crossed',
    };
    expect((await operator.call('POST', 'clients', request)).json['code']).toMatch(/not_allowed|not_found/);
    const certificate = (await makeSelfSigned('CN=nobody')).pem;
    expect(
      await operator.call('POST', 'clients', {
        id: uniqueName('lost'),
        partner: 'nobody-here',
        token_endpoint_auth_method: 'self_signed_tls_client_auth',
        certificate,
      }),
    ).toMatchObject({ status: 404, json: { code: 'not_found' } });
  });

  it('stands in the audit trail with who did it, and the trail is intact', async () => {
    const { items } = await operator.get(`audit?client=${client.clientId}&kind=client.created`);
    expect(items).toEqual([
      expect.objectContaining({ actor: operator.client.clientId, partner: partner.id }),
    ]);
    expect(await operator.get('audit/verify')).toMatchObject({ intact: true, faults: [] });
  });
});

describe('the admin API', () => {
  it('refuses the token of a partner over its certificate (AW-22)', async () => {
    const answer = await adminCall(acme.identity, await tokenOf(stack, acme));
    expect(answer).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
  });

  it("refuses the operator's token over another certificate, and without one (RFC 8705 §3)", async () => {
    const token = await operator.token();
    for (const identity of [acme.identity, undefined]) {
      expect(await adminCall(identity, token)).toMatchObject({ status: 401 });
    }
  });

  it("refuses the operator's certificate without a token (RFC 6750 §3.1)", async () => {
    const answer = await adminCall(operator.client.identity, undefined);
    expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
  });

  it('answers the operator over its own certificate', async () => {
    expect(await adminCall(operator.client.identity, await operator.token())).toMatchObject({ status: 200 });
  });
});
