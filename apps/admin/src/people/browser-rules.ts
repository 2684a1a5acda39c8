import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SignInRefused } from '@holdfast/people';

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** On every answer, whatever it is (AW-17). There is no CORS header: no other origin may read anything (AW-23). */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': contentSecurityPolicy(),
} as const;

/** One year. */
const HSTS = 'max-age=31536000';

/**
 * What the browser is told at every answer, and what is refused before routing: a request that could change something
 * and does not come from our own pages (AW-09; `origin` is compared exactly, a missing one is foreign).
 */
export function browserRules(fastify: FastifyInstance, origin: string): void {
  // For localhost it would turn every other program's http://localhost into https (RFC 6797 §8.3).
  const headers =
    new URL(origin).hostname === 'localhost' ? HEADERS : { ...HEADERS, 'strict-transport-security': HSTS };
  fastify.addHook('onRequest', (request: FastifyRequest, reply, done) => {
    void reply.headers(headers);
    const foreign = !SAFE_METHODS.includes(request.method) && request.headers.origin !== origin;
    done(foreign ? new SignInRefused('foreign_origin') : undefined);
  });
}

/** Everything from our own origin and nothing inline; a style element only with the nonce of its page. */
export function contentSecurityPolicy(nonce?: string): string {
  return [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self'${nonce === undefined ? '' : ` 'nonce-${nonce}'`}`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `form-action 'self'`,
    `base-uri 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
}
