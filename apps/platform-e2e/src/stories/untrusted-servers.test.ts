import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AppProcess } from '../harness/app-process.js';
import { beside, FOLLOWS_NO_FEED, type Beside } from '../harness/beside.js';
import { makeRoot, makeSelfSigned, toIdentity } from '../harness/identity.js';
import { IssuerServer } from '../harness/issuer-server.js';
import { boundClaims, keySetOf, makeIssuerKeys, signToken } from '../harness/made-token.js';
import { newDirectory } from '../harness/run-directory.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { withToken } from '../harness/token-endpoint.js';
import { exchange, type Identity } from '../harness/wire.js';

const AUDIENCE = 'https://untrusted.example';
/** Node would then take any certificate, and ask a proxy, wherever a program does not say otherwise. */
const CARELESS = {
  NODE_TLS_REJECT_UNAUTHORIZED: '0',
  NODE_USE_ENV_PROXY: '1',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  HTTP_PROXY: 'http://127.0.0.1:9',
};

const stack = sharedStack();

describe('a careless environment (NODE_TLS_REJECT_UNAUTHORIZED, HTTPS_PROXY; TL-21, SS-18)', () => {
  jest.setTimeout(60_000);
  let issuer: IssuerServer;
  let upstream: IssuerServer;
  let holder: Identity;
  let token: string;
  let otherCa: string;
  beforeAll(async () => {
    [issuer, upstream] = [await IssuerServer.listen(stack), await IssuerServer.listen(stack)];
    const keys = await makeIssuerKeys();
    issuer.publish(await keySetOf(keys));
    upstream.publish({});
    holder = toIdentity(await makeSelfSigned('CN=holder'));
    token = await signToken(boundClaims(holder, issuer.url, AUDIENCE), {}, keys);
    otherCa = join(newDirectory('careless'), 'other-ca.pem');
    writeFileSync(otherCa, (await makeRoot('CN=other')).pem);
  });
  afterAll(async () => {
    await issuer?.stop();
    await upstream?.stop();
  });

  /** The status of a good call of an application in that environment, which need not be ready. */
  async function statusOf({ application, port, url }: Beside): Promise<number> {
    const careless = { ...application, env: { ...application.env, ...CARELESS } };
    const app = await AppProcess.start(careless, newDirectory('careless'), { listeningOn: port });
    try {
      return (await exchange({ url, ca: stack.ca, identity: holder }, withToken(token))).status;
    } finally {
      await app.stop();
    }
  }

  async function gateway(issuerCa: string, upstreamCa: string): Promise<Beside> {
    const file = join(newDirectory('careless'), 'gateway.json');
    const own = { issuer: issuer.url, audience: AUDIENCE, keys: { jwksUri: `${issuer.url}/jwks` } };
    const content = {
      tokens: { issuers: [own] },
      issuerTls: { caFile: issuerCa },
      upstreams: { orders: { url: upstream.url, tls: { caFile: upstreamCa } } },
      routes: [{ path: '/orders', methods: ['GET'], scopes: ['orders:read'], upstream: 'orders' }],
    };
    writeFileSync(file, JSON.stringify(content));
    return beside(stack, 'gateway', { GATEWAY_FILE: file });
  }

  const sampleApi = (issuerCa: string): Promise<Beside> =>
    beside(stack, 'resource-server', {
      ISSUER: issuer.url,
      JWKS_URI: `${issuer.url}/jwks`,
      ISSUER_CA_FILE: issuerCa,
      AUDIENCE,
      ...FOLLOWS_NO_FEED,
    });

  it('leaves the gateway and the sample API to ask the issuer and the upstream that they trust', async () => {
    const { caFile } = stack.file;
    expect(await statusOf(await gateway(caFile, caFile))).toBe(200);
    expect(await statusOf(await sampleApi(caFile))).toBe(200);
  });

  it('makes them trust no other issuer: no key is taken, and calls are answered 503', async () => {
    const before = issuer.asked.length;
    expect(await statusOf(await gateway(otherCa, stack.file.caFile))).toBe(503);
    expect(await statusOf(await sampleApi(otherCa))).toBe(503);
    expect(issuer.asked.length).toBe(before);
  });

  it('makes the gateway trust no other upstream: 502, and nothing is sent there', async () => {
    const before = upstream.asked.length;
    expect(await statusOf(await gateway(stack.file.caFile, otherCa))).toBe(502);
    expect(upstream.asked.length).toBe(before);
  });
});
