import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { IssuedCertificate } from '@holdfast/test-pki';
import { query } from '../harness/database.js';
import { makeSelfSigned, thumbprintOf, toIdentity, uniqueName } from '../harness/identity.js';
import { KeyServer } from '../harness/key-server.js';
import { Operator } from '../harness/operator.js';
import { enterClient, READ, registerPartner } from '../harness/partners.js';
import { startFetchingStack, type OwnStack } from '../harness/shared-stack.js';
import { credentialsForm, requestToken, tokenRequest, toTokenEndpoint } from '../harness/token-endpoint.js';
import { within } from '../harness/within.js';
import { Wire } from '../harness/wire.js';

/** Registered or asked for: fetched within 5 s, and then seen by the token service within 1 s. */
const FETCHED_WITHIN_MS = 6_000;
const SEEN_WITHIN_MS = 1_000;
/** As if the last attempt were long ago: a set is not asked for twice in 30 s. */
const A_WHILE_LATER = `UPDATE key_set_source SET last_attempt = last_attempt - interval '1 minute'`;
const DUE_NOW = 'UPDATE key_set_source SET next_due = now()';

describe('a partner that publishes its certificates (jwks_uri, RFC 8705 §2.2)', () => {
  let server: KeyServer;
  let operator: Operator;
  let stack: OwnStack;
  let clientId: string;
  let first: IssuedCertificate;
  let second: IssuedCertificate;

  beforeAll(async () => {
    server = await KeyServer.listen();
    stack = await startFetchingStack('published-keys', server);
    operator = new Operator(stack);
    const partner = await registerPartner(operator, 'publishing');
    clientId = uniqueName('published');
    [first, second] = (await Promise.all(
      [1, 2].map((number) => makeSelfSigned(`CN=published ${number}`)),
    )) as [IssuedCertificate, IssuedCertificate];
    server.publish(first);
    const identity = { jwks_uri: server.url };
    await enterClient(operator, partner, { clientId, identity, leaf: first, scopes: [READ] });
  }, 60_000);
  afterAll(async () => {
    await stack?.stop();
    await server?.stop();
  }, 30_000);

  jest.setTimeout(5 * FETCHED_WITHIN_MS);

  const status = async (leaf: IssuedCertificate): Promise<number> =>
    (await requestToken(stack, { clientId, identity: toIdentity(leaf) })).status;
  const keySet = async (): Promise<Readonly<Record<string, unknown>>> =>
    ((await operator.get(`key-sets?client=${clientId}`))['items'] as Record<string, unknown>[])[0]!;

  it('gets a token within seconds of its registration', async () => {
    await within(FETCHED_WITHIN_MS, async () => (await status(first)) === 200);
    expect(server.requests).toBe(1);
    expect(await keySet()).toMatchObject({
      url: server.url,
      thumbprints: [thumbprintOf(first)],
      last_error: null,
    });
  });

  it('is refused with a new certificate at first, and accepted within seconds, because the set is fetched again', async () => {
    await query(stack, A_WHILE_LATER);
    server.publish(first, second);
    expect(await status(second)).toBe(401);
    await within(FETCHED_WITHIN_MS, async () => (await status(second)) === 200);
    expect(await status(first)).toBe(200);
    expect(server.requests).toBe(2);
  });

  it('causes one fetch in 30 s by presenting what is not in the set, however often', async () => {
    await query(stack, A_WHILE_LATER);
    const stranger = await makeSelfSigned('CN=stranger');
    const begun = server.requests;
    for (let attempt = 0; attempt < 20; attempt += 1) expect(await status(stranger)).toBe(401);
    await delay(FETCHED_WITHIN_MS);
    expect(server.requests - begun).toBeLessThanOrEqual(1);
  });

  it('is refused on an open connection within a second of the fetch that finds its certificate removed', async () => {
    const wire = await Wire.dial(toTokenEndpoint(stack, toIdentity(first)));
    const ask = async (): Promise<number> =>
      (await wire.send(tokenRequest(credentialsForm(clientId)))).status;
    expect(await ask()).toBe(200);
    server.publish(second);
    await query(stack, DUE_NOW);
    await within(
      FETCHED_WITHIN_MS,
      async () => [thumbprintOf(second)].join() === (await keySet())['thumbprints']!.toString(),
    );
    await within(SEEN_WITHIN_MS, async () => (await ask()) === 401);
    wire.close();
    expect(await status(second)).toBe(200);
    const { items } = await operator.get(`audit?client=${clientId}&kind=key_set.stored`);
    expect((items as unknown[])[0]).toMatchObject({
      actor: 'job:key-set-refresh',
      detail: { url: server.url, added: [], removed: [thumbprintOf(first)] },
    });
  });

  it('is accepted by the last good set while the source is down, which the operator sees', async () => {
    server.fail();
    await query(stack, DUE_NOW);
    await within(FETCHED_WITHIN_MS, async () => (await keySet())['last_error'] !== null);
    expect(await keySet()).toMatchObject({
      thumbprints: [thumbprintOf(second)],
      last_error: expect.stringMatching(/^status_not_ok: .*503/),
    });
    expect(await status(second)).toBe(200);
  });

  it('is refused when the last good set is older than 72 hours', async () => {
    await query(stack, `UPDATE key_set SET fresh_until = now() - interval '1 second'`);
    // Any write is a new version, with which replicas read what has changed since.
    await query(stack, 'UPDATE key_set SET version = (SELECT v + 1 FROM registry_version)');
    await query(stack, 'UPDATE registry_version SET v = v + 1');
    await within(FETCHED_WITHIN_MS, async () => (await status(second)) === 401);
  });
});
