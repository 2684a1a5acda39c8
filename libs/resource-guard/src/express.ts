import type { Application, NextFunction, Request, RequestHandler, Response } from 'express';
import { accessFor, admit } from './caller.js';
import { toAnswer } from './challenge.js';
import { ResourceGuard, type GuardOptions, type RouteAccess } from './resource-guard.js';

/** Who calls, as the guard verified it; throws on a route that it did not admit. */
export { accessFor };

/** Middleware of one API; every route names one of the first two. */
export interface ExpressGuard {
  /** The route serves holders of a bound token that has all of these scopes. */
  requireScopes(...scopes: readonly [string, ...string[]]): RequestHandler;
  /** The route serves anybody, without a token. */
  readonly isPublic: RequestHandler;
  /** Mount it last: whatever no route has answered is closed. */
  readonly closed: RequestHandler;
  /** Throws unless every route begins with one of the first two. Express cannot tell at run time: call it before `listen`. */
  requireDeclared(app: Application): void;
}

/** Protects the routes of an Express 5 application. */
export function boundToken(options: GuardOptions): ExpressGuard {
  const guard = new ResourceGuard(options);
  const declared = new WeakSet<object>();
  const declare = (route: RouteAccess | undefined): RequestHandler => {
    const handler = (request: Request, response: Response, next: NextFunction): void => {
      guard.decide(route, { raw: request, body: request.body }).then((decision) => {
        if (decision.allowed) {
          admit(request, decision.access);
          return next();
        }
        const { status, headers, body } = toAnswer(decision.error);
        response.status(status).set(headers).send(JSON.stringify(body));
      }, next);
    };
    declared.add(handler);
    return handler;
  };
  return {
    requireScopes: (...scopes) => declare({ public: false, scopes }),
    isPublic: declare({ public: true }),
    closed: declare(undefined),
    requireDeclared(app) {
      const open = routesOf(app).filter(({ first }) => first === undefined || !declared.has(first));
      if (open.length === 0) return;
      const names = open.map(({ path }) => path).join(', ');
      throw new Error(`routes that begin with neither requireScopes(…) nor isPublic: ${names}`);
    },
  };
}

interface Layer {
  readonly handle?: object & { readonly stack?: readonly Layer[] };
  readonly route?: { readonly path: unknown; readonly stack: readonly Layer[] };
}

function routesOf(
  app: Application,
): readonly { readonly path: string; readonly first: object | undefined }[] {
  const { router, _router } = app as {
    router?: { stack?: readonly Layer[] };
    _router?: { stack?: readonly Layer[] };
  };
  const walk = (stack: readonly Layer[] = []): ReturnType<typeof routesOf> =>
    stack.flatMap(({ handle, route }) =>
      route === undefined
        ? walk(handle?.stack)
        : [{ path: String(route.path), first: route.stack[0]?.handle }],
    );
  return walk((_router ?? router)?.stack);
}
