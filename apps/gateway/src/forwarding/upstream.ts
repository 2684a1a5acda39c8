import { X509Certificate } from 'node:crypto';
import { request as httpRequest, type ClientRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { buildConnector, Pool } from 'undici';
import { thumbprintOf, type CertificateThumbprint } from '@holdfast/token-binding';
import { guardedLookup, type AddressRule } from './upstream-address.js';

/** PEM: whom the gateway trusts as an upstream's authority, and its own certificate there. */
export interface UpstreamTls {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** The name in the upstream's certificate, where it is not the host of the URL. */
  readonly servername?: string | undefined;
}

/** How an upstream is reached. */
export interface UpstreamPlan {
  /** An origin: scheme, host and port. Paths are those of the requests. */
  readonly origin: URL;
  readonly tls: UpstreamTls;
  readonly connectMs: number;
  /** At most so many connections for requests; beyond, requests wait their turn. */
  readonly connections: number;
  /** Whether the upstream gets the Host of the client, or its own. */
  readonly preserveHost: boolean;
  /** Whom assertions for it are for. */
  readonly assertionAudience: string;
  readonly addresses: AddressRule;
}

/** Idle connections are given up before servers usually do, so that no request meets one that is being closed. */
const KEEP_IDLE_MS = 4_000;
const LARGEST_HEADER = 32 * 1_024;

/** The connections to one backend. They are shared by all callers: one request at a time on each, nothing pipelined. */
export class Upstream {
  readonly pool: Pool;
  /** Of the gateway's own certificate at this upstream, if it shows one. */
  readonly ownThumbprint: CertificateThumbprint | undefined;
  private readonly connecting;

  constructor(readonly plan: UpstreamPlan) {
    const { origin, tls, connections, addresses } = plan;
    this.connecting = {
      ...given(tls),
      // Else NODE_TLS_REJECT_UNAUTHORIZED would decide.
      rejectUnauthorized: true,
      lookup: guardedLookup(portOf(origin), addresses),
    };
    this.ownThumbprint = tls.cert === undefined ? undefined : thumbprintOf(new X509Certificate(tls.cert).raw);
    this.pool = new Pool(origin, {
      connections,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: KEEP_IDLE_MS,
      keepAliveMaxTimeout: KEEP_IDLE_MS,
      maxHeaderSize: LARGEST_HEADER,
      // One clock for the whole exchange, in `forward`: these know nothing of waiting in the queue.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: this.connector(),
    });
  }

  /**
   * Goes with every request. By itself undici would take the name from the Host header, which may be the client's, and
   * connect anew whenever it changes.
   */
  get servername(): string {
    return this.plan.tls.servername ?? this.plan.origin.hostname;
  }

  /** What the upstream is asked under. */
  hostFor(host: string): string {
    return this.plan.preserveHost ? host : this.plan.origin.host;
  }

  /** A request on a connection of its own, which may become another protocol. The caller ends it. */
  openOwn(method: string, path: string, headers: readonly string[]): ClientRequest {
    const { origin } = this.plan;
    const request = origin.protocol === 'https:' ? httpsRequest : httpRequest;
    return request({
      ...this.connecting,
      host: origin.hostname.replace(/^\[|\]$/g, ''),
      port: portOf(origin),
      method,
      path,
      headers,
      setHost: false,
      agent: false,
    });
  }

  /** The name that the upstream's certificate must have is that of the plan, whatever a request says. */
  private connector(): buildConnector.connector {
    const { tls, connectMs } = this.plan;
    const connect = buildConnector({ ...this.connecting, allowH2: false, timeout: connectMs });
    return (options, callback) => connect({ ...options, servername: tls.servername ?? '' }, callback);
  }

  /** Lets requests under way finish; new ones go to the successor. */
  retire(): Promise<void> {
    return this.pool.close();
  }
}

export function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

function given(tls: UpstreamTls): { [N in keyof UpstreamTls]?: string } {
  return Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
}
