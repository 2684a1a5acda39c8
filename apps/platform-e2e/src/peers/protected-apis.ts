import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stopServer } from '@holdfast/test-server';
import { AppProcess } from '../harness/app-process.js';
import { beside } from '../harness/beside.js';
import { startEchoApi } from '../harness/echo-api.js';
import { startExample } from '../harness/resource-server-example.js';
import { newDirectory } from '../harness/run-directory.js';
import type { StackUnderTest } from '../harness/stack-under-test.js';
import { exchange, type Dial, type Identity, type WireAnswer, type WireRequest } from '../harness/wire.js';

/** A token service that is not ours, and the server certificate of everything on localhost; PEM. */
export interface Peer {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string;
  readonly ca: string;
  readonly certificate: string;
  readonly privateKey: string;
}

/** The ways in which we protect an API: the guard in it, and the gateway before it. */
export const WAYS = ['guard', 'gateway'] as const;
export type Way = (typeof WAYS)[number];

/** An API that accepts the tokens of a peer, in each way. */
export interface ProtectedApis {
  call(way: Way, identity: Identity | undefined, request: WireRequest): Promise<WireAnswer>;
  /** The client that the API was told; undefined where it was not called. */
  clientOf(way: Way, answer: WireAnswer): unknown;
  stop(): Promise<void>;
}

/** Starts an API behind the guard, and one behind the gateway. Both ask for the scope `orders:read`. */
export async function startProtectedApis(stack: StackUnderTest, peer: Peer): Promise<ProtectedApis> {
  const { issuer, audience, jwksUri, ca } = peer;
  const guard = await startExample('node:http', { ...peer, tokens: { jwksUri } });
  const echo = await startEchoApi();
  const directory = newDirectory('peer');
  const write = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const file = {
    tokens: { issuers: [{ issuer, audience, keys: { jwksUri } }] },
    issuerTls: { caFile: write('ca.pem', ca) },
    upstreams: { orders: { url: `http://127.0.0.1:${echo.port}` } },
    routes: [{ path: '/orders', methods: ['GET'], scopes: ['orders:read'], upstream: 'orders' }],
  };
  const env = { GATEWAY_FILE: write('gateway.json', JSON.stringify(file)) };
  const one = await beside(stack, 'gateway', env);
  const gateway = await AppProcess.start(one.application, directory);
  const places: Record<Way, Dial> = {
    guard: { url: guard.url, ca },
    gateway: { url: one.url, ca: stack.ca },
  };
  return {
    call: (way, identity, request) => exchange({ ...places[way], identity }, request),
    clientOf: (way, { json }) =>
      way === 'guard' ? json['client'] : (json['headers'] as Record<string, string>)?.['holdfast-client-id'],
    stop: async () => {
      await Promise.all([stopServer(guard.child), gateway.stop()]);
      echo.stop();
    },
  };
}
