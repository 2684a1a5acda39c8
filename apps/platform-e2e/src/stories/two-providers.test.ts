import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { preparations, workspaceRoot } from '@holdfast/stack';
import { AppProcess } from '../harness/app-process.js';
import { beside } from '../harness/beside.js';
import { readIdentity, uniqueName, writeIdentity } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import { READ, registerNamedClient, registerPartner, WRITE, type NamedClient } from '../harness/partners.js';
import { newDirectory } from '../harness/run-directory.js';
import { runProgram } from '../harness/run-program.js';
import { settingsOf, sharedStack } from '../harness/stack-under-test.js';
import {
  claimsOf,
  FORM_TYPE,
  jsonRequest,
  requestToken,
  tokenOf,
  toTokenEndpoint,
  withToken,
} from '../harness/token-endpoint.js';
import { exchange, type WireAnswer, type WireRequest } from '../harness/wire.js';
import { within } from '../harness/within.js';

const stack = sharedStack();
const operator = new Operator(stack);
const ORDER = jsonRequest('POST', '/orders', { item: 'Steel bolts', quantity: 3 });

/** A partner that provides an API: the sample API with a database, a certificate for the deny feed and an audience of its own. */
interface Provider {
  readonly api: AppProcess;
  readonly url: string;
}

async function startProvider(name: string): Promise<Provider> {
  const partner = await registerPartner(operator, name);
  const reader = await registerNamedClient(operator, partner);
  const feed = { client: reader.clientId, resource: stack.file.issuer, scopes: ['deny-feed:read'] };
  await operator.post('grants', feed);
  const { certificateFile, privateKeyFile } = writeIdentity(reader.identity);
  const one = await beside(stack, 'resource-server', {
    DATABASE_URL_FILE: '',
    DATABASE_URL: await makeDatabase(uniqueName(name)),
    DENY_FEED_CLIENT_ID: reader.clientId,
    DENY_FEED_CERTIFICATE_FILE: certificateFile,
    DENY_FEED_PRIVATE_KEY_FILE: privateKeyFile,
  });
  const application = { ...one.application, env: { ...one.application.env, AUDIENCE: one.url } };
  await operator.post('resources', { audience: one.url, partner: partner.id, scopes: [READ, WRITE] });
  return { api: await AppProcess.start(application, newDirectory(name)), url: one.url };
}

/** Makes an orders database as an operator would; returns the URL of its API's role. */
async function makeDatabase(name: string): Promise<string> {
  const { secrets } = settingsOf(stack);
  const prepared = preparations(settingsOf(stack))
    .flat()
    .find((program) => program.name === 'migrate-orders')!;
  const owner = new URL(readFileSync(secrets.ordersOwnerUrlFile, 'utf8'));
  owner.pathname = `/${name}`;
  const { exitCode, stderr } = await runProgram(process.execPath, [join(workspaceRoot, prepared.script)], {
    env: { ...prepared.env, DATABASE_URL_FILE: '', DATABASE_URL: owner.href },
  });
  if (exitCode !== 0) throw new Error(stderr);
  owner.username = `${name}_app`;
  owner.password = readFileSync(secrets.resourceServerPasswordFile, 'utf8').trim();
  return owner.href;
}

