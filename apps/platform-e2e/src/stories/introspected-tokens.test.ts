import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AppProcess } from '../harness/app-process.js';
import { beside } from '../harness/beside.js';
import { startEchoApi, type EchoApi } from '../harness/echo-api.js';
import { makeSelfSigned, toIdentity, uniqueName, writeIdentity } from '../harness/identity.js';
import { untilLogged } from '../harness/logs.js';
import { Operator } from '../harness/operator.js';
import { registerNamedClient, registerPartner, type NamedClient } from '../harness/partners.js';
import { newDirectory } from '../harness/run-directory.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { FORM_TYPE, tokenOf, toTokenEndpoint, withToken } from '../harness/token-endpoint.js';
import { exchange, type Identity, type WireAnswer } from '../harness/wire.js';
import { within } from '../harness/within.js';

const stack = sharedStack();
const operator = new Operator(stack);

/** A provider's API behind a gateway that knows no key of the token service: it asks about each token (RFC 7662). */
describe('a gateway that asks the token service about each token', () => {
  jest.setTimeout(60_000);
  const audience = `https://${uniqueName('introspected')}.example`;
  let api: EchoApi;
  let tokenService: AppProcess;
  let gateway: AppProcess;
  let url: string;
  let caller: NamedClient;

  beforeAll(async () => {
    api = await startEchoApi();
    const provider = await registerPartner(operator, 'provider');
    const asking = await registerNamedClient(operator, provider);
    caller = await registerNamedClient(operator, await registerPartner(operator, 'caller'));
    await operator.post('resources', { audience, partner: provider.id, scopes: ['orders:read'] });
    await operator.post('grants', { client: caller.clientId, resource: audience, scopes: ['orders:read'] });
    const directory = newDirectory('introspected');
    // Another replica of the token service, so that it can be stopped.
    const asked = await beside(stack, 'token-service');
    tokenService = await AppProcess.start(asked.application, directory);
    const introspection = { endpoint: `${asked.url}/introspect`, clientId: asking.clientId, cacheSeconds: 0 };
    const file = join(directory, 'gateway.json');
    const content = {
      tokens: { issuers: [{ issuer: stack.file.issuer, audience, introspection }] },
      issuerTls: { caFile: stack.file.caFile, ...writeIdentity(asking.identity) },
      upstreams: { orders: { url: `http://127.0.0.1:${api.port}` } },
      routes: [{ path: '/orders', methods: ['GET'], scopes: ['orders:read'], upstream: 'orders' }],
    };
    writeFileSync(file, JSON.stringify(content));
    const one = await beside(stack, 'gateway', { GATEWAY_FILE: file });
    gateway = await AppProcess.start(one.application, directory);
    ({ url } = one);
  });
  afterAll(async () => {
    await gateway?.stop();
    await tokenService?.stop();
    api?.stop();
  });

  const token = (): Promise<string> => tokenOf(stack, caller, [['resource', audience]]);
  const call = (identity: Identity | undefined, text: string): Promise<WireAnswer> =>
    exchange({ url, ca: stack.ca, identity }, withToken(text));
  const statusOf = async (text: string): Promise<number> => (await call(caller.identity, text)).status;
  const reasonOf = async ({ json }: WireAnswer): Promise<unknown> =>
    (await untilLogged(gateway.logFile, String(json['request_id'])))[0]?.['reason'];

  it('accepts a token over the certificate that it is bound to, and says who calls (RFC 8705 §3.2)', async () => {
    const { status, json } = await call(caller.identity, await token());
    expect(status).toBe(200);
    expect(json['headers']).toMatchObject({
      'holdfast-client-id': caller.clientId,
      'holdfast-partner': caller.partner,
      'holdfast-scopes': 'orders:read',
    });
  });

  it('refuses it over another certificate, and without one (RFC 8705 §3; TV-16, TV-17)', async () => {
    const text = await token();
    const thief = toIdentity(await makeSelfSigned('CN=thief'));
    const stolen = await call(thief, text);
    expect(stolen).toMatchObject({ status: 401, json: { error: 'invalid_token' } });
    expect(await reasonOf(stolen)).toBe('binding_mismatch');
    expect(await call(undefined, text)).toMatchObject({ status: 401, json: { error: 'invalid_token' } });
  });

  it('refuses a token for the API of another provider, of which it is told nothing (RFC 7662 §4; TV-37)', async () => {
    const answer = await call(caller.identity, await tokenOf(stack, caller, [['resource', stack.orders]]));
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_token' } });
    expect(await reasonOf(answer)).toBe('token_inactive');
  });

  it('refuses text that the token service does not know', async () => {
    const answer = await call(caller.identity, 'opaque-and-unknown');
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_token' } });
    expect(await reasonOf(answer)).toBe('token_inactive');
  });

  it('refuses a token that its client has revoked, on the next call (RFC 7009)', async () => {
    const text = await token();
    expect(await statusOf(text)).toBe(200);
    const body = new URLSearchParams({ client_id: caller.clientId, token: text }).toString();
    const revoke = { method: 'POST', target: '/revoke', headers: [FORM_TYPE], body };
    await exchange(toTokenEndpoint(stack, caller.identity), revoke);
    await within(1_000, async () => (await statusOf(text)) === 401);
  });

  it('refuses a token of a suspended client within a second, and accepts it again after (R-10)', async () => {
    const text = await token();
    await operator.post(`clients/${caller.clientId}/suspend`);
    await within(1_000, async () => (await statusOf(text)) === 401);
    await operator.post(`clients/${caller.clientId}/resume`);
    await within(1_000, async () => (await statusOf(text)) === 200);
  });

  it('calls no token bad while it cannot ask: 503, and nothing gets through (TV-38)', async () => {
    const text = await token();
    await tokenService.stop();
    const before = api.seen.length;
    const answer = await call(caller.identity, text);
    expect(answer).toMatchObject({ status: 503, json: { error: 'temporarily_unavailable' } });
    expect(await reasonOf(answer)).toBe('introspection_unavailable');
    expect(api.seen.length).toBe(before);
  });
});
