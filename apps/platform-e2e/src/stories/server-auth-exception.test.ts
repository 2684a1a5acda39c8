import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Authority, IssuedCertificate } from '@holdfast/test-pki';
import { makeRoot, toIdentity, uniqueName, validNow } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import {
  registerNamedClient,
  registerPartner,
  type NamedClient,
  type RegisteredPartner,
} from '../harness/partners.js';
import { changeException } from '../harness/server-auth-exception.js';
import { sharedStack } from '../harness/stack-under-test.js';
import {
  credentialsForm,
  requestToken,
  tokenOf,
  tokenRequest,
  toTokenEndpoint,
  type PartnerClient,
} from '../harness/token-endpoint.js';
import { exchange, Wire } from '../harness/wire.js';

const DAY_MS = 86_400_000;
const SEEN_WITHIN_MS = 3_000;
const TOLD = 'client_auth_not_permitted: the client certificate may not be used for client authentication';

const stack = sharedStack();
const operator = new Operator(stack);

const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);
const serverLeaf = (authority: Authority, subject: string): Promise<IssuedCertificate> =>
  authority.issue({ subject, extendedKeyUsage: ['serverAuth'], ...validNow() });

/** A new partner, its client, and what that has from now on: a certificate for servers only. */
async function partnerOfPublicAuthority(): Promise<{
  partner: RegisteredPartner;
  client: NamedClient;
  server: PartnerClient;
}> {
  const partner = await registerPartner(operator, 'public');
  const client = await registerNamedClient(operator, partner);
  const leaf = await serverLeaf(partner.root, client.subject);
  return { partner, client, server: { ...client, identity: toIdentity(leaf) } };
}

async function refusedSoon(client: PartnerClient): Promise<void> {
  const deadline = performance.now() + SEEN_WITHIN_MS;
  while ((await requestToken(stack, client)).status === 200) {
    if (performance.now() > deadline) throw new Error(`${client.clientId} still gets tokens`);
    await delay(50);
  }
}

describe('a partner with a certificate for servers only (CV-07)', () => {
  let partner: RegisteredPartner;
  let client: NamedClient;
  let server: PartnerClient;
  beforeAll(async () => {
    ({ partner, client, server } = await partnerOfPublicAuthority());
  });

  it('is refused and told why, gets tokens once its anchor excepts it, and none when that is ended', async () => {
    expect(await requestToken(stack, server)).toMatchObject({
      status: 401,
      json: { error: 'invalid_client', error_description: TOLD },
    });
    expect(await changeException(operator, partner.anchor, inDays(30))).toMatchObject({ status: 200 });
    await tokenOf(stack, server);
    expect(await requestToken(stack, client)).toMatchObject({ status: 200 });
    await changeException(operator, partner.anchor, null);
    await refusedSoon(server);
    expect(await requestToken(stack, client)).toMatchObject({ status: 200 });
  });

  it('is refused as soon as the exception ends, with no restart, on an open connection too', async () => {
    const until = new Date(Date.now() + 4_000);
    await changeException(operator, partner.anchor, until);
    await tokenOf(stack, server);
    const wire = await Wire.dial(toTokenEndpoint(stack, server.identity));
    try {
      const ask = () => wire.send(tokenRequest(credentialsForm(server.clientId)));
      expect(await ask()).toMatchObject({ status: 200 });
      let answer = await ask();
      while (answer.status === 200) {
        expect(Date.now()).toBeLessThan(until.getTime() + 1_000);
        await delay(50);
        answer = await ask();
      }
      expect(Date.now()).toBeGreaterThan(until.getTime());
      expect(answer).toMatchObject({ status: 401, json: { error_description: TOLD } });
    } finally {
      wire.close();
    }
    expect(await requestToken(stack, client)).toMatchObject({ status: 200 });
  });

  it('is excepted under its own anchor only: another one of the partner stays as it is', async () => {
    const root = await makeRoot(`CN=${uniqueName('second')}`);
    const anchor = `${partner.id}-second`;
    await operator.post('anchors', {
      id: anchor,
      partner: partner.id,
      certificate: root.pem,
      revocation: 'off',
    });
    const other = await registerNamedClient(operator, { ...partner, root, anchor });
    await changeException(operator, partner.anchor, inDays(30));
    await tokenOf(stack, server);
    const leaf = await serverLeaf(root, other.subject);
    expect(await requestToken(stack, { ...other, identity: toIdentity(leaf) })).toMatchObject({
      status: 401,
      json: { error_description: TOLD },
    });
  });

  it('finds its certificate usable at /diagnostics/mtls while it is excepted, and with its client_id only', async () => {
    await changeException(operator, partner.anchor, inDays(30));
    await tokenOf(stack, server);
    const explain = async (query: string) =>
      (await exchange(toTokenEndpoint(stack, server.identity), { target: `/diagnostics/mtls${query}` })).json;
    expect(await explain('')).toMatchObject({ usable: false, fault: { code: 'leaf.eku' } });
    expect(await explain(`?client_id=${server.clientId}`)).toMatchObject({
      usable: true,
      client: server.clientId,
    });
    expect(await explain('?client_id=nobody')).toMatchObject({ usable: false });
  });
});

