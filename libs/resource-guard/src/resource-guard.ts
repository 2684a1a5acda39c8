import type { IncomingMessage } from 'node:http';
import { fromRequest } from '@holdfast/certificate-source';
import type { TokenVerifier, VerifiedAccess } from '@holdfast/cnf-token-verification';
import { ServiceUnavailable } from '@holdfast/oauth-protocol';
import { thumbprintOf, type CertificateThumbprint, type PresentedCertificate } from '@holdfast/token-binding';
import { AccessRefused } from './access-refused.js';
import { readBearerToken } from './bearer-token.js';
import { systemClock } from './system-clock.js';

/** Who may call a route: nobody in particular, or holders of a bound token with all of `scopes`. */
export type RouteAccess =
  { readonly public: true } | { readonly public: false; readonly scopes: readonly string[] };

/** How an API is protected; the same for every framework. */
export interface GuardOptions {
  readonly verifier: Pick<TokenVerifier, 'verify'>;
  /**
   * What the client of a request presented, undefined if nothing. By default the certificate of its TLS handshake with us,
   * or the one that `ForwardedCertificates` of `@holdfast/certificate-source` admitted. Never a header as such.
   */
  readonly certificateOf?: (request: IncomingMessage) => PresentedCertificate | undefined;
  /** The https URL of this API's metadata, named in challenges (RFC 9728 §5.1). */
  readonly resourceMetadata?: string;
  /** Hears of every call that does not get through, for log and metrics. It must not throw. */
  readonly onRefusal?: (error: AccessRefused | ServiceUnavailable, request: IncomingMessage) => void;
  readonly clock?: () => Date;
}

/** A request, as far as the decision needs it. */
export interface GuardedRequest {
  readonly raw: IncomingMessage;
  /** The body, where it was parsed before the guard: a token in it is refused. */
  readonly body?: unknown;
}

/** Whether a call gets through; `access` is who calls, undefined on a public route. */
export type AccessDecision =
  | { readonly allowed: true; readonly access: VerifiedAccess | undefined }
  | { readonly allowed: false; readonly error: AccessRefused | ServiceUnavailable };

/** Callers come back after so many seconds. */
const RETRY_AFTER_SECONDS = 5;

/** Decides about calls; what the adapters for Nest, Fastify, Express and `node:http` have in common. */
export class ResourceGuard {
  constructor(private readonly options: GuardOptions) {
    const { resourceMetadata } = options;
    if (resourceMetadata !== undefined && !/^https:\/\/[!#-[\]-~]+$/.test(resourceMetadata))
      throw new Error(`resourceMetadata must be an https: URL without spaces or quotes: ${resourceMetadata}`);
  }

  /**
   * **The whole decision** about a call: does its route say who may call it, and does the request bring a token of ours,
   * for this API, bound to the certificate of this very request, with all scopes of the route (RFC 6750, RFC 8705 §3,
   * RFC 9068 §4)? A route that declares nothing is closed. Throws only what is a fault of ours.
   */
  async decide(route: RouteAccess | undefined, request: GuardedRequest): Promise<AccessDecision> {
    try {
      return { allowed: true, access: await this.requireAccess(route, request) };
    } catch (error) {
      if (!(error instanceof AccessRefused || error instanceof ServiceUnavailable)) throw error;
      this.options.onRefusal?.(error, request.raw);
      return { allowed: false, error };
    }
  }

  private async requireAccess(
    route: RouteAccess | undefined,
    request: GuardedRequest,
  ): Promise<VerifiedAccess | undefined> {
    if (route === undefined) throw this.refused('route_undeclared');
    if (route.public) return undefined;

    const token = this.tokenOf(request);
    const { certificateOf = (raw) => fromRequest({ raw }), verifier, clock = systemClock } = this.options;
    const presented = certificateOf(request.raw);
    if (presented?.proxyRefusal !== undefined)
      throw this.refused('certificate_refused_by_proxy', { cause: presented.proxyRefusal });

    const verdict = await verifier.verify(token, presented && thumbprintFor(presented), clock());
    if (verdict.outcome === 'unavailable')
      throw new ServiceUnavailable(verdict.reason, RETRY_AFTER_SECONDS, verdict.cause);
    if (verdict.outcome === 'refused') throw this.refused(verdict.reason, { cause: verdict.cause });
    const { access } = verdict;
    if (!route.scopes.every((scope) => access.scopes.includes(scope)))
      throw this.refused('scope_insufficient', { requiredScopes: route.scopes });
    return access;
  }

  private tokenOf(request: GuardedRequest): string {
    try {
      return readBearerToken(request);
    } catch (error) {
      throw error instanceof AccessRefused ? this.refused(error.rejection, { cause: error.cause }) : error;
    }
  }

  private refused(
    rejection: AccessRefused['rejection'],
    detail: { readonly cause?: unknown; readonly requiredScopes?: readonly string[] } = {},
  ): AccessRefused {
    return new AccessRefused(rejection, {
      ...detail,
      resourceMetadata: this.options.resourceMetadata,
    });
  }
}

const thumbprints = new WeakMap<PresentedCertificate, CertificateThumbprint>();

/** Computed once per connection and certificate. */
function thumbprintFor(presented: PresentedCertificate): CertificateThumbprint {
  const known = thumbprints.get(presented);
  if (known !== undefined) return known;
  const thumbprint = thumbprintOf(presented.leaf);
  thumbprints.set(presented, thumbprint);
  return thumbprint;
}
