import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { AppProcess } from '../harness/app-process.js';
import { beside } from '../harness/beside.js';
import { Operator } from '../harness/operator.js';
import { registerNamedClient, registerPartner } from '../harness/partners.js';
import { newDirectory } from '../harness/run-directory.js';
import type { StackUnderTest } from '../harness/stack-under-test.js';
import { tokenOf, withToken, type PartnerClient } from '../harness/token-endpoint.js';
import { Wire, WireClosed, type WireAnswer, type WireRequest } from '../harness/wire.js';
import type { FaultReport, FaultTest } from './fault-test.js';

const CALLS = { full: 100_000, short: 3_000 } as const;
/** Of each of the two callers. */
const CONNECTIONS = 16;
/** Fewer than callers: each carries the calls of both. */
const UPSTREAM_CONNECTIONS = 8;
const TOKEN_FOR_MS = 60_000;

/** The upstream of a gateway breaks off, while two partners call through the same pool of connections to it. */
export const R_27: FaultTest = {
  id: 'R-27',
  title: 'an upstream that resets and truncates, behind connections that two partners share',
  target:
    'every caller gets its own answer, 502 where the upstream reset, a broken connection where it truncated',
  run,
};

/** What an upstream does to a call whose path asks for it. */
type Kind = 'plain' | 'late' | 'reset' | 'truncate';

/** The counts of a run. */
interface Tally {
  next: number;
  readonly total: number;
  readonly answers: Record<Kind, number>;
  readonly violations: string[];
}

async function run(stack: StackUnderTest, size: 'full' | 'short'): Promise<FaultReport> {
  const operator = new Operator(stack);
  const upstream = createServer((request, response) => void answerAs(request, response));
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const sockets = new Set<unknown>();
  upstream.on('connection', (socket) => sockets.add(socket));
  const { port } = upstream.address() as AddressInfo;
  const { application, url } = await beside(stack, 'gateway', { GATEWAY_FILE: gatewayFile(stack, port) });
  const gateway = await AppProcess.start(application, newDirectory('r-27'));
  const tally: Tally = {
    next: 0,
    total: CALLS[size],
    answers: { plain: 0, late: 0, reset: 0, truncate: 0 },
    violations: [],
  };
  try {
    const callers = [];
    for (const label of ['pooled-a', 'pooled-b'])
      callers.push(await registerNamedClient(operator, await registerPartner(operator, label)));
    const workers = callers.flatMap((caller) => {
      const tokens = tokensOf(stack, caller);
      return Array.from({ length: CONNECTIONS }, () => keepCalling({ stack, url, caller, tokens }, tally));
    });
    await Promise.all(workers);
    for (const { partner } of callers) await operator.post(`partners/${partner}/suspend`);
  } finally {
    await gateway.stop();
    upstream.closeAllConnections();
    upstream.close();
  }
  const { answers, violations } = tally;
  return {
    injected: answers.reset + answers.truncate,
    figure:
      `${violations.length} wrong of ${tally.total} calls over ${sockets.size} connections to the upstream, ` +
      `of which it reset ${answers.reset} and truncated ${answers.truncate}`,
    violations: violations.slice(0, 20),
  };
}

/** The answer says whose call it was and what came with it; some overtake others. */
async function answerAs(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { url = '', method, headers, socket } = request;
  const body = await text(request).catch(() => '');
  const said = `${String(headers['holdfast-client-id'])} ${method} ${url} ${body}`;
  const kind = kindIn(url);
  if (kind === 'reset') return void socket.resetAndDestroy();
  if (kind === 'truncate') {
    response.writeHead(200, { 'content-length': said.length + 10 }).write(said, () => socket.destroy());
    return;
  }
  setTimeout(() => response.end(said), kind === 'late' ? 3 : 0);
}

interface Calling {
  readonly stack: StackUnderTest;
  readonly url: string;
  readonly caller: PartnerClient;
  readonly tokens: () => Promise<string>;
}

/** One connection of a caller, one call after the other. */
async function keepCalling({ stack, url, caller, tokens }: Calling, tally: Tally): Promise<void> {
  const dial = { url, ca: stack.ca, identity: caller.identity };
  let wire = await Wire.dial(dial);
  for (let number = tally.next++; number < tally.total; number = tally.next++) {
    const kind = kindOf(number);
    const request = requestFor(number, kind, caller);
    const answer = await wire.send(withToken(await tokens(), request)).catch(closed);
    const wrong = judge(
      kind,
      answer,
      `${caller.clientId} ${request.method} ${request.target} ${request.body ?? ''}`,
    );
    tally.answers[kind] += 1;
    if (wrong !== undefined) tally.violations.push(`${caller.clientId} ${request.target}: ${wrong}`);
    if (answer !== undefined && answer.headers['connection'] !== 'close') continue;
    wire.close();
    wire = await Wire.dial(dial);
  }
  wire.close();
}

function requestFor(number: number, kind: Kind, { clientId }: PartnerClient): WireRequest {
  const target = `/p/${kind}/${number}`;
  return number % 2 === 0
    ? { method: 'GET', target }
    : { method: 'POST', target, body: `sent by ${clientId} as ${number}` };
}

function judge(kind: Kind, answer: WireAnswer | undefined, own: string): string | undefined {
  if (kind === 'truncate')
    return answer === undefined ? undefined : `a truncated answer arrived whole: ${answer.text}`;
  if (answer === undefined) return 'the connection broke off';
  if (kind === 'reset') return answer.status === 502 ? undefined : `${answer.status} ${answer.text}`;
  return answer.status === 200 && answer.text === own ? undefined : `${answer.status} ${answer.text}`;
}

function kindOf(number: number): Kind {
  if (number % 50 === 7) return 'reset';
  if (number % 50 === 32) return 'truncate';
  return number % 10 === 3 ? 'late' : 'plain';
}

function kindIn(path: string): Kind | undefined {
  return path.split('/')[2] as Kind | undefined;
}

function closed(error: unknown): undefined {
  if (!(error instanceof WireClosed)) throw error;
}

/** A token of the caller that is good for a while yet. */
function tokensOf(stack: StackUnderTest, caller: PartnerClient): () => Promise<string> {
  let current = { token: tokenOf(stack, caller), at: performance.now() };
  return () => {
    if (performance.now() - current.at > TOKEN_FOR_MS)
      current = { token: tokenOf(stack, caller), at: performance.now() };
    return current.token;
  };
}

function gatewayFile({ file, orders }: StackUnderTest, port: number): string {
  const path = join(newDirectory('r-27'), 'gateway.json');
  const issuer = { issuer: file.issuer, audience: orders, keys: { jwksUri: `${file.issuer}/jwks` } };
  const content = {
    tokens: { issuers: [issuer] },
    issuerTls: { caFile: file.caFile },
    upstreams: { pooled: { url: `http://127.0.0.1:${port}`, connections: UPSTREAM_CONNECTIONS } },
    routes: [{ path: '/p/**', methods: ['GET', 'POST'], scopes: ['orders:read'], upstream: 'pooled' }],
  };
  writeFileSync(path, JSON.stringify(content));
  return path;
}
