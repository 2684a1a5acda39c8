import { writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AppProcess } from '../harness/app-process.js';
import { beside, FOLLOWS_NO_FEED } from '../harness/beside.js';
import { startEchoApi, type EchoApi } from '../harness/echo-api.js';
import { makeSelfSigned, toIdentity } from '../harness/identity.js';
import { IssuerServer } from '../harness/issuer-server.js';
import { boundClaims, keySetOf, makeIssuerKeys, signToken, type IssuerKeys } from '../harness/made-token.js';
import { newDirectory } from '../harness/run-directory.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { withToken } from '../harness/token-endpoint.js';
import { exchange, type Identity } from '../harness/wire.js';
import { within } from '../harness/within.js';
import { INTROSPECTING_APIS, type IntrospectingApi } from './introspecting-apis.js';

const AUDIENCE = 'https://hostile.example';
/** The catalogue's bound for an answer that never ends. */
const ANSWERED_WITHIN_MS = 5_000;
/** A verifier that has just fetched the keys does not do so again for ten seconds, whatever it is shown. */
const COOLDOWN_MS = 12_000;

const stack = sharedStack();
const BOMB = gzipSync(Buffer.alloc(50_000_000));

/** What an issuer, or who took its place, could answer; `elsewhere` is a server that gives good answers. */
const hostile = (elsewhere: string): Readonly<Record<string, RequestListener>> => ({
  ...Object.fromEntries(
    [302, 307, 308].map((status) => [
      `a redirect with ${status} (SS-07)`,
      (_request, response) => void response.writeHead(status, { location: elsewhere }).end(),
    ]),
  ),
  'a body without an end (SS-15)': (_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(64 * 1_024, 0x20)));
    };
    response.on('drain', more);
    more();
  },
  'a body of an octet at a time (SS-15)': (_request, response) => {
    const timer = setInterval(() => response.write(' '), 100);
    response.on('close', () => clearInterval(timer));
  },
  'silence (SS-15)': () => undefined,
  'a bomb in gzip (SS-15)': (_request, response) =>
    void response.writeHead(200, { 'content-encoding': 'gzip' }).end(BOMB),
  'two thousand encodings (SS-15)': (_request, response) =>
    void response.writeHead(200, { 'content-encoding': Array(2_000).fill('gzip').join(', ') }).end(BOMB),
  'endless headers (SS-15)': ({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    const more = (): void => {
      while (!socket.destroyed && socket.write(`x-${'a'.repeat(100)}: b\r\n`));
    };
    socket.on('drain', more);
    more();
  },
  'a page (SS-16)': (_request, response) =>
    void response.setHeader('content-type', 'text/html').end('<html>Sign in</html>'),
  'JSON of another kind (SS-16)': (_request, response) => void response.end('[]'),
  'an end in the middle (SS-16)': (_request, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('{"active":');
    setTimeout(() => response.destroy(), 20);
  },
});

/** Whom the issuer's tokens are bound to, its keys, and two servers: the one that is asked, and one that must not be. */
async function makeWorld() {
  const [issuer, elsewhere] = [await IssuerServer.listen(stack), await IssuerServer.listen(stack)];
  const holder = toIdentity(await makeSelfSigned('CN=holder'));
  return { issuer, elsewhere, holder, keys: await makeIssuerKeys() };
}

const NAMES = Object.keys(hostile(''));

describe.each(Object.entries(INTROSPECTING_APIS))(
  '%s, whose issuer answers questions with',
  (_name, start) => {
    jest.setTimeout(60_000);
    let issuer: IssuerServer;
    let elsewhere: IssuerServer;
    let holder: Identity;
    let api: IntrospectingApi;
    beforeAll(async () => {
      ({ issuer, elsewhere, holder } = await makeWorld());
      const as = { clientId: 'asking', identity: toIdentity(await makeSelfSigned('CN=asking')) };
      // Configured addresses may be those of this very machine: the operator chose them (SS-04).
      api = await start(stack, { audience: AUDIENCE, endpoint: `${issuer.url}/introspect`, as });
      const answer = { ...boundClaims(holder, stack.file.issuer, AUDIENCE), active: true };
      for (const server of [issuer, elsewhere]) server.publish(answer);
    });
    beforeEach(() => {
      issuer.answer = elsewhere.answer;
    });
    afterAll(async () => {
      await api?.stop();
      await issuer?.stop();
      await elsewhere?.stop();
    });

    const statusOf = async (): Promise<number> =>
      (await exchange({ ...api.dial, identity: holder }, withToken('opaque'))).status;

    it.each(NAMES)('%s: 503 within five seconds, nobody else is asked, and then it goes on', async (what) => {
      expect(await statusOf()).toBe(200);
      issuer.answer = hostile(elsewhere.url)[what]!;
      const begun = performance.now();
      expect(await statusOf()).toBe(503);
      expect(performance.now() - begun).toBeLessThan(ANSWERED_WITHIN_MS);
      expect(elsewhere.asked).toEqual([]);
      issuer.answer = elsewhere.answer;
      expect(await statusOf()).toBe(200);
    });
  },
);

