import type { IncomingMessage } from 'node:http';
import type { VerifyStyle } from './configuration/plan.js';
import type { AskedRequest } from './decide.js';
import type { GatewayAnswer } from './refusal.js';
import { pathOf } from './well-known.js';

const PATH = '/verify';

/**
 * Whether a request asks about another request. Only the listener for proxies may be asked. Caddy leaves the query of the
 * other request where it was: it is in the question too, and does not count here.
 */
export function asksToVerify({ url = '' }: IncomingMessage, style: VerifyStyle | undefined): boolean {
  if (style === undefined) return false;
  return pathOf(url) === PATH || (style === 'envoy' && url.startsWith(`${PATH}/`));
}

/** In which headers a proxy names the request that it asks about. Envoy asks with its very method, path and Host. */
const FACTS = {
  nginx: { method: 'x-original-method', url: 'x-original-uri', host: 'x-original-host' },
  traefik: { method: 'x-forwarded-method', url: 'x-forwarded-uri', host: 'x-forwarded-host' },
} as const;

/**
 * The request that an authenticated proxy asks about, or undefined if it does not say, or says it twice: then a client may
 * have said it. The proxy must set each of these headers itself.
 */
export function askedAbout(request: IncomingMessage, style: VerifyStyle): AskedRequest | undefined {
  if (style === 'envoy') {
    const { method = '', url = '', headers } = request;
    return { method, url: url.slice(PATH.length), host: headers.host };
  }
  const names = FACTS[style];
  const [method, url, host] = [names.method, names.url, names.host].map((name) => onlyValue(request, name));
  if (method === undefined || url === undefined || host === undefined) return undefined;
  return { method, url, host };
}

function onlyValue({ headersDistinct }: IncomingMessage, name: string): string | undefined {
  const values = headersDistinct[name] ?? [];
  return values.length === 1 && values[0] !== '' ? values[0] : undefined;
}

/**
 * A refusal as proxies understand it: 401 where a better token would help, 403 for everything else, our own trouble
 * included. nginx makes an error of its own of any other status; the true one stands in headers.
 */
export function toVerifyAnswer(answer: GatewayAnswer, told: boolean): GatewayAnswer {
  return {
    ...answer,
    status: answer.status === 401 ? 401 : 403,
    headers: {
      ...answer.headers,
      'holdfast-status': String(answer.status),
      'holdfast-reason': told ? answer.reason : 'refused',
    },
  };
}
