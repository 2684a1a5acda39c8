import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { SignInRefused, type OpenSession, type SignIn } from '@holdfast/people';
import { AccessRefused, type RouteAccess } from '@holdfast/resource-guard';
import { ROUTE_ACCESS } from '@holdfast/resource-guard/nest';
import { ADMIN_SCOPE } from '../http/actor.js';
import { readSessionId } from './cookie.js';
import { admitPerson } from './person.js';

/** What everybody who is signed in may do: see who that is, set up a passkey, sign out. */
export const ACCOUNT_SCOPE = 'account';

/** To look after the passkeys that are there: whoever only held a link may take none away. */
export const PASSKEYS_SCOPE = 'passkeys';

/**
 * Admits a request of a person if its cookie names an open session that may use the route. The global guard of the
 * people's listener: a route that declares neither scopes nor `@Public()` is closed. A token in the request is not
 * looked at (AW-22). Does NOT check the origin: see `browserRules`.
 */
export class SessionGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly signIn: SignIn,
    private readonly mode: 'production' | 'development',
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = this.reflector.getAllAndOverride<RouteAccess | undefined>(ROUTE_ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (route === undefined) throw new AccessRefused('route_undeclared');
    if (route.public) return true;

    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const open = await this.signIn.requireSession(readSessionId(request.headers.cookie));
    const scopes = scopesOf(open, this.mode);
    if (!route.scopes.every((scope) => scopes.includes(scope))) throw new SignInRefused('passkey_needed');
    admitPerson(request, open);
    return true;
  }
}

const EVERYTHING = [ACCOUNT_SCOPE, PASSKEYS_SCOPE, ADMIN_SCOPE];

/**
 * A link proves only that somebody held it. In production its session can set up a passkey and nothing else; in development
 * it may do everything, because a browser can refuse to make passkeys there (decisions 27).
 */
function scopesOf({ session }: OpenSession, mode: 'production' | 'development'): readonly string[] {
  return session.via === 'passkey' || mode === 'development' ? EVERYTHING : [ACCOUNT_SCOPE];
}
