import 'reflect-metadata';
import type { IncomingMessage } from 'node:http';
import {
  Catch,
  ConfigurableModuleBuilder,
  createParamDecorator,
  Module,
  SetMetadata,
  type ArgumentsHost,
  type CanActivate,
  type CustomDecorator,
  type ExceptionFilter,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, HttpAdapterHost, Reflector } from '@nestjs/core';
import type { VerifiedAccess } from '@holdfast/cnf-token-verification';
import { ServiceUnavailable } from '@holdfast/oauth-protocol';
import { AccessRefused } from './access-refused.js';
import { accessFor, admit } from './caller.js';
import { toAnswer } from './challenge.js';
import { ResourceGuard, type GuardOptions, type RouteAccess } from './resource-guard.js';

export const ROUTE_ACCESS = 'holdfast:route-access';

/** The route serves holders of a bound token that has all of these scopes. */
export function RequireScopes(...scopes: readonly [string, ...string[]]): CustomDecorator {
  return SetMetadata(ROUTE_ACCESS, { public: false, scopes } satisfies RouteAccess);
}

/** The route serves anybody, without a token. */
export function Public(): CustomDecorator {
  return SetMetadata(ROUTE_ACCESS, { public: true } satisfies RouteAccess);
}

/** Injects who calls into a handler. */
export const BoundToken = createParamDecorator((_: unknown, context: ExecutionContext): VerifiedAccess =>
  accessFor(context.switchToHttp().getRequest<object>()),
);

/** Meant as *the* global guard, on Fastify and Express alike. Throws `AccessRefused`, or `ServiceUnavailable` for an outage. */
export class BoundTokenGuard implements CanActivate {
  private readonly guard: ResourceGuard;

  constructor(
    private readonly reflector: Reflector,
    options: GuardOptions,
  ) {
    this.guard = new ResourceGuard(options);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const handlers = [context.getHandler(), context.getClass()];
    const route = this.reflector.getAllAndOverride<RouteAccess | undefined>(ROUTE_ACCESS, handlers);
    const request = context.switchToHttp().getRequest<object & { raw?: IncomingMessage; body?: unknown }>();
    // Fastify wraps the request of Node, Express extends it.
    const raw = request.raw ?? (request as IncomingMessage);
    const decision = await this.guard.decide(route, { raw, body: request.body });
    if (!decision.allowed) throw decision.error;
    admit(request, decision.access);
    return true;
  }
}

/** Answers what the guard throws. A filter for everything that the application sets with `useGlobalFilters` goes first. */
@Catch(AccessRefused, ServiceUnavailable)
export class BoundTokenFilter implements ExceptionFilter {
  constructor(private readonly adapters: HttpAdapterHost) {}

  catch(error: AccessRefused | ServiceUnavailable, host: ArgumentsHost): void {
    const { httpAdapter } = this.adapters;
    const response: unknown = host.switchToHttp().getResponse();
    const { status, headers, body } = toAnswer(error);
    for (const [name, value] of Object.entries(headers)) httpAdapter.setHeader(response, name, value);
    httpAdapter.reply(response, body, status);
  }
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<GuardOptions>()
  .setClassMethodName('forRoot')
  .build();

/** Protects every route of the application: `BoundTokenModule.forRoot({ verifier })`, or `forRootAsync`. */
@Module({
  providers: [
    {
      provide: APP_GUARD,
      useFactory: (reflector: Reflector, options: GuardOptions) => new BoundTokenGuard(reflector, options),
      inject: [Reflector, MODULE_OPTIONS_TOKEN],
    },
    {
      provide: APP_FILTER,
      useFactory: (adapters: HttpAdapterHost) => new BoundTokenFilter(adapters),
      inject: [HttpAdapterHost],
    },
  ],
})
export class BoundTokenModule extends ConfigurableModuleClass {}
