import {
  createParamDecorator,
  SetMetadata,
  type CustomDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import type { VerifiedAccess } from '@holdfast/cnf-token-verification';

/** Who may call a route: nobody in particular, or holders of a bound token with all of `scopes`. */
export type RouteAccess =
  { readonly public: true } | { readonly public: false; readonly scopes: readonly string[] };

export const ROUTE_ACCESS = 'holdfast:route-access';

/** The route serves holders of a bound token that has all of these scopes. */
export function RequireScopes(...scopes: readonly [string, ...string[]]): CustomDecorator {
  return SetMetadata(ROUTE_ACCESS, { public: false, scopes } satisfies RouteAccess);
}

/** The route serves anybody, without a token. */
export function Public(): CustomDecorator {
  return SetMetadata(ROUTE_ACCESS, { public: true } satisfies RouteAccess);
}

const accessOf = new WeakMap<object, VerifiedAccess>();

/** Remembers who calls; the guard does it once a call is admitted. */
export function admit(request: object, access: VerifiedAccess): void {
  accessOf.set(request, access);
}

/** Who calls, as the guard verified it; throws on a route that the guard did not admit. */
export function accessFor(request: object): VerifiedAccess {
  const access = accessOf.get(request);
  if (access === undefined) throw new Error('this route was not admitted by the guard');
  return access;
}

/** Injects who calls into a handler. */
export const Access = createParamDecorator((_: unknown, context: ExecutionContext): VerifiedAccess =>
  accessFor(context.switchToHttp().getRequest<object>()),
);
