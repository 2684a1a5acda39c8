import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { PresentedCertificate } from '@holdfast/token-binding';
import { readCertificates, readForwardedHeaders } from './forwarded-headers.js';
import { valuesOf } from './header-lines.js';
import { ProxyIdentification } from './proxy-identity.js';
import { ofSocket } from './tls-socket.js';
import type { TrustedProxy } from './trusted-proxy.js';

/** Whether a request on the proxy listener goes on, and as whose. `fault` is for the operator. */
export type Admission =
  | Admitted
  | {
      readonly admitted: false;
      readonly refusal: 'proxy_not_authenticated' | 'proxy_header_malformed';
      readonly fault: string;
    };

export interface Admitted {
  readonly admitted: true;
  /** The name of the proxy. */
  readonly proxy: string;
  /** What the proxy's client presented; undefined if nothing. */
  readonly certificate: PresentedCertificate | undefined;
  /** The address of the client, where the proxy is configured to report it. */
  readonly clientAddress: string | undefined;
}

/** Certificates that are remembered, so that each is parsed and judged once and not once per request. */
const REMEMBERED = 1_000;

const proxySockets = new WeakSet<Socket>();
const admissions = new WeakMap<IncomingMessage, Admitted>();

/** Certificates that authenticated proxies forward in a header, instead of the TLS handshake with the client. */
export class ForwardedCertificates {
  private readonly identification: ProxyIdentification;
  private readonly remembered = new Map<string, PresentedCertificate>();

  constructor(proxies: readonly TrustedProxy[]) {
    this.identification = new ProxyIdentification(proxies);
  }

  /**
   * Gives a listener to proxies: from now on, no certificate of its connections is a client's, and a request without
   * `admit` has no source at all. Call it before the server listens.
   */
  claim(server: Server): void {
    server.prependListener('secureConnection', (socket: Socket) => proxySockets.add(socket));
  }

  /** Whether the request came over a listener that was given to proxies. */
  concerns({ socket }: IncomingMessage): boolean {
    return proxySockets.has(socket);
  }

  /**
   * **The whole decision** about a request on that listener: is the peer one of our proxies, and what did it forward?
   * The certificate belongs to this request alone, never to the connection: a proxy shares it among its clients.
   *
   * Does NOT judge the certificate; what the proxy says against it goes along, what it says for it does not.
   */
  admit(request: IncomingMessage, now: Date): Admission {
    const { rawHeaders, socket } = request;
    const identity = this.identification.identify(
      {
        address: socket.remoteAddress,
        certificate: ofSocket(socket),
        authorization: valuesOf(rawHeaders, 'proxy-authorization'),
      },
      now,
    );
    if (!identity.known) return refused('proxy_not_authenticated', identity.fault);

    const { proxy } = identity;
    const read = readForwardedHeaders(rawHeaders, proxy);
    if (!read.read) return refused('proxy_header_malformed', `${proxy.name}: ${read.fault}`);
    const { certificate, chain, verified, clientAddress } = read.headers;
    const admitted = { admitted: true, proxy: proxy.name, clientAddress } as const;
    if (certificate === undefined) return remember(request, { ...admitted, certificate });

    const presented = this.presentedIn(certificate, chain, proxy);
    if (presented === undefined)
      return refused('proxy_header_malformed', `${proxy.name}: not of the format ${proxy.format}`);
    if (!proxy.proxyValidates || verified === 'SUCCESS')
      return remember(request, { ...admitted, certificate: presented });
    return remember(request, {
      ...admitted,
      certificate: { ...presented, proxyRefusal: verified?.slice(0, 128) ?? 'no verdict' },
    });
  }

  /** One object for one certificate and chain, as `PresentedCertificate` wants it; the oldest is forgotten. */
  private presentedIn(
    certificate: string,
    chain: string | undefined,
    proxy: TrustedProxy,
  ): PresentedCertificate | undefined {
    const key = hash('sha256', `${proxy.name}\n${certificate}\n${chain ?? ''}`, 'base64');
    const known = this.remembered.get(key);
    const presented = known ?? readCertificates(certificate, chain, proxy);
    if (presented === undefined) return undefined;
    this.remembered.delete(key);
    this.remembered.set(key, presented);
    if (this.remembered.size > REMEMBERED) this.remembered.delete(this.remembered.keys().next().value!);
    return presented;
  }
}

/**
 * What the client of this request presented: in its TLS handshake with us, or to the proxy that was admitted with this
 * very request; `undefined` if nothing. Throws on a proxy's connection whose request was not admitted: the certificate
 * of the proxy is nobody else's.
 */
export function fromRequest(request: { readonly raw: IncomingMessage }): PresentedCertificate | undefined {
  const { raw } = request;
  if (!proxySockets.has(raw.socket)) return ofSocket(raw.socket);
  const admitted = admissions.get(raw);
  if (admitted === undefined)
    throw new Error('a request of a proxy that was not admitted has no certificate');
  return admitted.certificate;
}

/** Where a request came from, for log and audit: the client's address, and the proxy that vouches for it. */
export interface RequestOrigin {
  readonly source: string;
  readonly proxy?: string;
}

/** The socket's address; behind an admitted proxy the one that it reports, where it is trusted to. Never decides anything. */
export function originOf(request: { readonly raw: IncomingMessage }): RequestOrigin {
  const source = request.raw.socket.remoteAddress ?? 'unknown';
  const admitted = admissions.get(request.raw);
  return admitted === undefined
    ? { source }
    : { source: admitted.clientAddress ?? source, proxy: admitted.proxy };
}

function remember(request: IncomingMessage, admitted: Admitted): Admitted {
  admissions.set(request, admitted);
  return admitted;
}

function refused(
  refusal: 'proxy_not_authenticated' | 'proxy_header_malformed',
  fault: string,
): Exclude<Admission, Admitted> {
  return { admitted: false, refusal, fault };
}
