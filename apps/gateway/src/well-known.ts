import type { IncomingMessage } from 'node:http';
import { explainRequest } from '@holdfast/certificate-source';
import type { GatewayAnswer } from './refusal.js';
import { refusal } from './refusal.js';
import { metadataAt } from './resource-metadata.js';
import type { GatewayState } from './state.js';

const OWN = '/.well-known/holdfast/';

type OwnAnswer = Pick<GatewayAnswer, 'status' | 'headers'> & { readonly body: GatewayAnswer['body'] };

/**
 * The answer at a path that belongs to the gateway and never reaches an upstream; undefined for all others. None needs a
 * token: what RFC 9728 publishes, the keys of assertions, and what arrived here of the caller's certificate.
 */
export function ownAnswer(
  request: IncomingMessage,
  id: string,
  state: GatewayState,
): Promise<OwnAnswer | undefined> | undefined {
  return request.url?.startsWith('/.well-known/') === true ? answerAt(request, id, state) : undefined;
}

async function answerAt(
  request: IncomingMessage,
  id: string,
  state: GatewayState,
): Promise<OwnAnswer | undefined> {
  const path = pathOf(request.url ?? '');
  const metadata = metadataAt(state.metadata, request.headers.host, path);
  if (metadata === undefined && !path.startsWith(OWN)) return undefined;
  const body = metadata ?? (await ownDocument(path.slice(OWN.length), request, id, state));
  if (body === undefined) throw refusal('path_unknown');
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw refusal('method_not_allowed', { allow: 'GET, HEAD' });
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': path.endsWith('diagnostics') ? 'no-store' : 'max-age=60',
  };
  return { status: 200, headers, body: body as OwnAnswer['body'] };
}

/** The path of a request target, without the query. */
export function pathOf(url: string): string {
  return url.split('?', 1)[0]!;
}

function ownDocument(
  name: string,
  request: IncomingMessage,
  id: string,
  { assertions }: GatewayState,
): unknown {
  if (name === 'jwks') return assertions?.keySet();
  if (name !== 'diagnostics') return undefined;
  return explainRequest({ id, raw: request, headers: request.headers }, new Date());
}