describe('two partners that provide an API each, and consumers with different grants', () => {
  jest.setTimeout(60_000);
  let mill: Provider;
  let freight: Provider;
  /** May read and write at the mill, and only read at freight. */
  let both: NamedClient;
  /** May only read at the mill. */
  let one: NamedClient;

  beforeAll(async () => {
    [mill, freight] = [await startProvider('mill'), await startProvider('freight')];
    const consumer = await registerPartner(operator, 'consumer');
    const grant = (client: NamedClient, resource: string, scopes: readonly string[]): Promise<unknown> =>
      operator.post('grants', { client: client.clientId, resource, scopes });
    [both, one] = [
      await registerNamedClient(operator, consumer),
      await registerNamedClient(operator, consumer),
    ];
    await grant(both, mill.url, [READ, WRITE]);
    await grant(both, freight.url, [READ]);
    await grant(one, mill.url, [READ]);
  });
  afterAll(async () => {
    await mill?.api.stop();
    await freight?.api.stop();
  });

  const token = (client: NamedClient, { url }: Provider): Promise<string> =>
    tokenOf(stack, client, [['resource', url]]);
  const call = (
    client: NamedClient,
    { url }: Provider,
    text: string,
    request: Partial<WireRequest> = {},
  ): Promise<WireAnswer> =>
    exchange({ url, ca: stack.ca, identity: client.identity }, withToken(text, request));

  it('each consumer does at each API what was granted to it there, and no more (RFC 8707 §2, RFC 6750 §3.1)', async () => {
    expect((await call(both, mill, await token(both, mill), ORDER)).status).toBe(201);
    expect(await call(both, freight, await token(both, freight), ORDER)).toMatchObject({
      status: 403,
      json: { error: 'insufficient_scope' },
    });
    expect(await call(one, mill, await token(one, mill), ORDER)).toMatchObject({ status: 403 });
    expect(await call(both, freight, await token(both, freight))).toMatchObject({
      status: 200,
      json: { orders: [] },
    });
  });

  it('no token is issued for the API of a provider that granted nothing: 400 invalid_target (RFC 8707 §2)', async () => {
    await token(one, mill);
    expect(await requestToken(stack, one, [['resource', freight.url]])).toMatchObject({
      status: 400,
      json: { error: 'invalid_target' },
    });
  });

  it("one provider's API refuses a token for the other's, over the right certificate: 401 (RFC 9068 §4)", async () => {
    expect(await call(both, freight, await token(both, mill))).toMatchObject({
      status: 401,
      json: { error: 'invalid_token' },
    });
  });

  it("what one provider's grant allowed ends within a second when it is taken back, and the other's goes on", async () => {
    const [there, here] = [await token(both, mill), await token(both, freight)];
    expect((await call(both, freight, here)).status).toBe(200);
    const { items } = await operator.get(`grants?client=${both.clientId}`);
    const [grant] = (items as { id: string; resource: string }[]).filter(
      ({ resource }) => resource === freight.url,
    );
    await operator.call('DELETE', `grants/${grant!.id}`);
    await within(1_000, async () => (await call(both, freight, here)).status === 401);
    expect((await call(both, mill, there)).status).toBe(200);
  });
});

describe('the two providers of a stack that npm start made', () => {
  const [orders, freight] = [stack.file.demo[0]!, stack.file.demo[2]!];

  it('are two partners, and two applications of acme call one API each', async () => {
    const { items } = await operator.get('resources?limit=200');
    const providers = (items as { audience: string; partner: string }[]).map(({ audience, partner }) => [
      audience,
      partner,
    ]);
    expect(Object.fromEntries(providers)).toMatchObject({
      [stack.file.resourceServer]: 'mill',
      [stack.file.secondResourceServer]: 'freight',
    });
    expect([orders, freight].map(({ partner, resource }) => [partner, resource])).toEqual([
      ['acme', stack.file.resourceServer],
      ['acme', stack.file.secondResourceServer],
    ]);
  });

  it('need no "resource" in the token request of an application with one of them (RFC 8707 §2)', async () => {
    for (const { partner, clientId, resource, ...files } of [orders, freight]) {
      const client = { partner, clientId, identity: readIdentity(files) };
      expect(claimsOf(await tokenOf(stack, client))).toMatchObject({ aud: resource, client_id: clientId });
    }
  });

  it('refuse a token that was stopped, the second like the first, within a second', async () => {
    const { partner, clientId, ...files } = freight;
    const client = { partner, clientId, identity: readIdentity(files) };
    const dial = { url: stack.file.secondResourceServer, ca: stack.ca, identity: client.identity };
    const token = await tokenOf(stack, client);
    expect((await exchange(dial, withToken(token))).status).toBe(200);
    const body = new URLSearchParams({ client_id: clientId, token }).toString();
    const revoke = { method: 'POST', target: '/revoke', headers: [FORM_TYPE], body };
    expect((await exchange(toTokenEndpoint(stack, client.identity), revoke)).status).toBe(200);
    await within(1_000, async () => (await exchange(dial, withToken(token))).status === 401);
  });
});
