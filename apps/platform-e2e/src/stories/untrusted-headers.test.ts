import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppProcess } from '../harness/app-process.js';
import { beside } from '../harness/beside.js';
import { startEchoApi, type EchoApi } from '../harness/echo-api.js';
import { untilLogged } from '../harness/logs.js';
import { newDirectory } from '../harness/run-directory.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { demoClients, tokenOf, withToken } from '../harness/token-endpoint.js';
import { exchange, type WireAnswer, type WireRequest } from '../harness/wire.js';

const MINUTE = 60_000;
/** Where the calls of this test come from, and what they claim instead. */
const [HERE, ELSEWHERE, CLAIMED] = ['127.0.0.2', '127.0.0.3', '192.0.2.66'];

const SPOOFED: NonNullable<WireRequest['headers']> = [
  ['X-Forwarded-For', CLAIMED],
  ['X-Forwarded-Host', 'evil.example'],
  ['X-Forwarded-Proto', 'http'],
  ['X-Forwarded-Port', '80'],
  ['X-Forwarded-Prefix', '/evil'],
  ['Forwarded', `for=${CLAIMED};proto=http;host=evil.example`],
  ['X-Real-IP', CLAIMED],
  ['X-Client-Address', CLAIMED],
  ['X-Original-Host', 'evil.example'],
];

const stack = sharedStack();
const { acme } = demoClients(stack);

/** CVE-2026-3635: a peer that is no proxy says what only a proxy may. */
describe('what a peer that is no proxy says of its address, host and scheme (PH-19)', () => {
  let api: EchoApi;
  let gateway: AppProcess;
  let url: string;
  beforeAll(async () => {
    api = await startEchoApi();
    const file = join(newDirectory('untrusted'), 'gateway.json');
    const content = {
      tokens: {
        issuers: [
          {
            issuer: stack.file.issuer,
            audience: stack.orders,
            keys: { jwksUri: `${stack.file.issuer}/jwks` },
          },
        ],
      },
      issuerTls: { caFile: stack.file.caFile },
      upstreams: { api: { url: `http://127.0.0.1:${api.port}` } },
      routes: [
        {
          path: '/open',
          methods: ['GET'],
          scopes: 'public',
          upstream: 'api',
          rate: { perSecond: 0.001, burst: 1 },
        },
        { path: '/orders', methods: ['GET'], scopes: ['orders:read'], upstream: 'api' },
      ],
    };
    writeFileSync(file, JSON.stringify(content));
    const one = await beside(stack, 'gateway', { GATEWAY_FILE: file });
    gateway = await AppProcess.start(one.application, newDirectory('untrusted'));
    ({ url } = one);
  }, MINUTE);
  afterAll(async () => {
    await gateway?.stop();
    api?.stop();
  }, MINUTE);

  const send = (to: string, request: WireRequest, localAddress = HERE): Promise<WireAnswer> =>
    exchange(
      { url: to, ca: stack.ca, identity: acme.identity, tls: { localAddress } as ConnectionOptions },
      request,
    );

  it('is no key of the rate of a public route: the address of the connection is', async () => {
    const statuses: number[] = [];
    for (const [from, headers] of [
      [HERE, []],
      [HERE, SPOOFED],
      [ELSEWHERE, SPOOFED],
      [ELSEWHERE, []],
    ] as const)
      statuses.push((await send(url, { target: '/open', headers }, from)).status);
    expect(statuses).toEqual([200, 429, 200, 429]);
  });

  it('does not reach the API as a word of the gateway', async () => {
    const request = withToken(await tokenOf(stack, acme), { headers: SPOOFED });
    const { status, json, text } = await send(url, request);
    expect(status).toBe(200);
    expect(json['headers']).toMatchObject({
      'x-forwarded-for': HERE,
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'localhost',
    });
    expect(text).not.toContain(CLAIMED);
    expect(text).not.toContain('evil');
  });

  it.each(['gateway', 'sample API'] as const)(
    'stands neither in the log of the %s nor in its challenge, and it redirects nobody',
    async (name) => {
      const [to, log] =
        name === 'gateway' ? [url, gateway.logFile] : [stack.orders, join(stack.logs, 'resource-server.log')];
      for (const target of ['/orders', '/nothing', '/.well-known/oauth-protected-resource']) {
        const answer = await send(to, { target, headers: SPOOFED });
        expect(answer.status === 200 || answer.status >= 400).toBe(true);
        expect(answer.headers).not.toHaveProperty('location');
        const said = JSON.stringify([answer.headers, answer.text]);
        expect(said).not.toContain('evil');
        expect(said).not.toContain(CLAIMED);
        if (answer.status === 200) continue;
        const [line] = await untilLogged(log, String(answer.json['request_id']));
        expect(line).toMatchObject({ source: HERE });
        expect(line).not.toHaveProperty('proxy');
      }
    },
  );
});
