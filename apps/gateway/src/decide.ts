import type { IncomingMessage } from 'node:http';
import { originOf } from '@holdfast/certificate-source';
import type { VerifiedAccess } from '@holdfast/cnf-token-verification';
import { LIMITS } from '@holdfast/http-platform';
import { refusal } from './refusal.js';
import { parseRequestTarget, type RequestTarget } from './routing/request-target.js';
import { findRoute } from './routing/route-table.js';
import type { GatewayState, LiveRoute } from './state.js';

/** The request that is decided about: this one, or the one that a proxy asks about. */
export interface AskedRequest {
  readonly method: string;
  readonly url: string;
  readonly host: string | undefined;
}

/** A call that may go on. */
export interface AdmittedCall {
  readonly route: LiveRoute;
  readonly target: RequestTarget;
  /** As the client sent it. */
  readonly host: string;
  /** Who calls; undefined on a public route. */
  readonly access: VerifiedAccess | undefined;
}

/**
 * **The whole decision** about a call: can it be read in one way only, which route is it, does it bring a token bound to
 * the certificate of this very request with the scopes of the route, and is its client within its rate? Throws the
 * refusal otherwise: `TransportRefusal`, `AccessRefused` or `ServiceUnavailable`.
 */
export async function requireAdmitted(
  state: GatewayState,
  request: IncomingMessage,
  asked: AskedRequest,
): Promise<AdmittedCall> {
  if (request.rawHeaders.length > 2 * LIMITS.headerLines) throw refusal('headers_too_large');
  const target = parseRequestTarget(asked.url);
  const host = hostOf(asked.host);
  if (target === undefined || host === undefined || !hasPlainBody(request))
    throw refusal('request_malformed');

  const found = findRoute(state.routes, { method: asked.method, host: host.name, segments: target.segments });
  if (!found.found)
    throw found.reason === 'path_unknown'
      ? refusal('path_unknown')
      : refusal('method_not_allowed', { allow: found.allow });
  const { route } = found;

  // What is read of the request from here on is the request in question: its query may carry no token either.
  request.url = asked.url;
  const decision = await route.guard?.decide(route.access, { raw: request });
  if (decision?.allowed === false) throw decision.error;
  const access = decision?.access;

  const wait = route.rateLimit?.take(callerOf(access, request));
  if (wait !== undefined) throw refusal('rate_exceeded', { 'retry-after': String(wait) });
  return { route, target, host: host.text, access };
}

/** Client ids are an issuer's own: two issuers may use the same. Strangers on public routes are told apart by address. */
function callerOf(access: VerifiedAccess | undefined, request: IncomingMessage): string {
  return access === undefined
    ? `address ${originOf({ raw: request }).source}`
    : `client ${access.issuer} ${access.clientId}`;
}

const HOST = /^([A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/** RFC 9110 §7.2. The name that routes are compared with has neither port nor letter case. */
export function hostOf(
  text: string | undefined,
): { readonly text: string; readonly name: string } | undefined {
  const name = text === undefined ? undefined : HOST.exec(text)?.[1];
  return name === undefined ? undefined : { text: text!, name: name.toLowerCase().replace(/\.$/, '') };
}

/** RFC 9112 §6.1: a body in any transfer coding but `chunked` could be read in two ways; Node refuses the rest of it. */
function hasPlainBody({ headers }: IncomingMessage): boolean {
  const { 'transfer-encoding': coding, 'content-length': length } = headers;
  return coding === undefined || (coding.toLowerCase() === 'chunked' && length === undefined);
}
