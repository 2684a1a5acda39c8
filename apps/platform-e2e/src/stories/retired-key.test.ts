import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AppProcess } from '../harness/app-process.js';
import { beside, FOLLOWS_NO_FEED } from '../harness/beside.js';
import { startEchoApi, type EchoApi } from '../harness/echo-api.js';
import { makeSelfSigned, toIdentity } from '../harness/identity.js';
import { IssuerServer } from '../harness/issuer-server.js';
import { boundClaims, keySetOf, makeIssuerKeys, signToken, type IssuerKeys } from '../harness/made-token.js';
import { newDirectory } from '../harness/run-directory.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { withToken } from '../harness/token-endpoint.js';
import { exchange, Wire, type Identity } from '../harness/wire.js';
import { within } from '../harness/within.js';

const AUDIENCE = 'https://retired.example';
/** A verifier that has just fetched the keys does not do so again for ten seconds, whatever it is shown. */
const COOLDOWN_MS = 12_000;
const MAX_AGE_SECONDS = 2;

const stack = sharedStack();

/** The sample API and a gateway, as they are by default, and a gateway that looks at the keys every two seconds. */
describe('a key that its issuer has retired (TV-31)', () => {
  jest.setTimeout(60_000);
  let issuer: IssuerServer;
  let echo: EchoApi;
  let holder: Identity;
  const keys = new Map<string, IssuerKeys>();
  const urls: Record<'sample API' | 'gateway' | 'quick gateway', string> = {
    'sample API': '',
    gateway: '',
    'quick gateway': '',
  };
  const apps: AppProcess[] = [];

  const publish = async (...kids: readonly string[]): Promise<void> => {
    const jwks = await Promise.all(
      kids.map(async (kid) => ({ ...(await keySetOf(keys.get(kid)!)).keys[0], kid })),
    );
    issuer.publish({ keys: jwks });
  };
  const token = (kid: string): Promise<string> =>
    signToken(boundClaims(holder, issuer.url, AUDIENCE), { header: { kid } }, keys.get(kid)!);
  const statusAt = async (url: string, text: string): Promise<number> =>
    (await exchange({ url, ca: stack.ca, identity: holder }, withToken(text))).status;

  beforeAll(async () => {
    issuer = await IssuerServer.listen(stack);
    echo = await startEchoApi();
    holder = toIdentity(await makeSelfSigned('CN=holder'));
    for (const kid of ['old', 'new', 'next']) keys.set(kid, await makeIssuerKeys());
    await publish('old');
    const directory = newDirectory('retired');
    const gatewayFile = (name: string, keySets: object): string => {
      const own = { issuer: issuer.url, audience: AUDIENCE, keys: { jwksUri: `${issuer.url}/jwks` } };
      const content = {
        tokens: { issuers: [own], ...keySets },
        issuerTls: { caFile: stack.file.caFile },
        upstreams: { orders: { url: `http://127.0.0.1:${echo.port}` } },
        routes: [{ path: '/orders', methods: ['GET'], scopes: ['orders:read'], upstream: 'orders' }],
      };
      writeFileSync(join(directory, name), JSON.stringify(content));
      return join(directory, name);
    };
    const quick = { keySets: { maxAgeSeconds: MAX_AGE_SECONDS, cooldownSeconds: 1 } };
    const trusted = { ISSUER: issuer.url, JWKS_URI: `${issuer.url}/jwks`, AUDIENCE };
    const described = {
      'sample API': await beside(stack, 'resource-server', { ...trusted, ...FOLLOWS_NO_FEED }),
      gateway: await beside(stack, 'gateway', { GATEWAY_FILE: gatewayFile('gateway.json', {}) }),
      'quick gateway': await beside(stack, 'gateway', { GATEWAY_FILE: gatewayFile('quick.json', quick) }),
    };
    for (const [name, { application, url }] of Object.entries(described)) {
      apps.push(await AppProcess.start(application, newDirectory('retired')));
      urls[name as keyof typeof urls] = url;
    }
  });
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    await issuer?.stop();
    echo?.stop();
  });

  it('counts as long as it is published beside the new one', async () => {
    const [before, after] = [await token('old'), await token('new')];
    for (const url of Object.values(urls)) expect(await statusAt(url, before)).toBe(200);
    await publish('old', 'new');
    await Promise.all(
      Object.values(urls).map((url) => within(COOLDOWN_MS, async () => (await statusAt(url, after)) === 200)),
    );
    for (const url of Object.values(urls)) expect(await statusAt(url, before)).toBe(200);
  });

  it('counts no more once the set is fetched without it, in tokens that were accepted before and on open connections', async () => {
    const text = await token('old');
    const wires = await Promise.all(
      Object.values(urls).map((url) => Wire.dial({ url, ca: stack.ca, identity: holder })),
    );
    for (const wire of wires) expect((await wire.send(withToken(text))).status).toBe(200);
    await publish('new', 'next');
    // Nobody shows the quick one an unknown key: the age of its set is enough.
    const quick = wires.pop()!;
    await within(
      (MAX_AGE_SECONDS + 3) * 1_000,
      async () => (await quick.send(withToken(text))).status === 401,
    );
    // The others look again when a key is unknown to them, or after five minutes.
    const next = await token('next');
    await Promise.all(
      [urls['sample API'], urls.gateway].map((url) =>
        within(COOLDOWN_MS, async () => (await statusAt(url, next)) === 200),
      ),
    );
    for (const wire of wires) {
      const { status, json } = await wire.send(withToken(text));
      expect({ status, error: json['error'] }).toEqual({ status: 401, error: 'invalid_token' });
    }
    for (const url of Object.values(urls)) expect(await statusAt(url, await token('old'))).toBe(401);
    for (const url of Object.values(urls)) expect(await statusAt(url, await token('new'))).toBe(200);
    for (const wire of [quick, ...wires]) wire.close();
  });
});
