import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { VerifiedAccess } from '@holdfast/cnf-token-verification';
import { toAnswer } from './challenge.js';
import { ResourceGuard, type GuardOptions, type RouteAccess } from './resource-guard.js';

/** Answers a call that got through; `access` is who calls, undefined on a public route. */
export type GuardedListener = (
  request: IncomingMessage,
  response: ServerResponse,
  access: VerifiedAccess | undefined,
) => void | Promise<void>;

/**
 * A request listener for `https.createServer` that lets through what the guard admits. `accessOf` says who may call: it
 * must name every path that `listener` answers, and give undefined for any other, which is closed.
 *
 * What `accessOf` or `listener` throws is answered 500, and handed to `onFault` (by default a warning of the process).
 */
export function boundToken(
  options: GuardOptions,
  accessOf: (request: IncomingMessage) => RouteAccess | undefined,
  listener: GuardedListener,
  onFault: (error: unknown) => void = (error) => process.emitWarning(error as Error),
): RequestListener {
  const guard = new ResourceGuard(options);
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const decision = await guard.decide(accessOf(request), { raw: request });
    if (decision.allowed) return listener(request, response, decision.access);
    const { status, headers, body } = toAnswer(decision.error);
    // The body of a refused call is not waited for.
    request.resume();
    response.writeHead(status, headers).end(JSON.stringify(body));
  };
  return (request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
      onFault(error);
    });
  };
}
