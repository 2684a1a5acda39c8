import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VerifiedAccess } from '@holdfast/cnf-token-verification';
import { accessFor, admit } from './caller.js';
import { toAnswer } from './challenge.js';
import { ResourceGuard, type GuardOptions } from './resource-guard.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call the route; a route without it is closed. */
    boundToken?: { readonly scopes: readonly [string, ...string[]] } | 'public';
  }
  interface FastifyRequest {
    /** Who calls; throws on a route that the guard did not admit. */
    readonly boundToken: VerifiedAccess;
  }
}

/**
 * Fastify plugin that protects every route of the instance it is registered on, those of its children and its 404
 * included: `await app.register(boundToken, { verifier })`, then `{ config: { boundToken: { scopes: ['…'] } } }` for each.
 */
export async function boundToken(app: FastifyInstance, options: GuardOptions): Promise<void> {
  const guard = new ResourceGuard(options);
  app.decorateRequest('boundToken', {
    getter(this: FastifyRequest) {
      return accessFor(this);
    },
  });
  app.addHook('preHandler', async (request: FastifyRequest, reply: FastifyReply) => {
    const declared = request.routeOptions.config.boundToken;
    const route =
      declared === 'public'
        ? ({ public: true } as const)
        : declared && ({ public: false, scopes: declared.scopes } as const);
    const decision = await guard.decide(route, { raw: request.raw, body: request.body });
    if (decision.allowed) return admit(request, decision.access);
    const { status, headers, body } = toAnswer(decision.error);
    return reply.code(status).headers(headers).send(body);
  });
}

// What fastify-plugin does: the hook is for the instance itself, not for a child of it.
Object.assign(boundToken, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('plugin-meta')]: { name: '@holdfast/resource-guard', fastify: '5.x' },
});
