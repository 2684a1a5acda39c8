import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import { originOf, valuesOf, type ForwardedCertificates } from '@holdfast/certificate-source';
import { loggable, newRequestId, TransportRefusal } from '@holdfast/http-platform';
import { REASONS } from '@holdfast/oauth-protocol';
import { requireAdmitted, type AdmittedCall } from './decide.js';
import { Exchange } from './forwarding/exchange.js';
import { bodyOf, ClientGone, endLingering } from './forwarding/request-body.js';
import { asksForWebSocket, openTunnel, responseOn } from './forwarding/tunnel.js';
import { answerTo, detailOf, refusal, type GatewayAnswer } from './refusal.js';
import type { GatewayState } from './state.js';
import { askedAbout, asksToVerify, toVerifyAnswer } from './verify.js';
import { ownAnswer, pathOf } from './well-known.js';

/** Hears what became of every request; it must not throw. */
export interface Observer {
  /** An answer of an upstream was passed on; `unbound`: to a token that was bound to no certificate. */
  passed(status: number, unbound: boolean): void;
  /** An answer of the gateway itself. `error` is undefined for one that is no refusal. */
  answered(
    line: Readonly<Record<string, unknown>>,
    answer: { status: number; reason: string },
    error: unknown,
  ): void;
}

/** One request and what it is answered with. */
interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly id: string;
  readonly state: GatewayState;
  readonly method: string;
  /** As it came. */
  readonly url: string;
  /** A proxy asks about another request. */
  readonly verifying: boolean;
  /** The connection, where it is to become a WebSocket. */
  readonly upgrade: Socket | undefined;
  readonly awaitsContinue: boolean;
}

/** Stands in front of upstreams: decides about each request, forwards it, and answers the rest itself. */
export class Gateway {
  constructor(
    private state: GatewayState,
    private readonly observer: Observer,
  ) {}

  get current(): GatewayState {
    return this.state;
  }

  /** From now on requests are decided by `next`; returns what they were decided by before. */
  replace(next: GatewayState): GatewayState {
    const { state } = this;
    this.state = next;
    return state;
  }

  /** Whether a request may become a WebSocket at all; any other upgrade is not listened to (RFC 9110 §7.8). */
  readonly mayUpgrade = (request: IncomingMessage): boolean =>
    asksForWebSocket(request) && this.state.routes.some(({ webSocket }) => webSocket);

  /** For `createHttpsServer`; `attach` adds what is no plain request. */
  listener(proxies?: ForwardedCertificates): RequestListener {
    return (request, response) => this.begin(this.callOf(request, response, proxies), proxies);
  }