describe('a stranger with a certificate for servers only', () => {
  it('reads the same whether or not there is a client, a name or an exception (RFC 6749 §5.2)', async () => {
    const [excepted, plain] = [await partnerOfPublicAuthority(), await partnerOfPublicAuthority()];
    await changeException(operator, excepted.partner.anchor, inDays(30));
    await tokenOf(stack, excepted.server);
    const strange = await makeRoot(`CN=${excepted.partner.id} Root CA,O=${excepted.partner.id}`);
    const as = async (subject: string, clientId: string): Promise<unknown> => {
      const identity = toIdentity(await serverLeaf(strange, subject));
      const { status, json } = await requestToken(stack, { clientId, identity });
      return { status, ...json, request_id: undefined };
    };
    const answers = [
      await as(excepted.client.subject, excepted.client.clientId),
      await as(plain.client.subject, plain.client.clientId),
      await as('CN=somebody', excepted.client.clientId),
      await as('CN=somebody', 'nobody-here'),
    ];
    expect(answers[0]).toMatchObject({ status: 401, error: 'invalid_client', error_description: TOLD });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });
});

describe('the exception of an anchor', () => {
  it('has an end: one in the past, too far ahead or without a zone is refused, with a hint', async () => {
    const { anchor } = await registerPartner(operator, 'ends');
    for (const until of [inDays(-1).toISOString(), inDays(401).toISOString(), '2027-03-15', '']) {
      const change = { server_auth_until: until };
      expect(await operator.call('PATCH', `anchors/${anchor}`, change, [['If-Match', '*']])).toMatchObject({
        status: 422,
        json: { errors: [{ pointer: '/server_auth_until', detail: expect.stringContaining('must') }] },
      });
    }
    expect(await operator.get(`anchors/${anchor}`)).toMatchObject({ server_auth_until: null });
  });

  it('is changed on what was read only, and every change says who (RFC 9110 §13.1.1)', async () => {
    const { id, anchor } = await registerPartner(operator, 'changes');
    const path = `anchors/${anchor}`;
    const until = { server_auth_until: inDays(10).toISOString() };
    expect(await operator.call('PATCH', path, until)).toMatchObject({ status: 428 });
    const tag = String((await operator.call('GET', path)).headers['etag']);
    expect(await operator.call('PATCH', path, until, [['If-Match', tag]])).toMatchObject({
      status: 200,
      json: until,
    });
    expect(await operator.call('PATCH', path, until, [['If-Match', tag]])).toMatchObject({ status: 412 });
    await changeException(operator, anchor, null);
    const { items } = await operator.get(`audit?partner=${id}`);
    expect((items as { kind: string }[]).slice(0, 2)).toMatchObject([
      {
        kind: 'anchor.exception_ended',
        actor: operator.client.clientId,
        detail: { anchorId: anchor, after: null },
      },
      { kind: 'anchor.exception_set', detail: { before: null, after: until.server_auth_until } },
    ]);
  });

  it('may come with a new anchor', async () => {
    const { id, root } = await registerPartner(operator, 'with');
    const next = await root.issueAuthority({ subject: `CN=${id} Issuing`, ...validNow() });
    const until = inDays(10).toISOString();
    const made = { id: `${id}-public`, partner: id, certificate: next.pem, revocation: 'off' };
    expect(await operator.post('anchors', { ...made, server_auth_until: until })).toMatchObject({
      server_auth_until: until,
    });
  });
});
