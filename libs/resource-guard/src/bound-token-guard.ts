import { type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { fromRequest } from '@holdfast/certificate-source';
import { verifyBoundToken, type TokenPolicy } from '@holdfast/cnf-token-verification';
import { AccessRefused } from './access-refused.js';
import { readBearerToken, type TokenCarrier } from './bearer-token.js';
import { admit, ROUTE_ACCESS, type RouteAccess } from './decorators.js';

/**
 * Admits a call if its token is ours, for this API, bound to the certificate of this very request, and has the
 * scopes of the route (RFC 6750, RFC 8705 §3, RFC 9068 §4). Meant as *the* global guard: a route that declares
 * neither scopes nor `@Public()` is closed.
 *
 * Refusals are thrown as `AccessRefused`; `KeysUnavailable` passes through, an outage is no refusal.
 */
export class BoundTokenGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly policy: TokenPolicy,
    private readonly clock: () => Date,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = this.reflector.getAllAndOverride<RouteAccess | undefined>(ROUTE_ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (route === undefined) throw new AccessRefused('route_undeclared');
    if (route.public) return true;

    const request = context.switchToHttp().getRequest<TokenCarrier>();
    const token = readBearerToken(request);
    const presented = fromRequest(request);
    if (presented === undefined) throw new AccessRefused('certificate_absent');
    const { proxyRefusal } = presented;
    if (proxyRefusal !== undefined)
      throw new AccessRefused('certificate_refused_by_proxy', { cause: proxyRefusal });

    const verdict = await verifyBoundToken(token, presented.leaf, this.policy, this.clock());
    if (!verdict.accepted) throw new AccessRefused(verdict.rejection, { cause: verdict.cause });
    if (!route.scopes.every((scope) => verdict.access.scopes.has(scope))) {
      throw new AccessRefused('scope_insufficient', { requiredScopes: route.scopes });
    }
    admit(request, verdict.access);
    return true;
  }
}