  /** Serves what comes to `server` beside plain requests: announced bodies and WebSockets. */
  attach(server: Server, proxies?: ForwardedCertificates): void {
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      this.begin({ ...this.callOf(request, response, proxies), awaitsContinue: true }, proxies);
    });
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      if (head.length > 0) socket.unshift(head);
      const call = this.callOf(request, responseOn(request, socket), proxies);
      this.begin({ ...call, upgrade: socket }, proxies);
    });
  }

  private callOf(
    request: IncomingMessage,
    response: ServerResponse,
    proxies: ForwardedCertificates | undefined,
  ): Call {
    const { state } = this;
    const verifying = proxies !== undefined && asksToVerify(request, state.plan.verifyStyle);
    const { method = '', url = '' } = request;
    const id = newRequestId();
    return {
      request,
      response,
      id,
      state,
      method,
      url,
      verifying,
      upgrade: undefined,
      awaitsContinue: false,
    };
  }

  private begin(call: Call, proxies: ForwardedCertificates | undefined): void {
    // Not even a fault in an answer ends the process (DO-21).
    call.state.during(() => this.serve(call, proxies)).catch(() => call.response.destroy());
  }

  private async serve(call: Call, proxies: ForwardedCertificates | undefined): Promise<void> {
    try {
      if (proxies !== undefined) requireProxy(proxies, call.request);
      if (call.verifying) return await this.verify(call);
      const asked = ownAnswer(call.request, call.id, call.state);
      const own = asked && (await asked);
      if (own !== undefined) return this.send(call, own);
      const admitted = await requireAdmitted(call.state, call.request, {
        method: call.method,
        url: call.url,
        host: onlyHost(call.request),
      });
      await this.forward(call, admitted);
    } catch (error) {
      this.refuse(call, error);
    }
  }

  private async forward(call: Call, admitted: AdmittedCall): Promise<void> {
    const { request, response, upgrade, id } = call;
    const { route, target, access } = admitted;
    const { backend, limits } = route;
    if (backend === undefined) throw refusal('path_unknown');
    const headers = this.headersFor(call, admitted, backend.hostFor(admitted.host));
    const assertion = assertionFor(call.state, admitted);
    if (assertion !== undefined) headers.push(...(await assertion));
    if (request.socket.destroyed) return;
    if (upgrade !== undefined && route.webSocket) {
      const endsInMs = access && access.expiresAt * 1_000 - Date.now();
      const status = await openTunnel(
        backend,
        { path: target.raw, headers: [...headers, ...UPGRADE], endsInMs, ...limits },
        upgrade,
        response,
      );
      return this.passed(status, admitted);
    }
    const { 'content-length': length } = request.headers;
    if (Number(length ?? 0) > route.body.bytes) throw refusal('body_too_large');
    if (call.awaitsContinue) response.writeContinue();
    const body = bodyOf(request, route.body);
    const exchange = new Exchange({ request, body, response, requestId: id }, limits, (outcome) => {
      if ('status' in outcome) this.passed(outcome.status, admitted);
      else if (!(outcome.error instanceof ClientGone)) this.refuse(call, outcome.error);
    });
    const { pool, servername } = backend;
    const sending = {
      method: call.method,
      path: target.raw,
      headers,
      body,
      servername,
    } as Dispatcher.DispatchOptions;
    pool.dispatch(sending, exchange);
  }

  /** What the client sent and may send, then what the gateway says: added last, so that nothing takes it away. */
  private headersFor(
    { request, state, id }: Call,
    { access, host }: AdmittedCall,
    upstreamHost: string,
  ): string[] {
    const headers = state.headers.keep(request.rawHeaders, request.headers.connection);
    const { source } = originOf({ raw: request });
    headers.push('Host', upstreamHost, 'Via', '1.1 holdfast', 'X-Request-Id', id);
    headers.push('X-Forwarded-For', source, 'X-Forwarded-Proto', 'https', 'X-Forwarded-Host', host);
    headers.push(...state.identity.of(access));
    return headers;
  }

  /** Tells a proxy whether the request that it asks about may go on, and as whose. */
  private async verify(call: Call): Promise<void> {
    const { request, response, state, id } = call;
    const asked = askedAbout(request, state.plan.verifyStyle!);
    if (asked === undefined) throw refusal('request_malformed');
    const admitted = await requireAdmitted(state, request, asked);
    const lines = ['X-Request-Id', id, 'Cache-Control', 'no-store', ...state.identity.of(admitted.access)];
    const assertion = assertionFor(state, admitted);
    if (assertion !== undefined) lines.push(...(await assertion));
    response.writeHead(204, lines);
    endLingering(request, response);
    this.passed(204, admitted);
  }

  private passed(status: number, { access }: AdmittedCall): void {
    this.observer.passed(status, access !== undefined && access.thumbprint === undefined);
  }

  private refuse(call: Call, error: unknown): void {
    const answer = answerTo(error);
    const line = {
      request_id: call.id,
      method: call.method,
      path: loggable(pathOf(call.url)),
      ...originOf({ raw: call.request }),
      status: answer.status,
      reason: answer.reason,
      detail: detailOf(error),
    };
    this.observer.answered(line, answer, error);
    if (call.response.headersSent || call.response.destroyed) return;
    this.send(call, call.verifying ? toVerifyAnswer(answer, REASONS[answer.reason].told) : answer);
  }

  private send(
    { request, response, id }: Call,
    { status, headers, body }: Omit<GatewayAnswer, 'reason'>,
  ): void {
    const text = JSON.stringify(status >= 400 ? { ...body, request_id: id } : body);
    response.writeHead(status, {
      ...headers,
      'x-request-id': id,
      'content-length': Buffer.byteLength(text),
      ...(request.complete ? {} : { connection: 'close' }),
    });
    response.write(text);
    endLingering(request, response);
  }
}

/** RFC 6455 §4.1; the key and its kin are the client's own. */
const UPGRADE = ['Connection', 'Upgrade', 'Upgrade', 'websocket'] as const;

/** The line in which the gateway vouches for the caller; undefined where it does so for nobody, or nobody in particular calls. */
function assertionFor(
  { assertions }: GatewayState,
  { route: { backend }, access }: AdmittedCall,
): Promise<readonly string[]> | undefined {
  if (assertions === undefined || access === undefined) return undefined;
  const name = backend?.plan.assertionAudience ?? access.audience;
  return assertions.of(access, { name, boundTo: backend?.ownThumbprint }, new Date());
}

/** RFC 9112 §3.2: exactly one; the server that made the request refuses others too, but not those that ask for an upgrade. */
function onlyHost({ rawHeaders }: IncomingMessage): string | undefined {
  const hosts = valuesOf(rawHeaders, 'host');
  return hosts.length === 1 ? hosts[0] : undefined;
}

/** Lets nothing through but requests of the proxies, each with the certificate that it forwards. */
function requireProxy(proxies: ForwardedCertificates, request: IncomingMessage): void {
  const admission = proxies.admit(request, new Date());
  // The connection ends, so that each guess at a credential costs a TLS handshake.
  if (!admission.admitted)
    throw new TransportRefusal(admission.refusal, { connection: 'close' }, admission.fault);
}