describe('an issuer that publishes as its keys', () => {
  jest.setTimeout(60_000);
  let issuer: IssuerServer;
  let elsewhere: IssuerServer;
  let holder: Identity;
  let keys: IssuerKeys;
  let echo: EchoApi;
  let gateway: string;
  let sampleApi: string;
  const apps: AppProcess[] = [];
  beforeAll(async () => {
    ({ issuer, elsewhere, holder, keys } = await makeWorld());
    for (const server of [issuer, elsewhere]) server.publish(await keySetOf(keys));
    echo = await startEchoApi();
    const file = join(newDirectory('hostile'), 'gateway.json');
    const jwksUri = `${issuer.url}/jwks`;
    const content = {
      tokens: {
        issuers: [{ issuer: issuer.url, audience: AUDIENCE, keys: { jwksUri } }],
        keySets: { maxAgeSeconds: 1, cooldownSeconds: 1 },
      },
      issuerTls: { caFile: stack.file.caFile },
      upstreams: { orders: { url: `http://127.0.0.1:${echo.port}` } },
      routes: [{ path: '/orders', methods: ['GET'], scopes: ['orders:read'], upstream: 'orders' }],
    };
    writeFileSync(file, JSON.stringify(content));
    const trusted = { ISSUER: issuer.url, JWKS_URI: `${issuer.url}/sample`, AUDIENCE, ...FOLLOWS_NO_FEED };
    const described = [
      await beside(stack, 'gateway', { GATEWAY_FILE: file }),
      await beside(stack, 'resource-server', trusted),
    ];
    for (const { application } of described)
      apps.push(await AppProcess.start(application, newDirectory('hostile')));
    [gateway, sampleApi] = described.map(({ url }) => url) as [string, string];
  });
  beforeEach(() => {
    issuer.answer = elsewhere.answer;
  });
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    await issuer?.stop();
    await elsewhere?.stop();
    echo?.stop();
  });

  const statusAt = async (url: string, kid = 'es256'): Promise<number> => {
    const text = await signToken(boundClaims(holder, issuer.url, AUDIENCE), { header: { kid } }, keys);
    return (await exchange({ url, ca: stack.ca, identity: holder }, withToken(text))).status;
  };

  it.each(NAMES)(
    '%s: the gateway goes on with the last good set, and refuses no unknown key',
    async (what) => {
      await within(2 * ANSWERED_WITHIN_MS, async () => (await statusAt(gateway, 'unknown')) === 401);
      issuer.answer = hostile(elsewhere.url)[what]!;
      const before = issuer.asked.length;
      await within(2 * ANSWERED_WITHIN_MS, async () => (await statusAt(gateway, 'unknown')) === 503);
      expect(issuer.asked.length).toBeGreaterThan(before);
      expect(await statusAt(gateway)).toBe(200);
      expect(elsewhere.asked).toEqual([]);
    },
  );

  const askedBySampleApi = (): number => issuer.asked.filter((path) => path === '/sample').length;

  it.each(['a body of an octet at a time (SS-15)', 'a bomb in gzip (SS-15)'])(
    '%s: the sample API waits no longer than the gateway, and holds no more',
    async (what) => {
      issuer.answer = hostile(elsewhere.url)[what]!;
      const before = askedBySampleApi();
      await within(COOLDOWN_MS + ANSWERED_WITHIN_MS, async () => {
        const begun = performance.now();
        await statusAt(sampleApi, 'unknown');
        expect(performance.now() - begun).toBeLessThan(ANSWERED_WITHIN_MS);
        return askedBySampleApi() > before;
      });
      expect(await statusAt(sampleApi, 'unknown')).toBe(503);
      expect(askedBySampleApi()).toBe(before + 1);
      expect(await statusAt(sampleApi)).toBe(200);
    },
  );
});
