import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stopServer } from '@holdfast/test-server';
import { AppProcess } from '../harness/app-process.js';
import { beside } from '../harness/beside.js';
import { startEchoApi } from '../harness/echo-api.js';
import { makeRoot, validNow, writeIdentity } from '../harness/identity.js';
import { untilLogged } from '../harness/logs.js';
import { startExample } from '../harness/resource-server-example.js';
import { newDirectory } from '../harness/run-directory.js';
import type { StackUnderTest } from '../harness/stack-under-test.js';
import type { PartnerClient } from '../harness/token-endpoint.js';
import type { Dial, WireAnswer } from '../harness/wire.js';

/** Whose API it is, and where it asks about each token, as whom (RFC 7662). */
export interface Asks {
  readonly audience: string;
  readonly endpoint: string;
  readonly as: Pick<PartnerClient, 'clientId' | 'identity'>;
}

/** An API with `GET /orders` for the scope `orders:read` that knows no key of its issuer: it asks about each token. */
export interface IntrospectingApi {
  readonly dial: Dial;
  /** What stands in the answer to a call of this client that got through: who calls, as the API was told. */
  toldOf(caller: Pick<PartnerClient, 'clientId' | 'partner'>): object;
  /** How many calls have reached an API behind; none, where the API itself is asked. */
  reached(): number;
  /** Why the call that was answered so last did not get through, as the operator reads it. */
  reasonOf(answer: WireAnswer): Promise<unknown>;
  stop(): Promise<void>;
}

const ARRIVES_WITHIN_MS = 100;

/** Both ways to protect an API: in front of it, and in it. */
export const INTROSPECTING_APIS = {
  'a gateway before an API': startBehindGateway,
  'the guard in an API': startBehindGuard,
} as const;

async function startBehindGateway(stack: StackUnderTest, { audience, endpoint, as }: Asks) {
  const api = await startEchoApi();
  const directory = newDirectory('introspecting');
  const file = join(directory, 'gateway.json');
  const introspection = { endpoint, clientId: as.clientId, cacheSeconds: 0 };
  const content = {
    tokens: { issuers: [{ issuer: stack.file.issuer, audience, introspection }] },
    issuerTls: { caFile: stack.file.caFile, ...writeIdentity(as.identity) },
    upstreams: { orders: { url: `http://127.0.0.1:${api.port}` } },
    routes: [{ path: '/orders', methods: ['GET'], scopes: ['orders:read'], upstream: 'orders' }],
  };
  writeFileSync(file, JSON.stringify(content));
  const { application, url } = await beside(stack, 'gateway', { GATEWAY_FILE: file });
  const gateway = await AppProcess.start(application, directory);
  return {
    dial: { url, ca: stack.ca },
    toldOf: ({ clientId, partner }) => ({
      headers: {
        'holdfast-client-id': clientId,
        'holdfast-partner': partner,
        'holdfast-scopes': 'orders:read',
      },
    }),
    reached: () => api.seen.length,
    reasonOf: async ({ json }) =>
      (await untilLogged(gateway.logFile, String(json['request_id'])))[0]?.['reason'],
    stop: async () => {
      await gateway.stop();
      api.stop();
    },
  } satisfies IntrospectingApi;
}

async function startBehindGuard(stack: StackUnderTest, { audience, endpoint, as }: Asks) {
  const root = await makeRoot('CN=introspecting');
  const leaf = await root.issue({ subject: 'CN=localhost', san: { dns: ['localhost'] }, ...validNow() });
  const { url, child } = await startExample('fastify', {
    issuer: stack.file.issuer,
    audience,
    tokens: { endpoint, ...as },
    ca: stack.ca,
    certificate: leaf.pem,
    privateKey: leaf.privateKeyPem,
  });
  let log = '';
  child.stderr!.on('data', (chunk: Buffer) => (log += chunk.toString()));
  return {
    dial: { url, ca: root.pem },
    toldOf: ({ clientId }) => ({ client: clientId }),
    reached: () => 0,
    reasonOf: async () => {
      // It was written before the answer, to another pipe.
      await delay(ARRIVES_WITHIN_MS);
      return /refused: (\w+)\s*$/.exec(log)?.[1];
    },
    stop: () => stopServer(child),
  } satisfies IntrospectingApi;
}
