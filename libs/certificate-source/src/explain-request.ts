import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { explainPresented, renderExplanation, type Explanation } from '@holdfast/certificate-diagnostics';
import { fromRequest, originOf } from './forwarded.js';

/** As much of a request as an explanation needs. */
export interface ExplainedRequest {
  readonly id: string;
  readonly raw: IncomingMessage;
  readonly headers: IncomingHttpHeaders;
}

/** What arrived with this request, told to whoever sent it: `GET /diagnostics/mtls`. Needs no registry. */
export function explainRequest(request: ExplainedRequest, now: Date): Explanation {
  const proxy = originOf(request).proxy ?? null;
  const { socket } = request.raw;
  // The handshake behind a proxy is the proxy's, not the caller's.
  const tls = proxy === null && socket instanceof TLSSocket ? socket : undefined;
  const serverName: unknown = tls?.servername;
  const connection = {
    requestId: request.id,
    version: tls?.getProtocol() ?? null,
    cipher: tls?.getCipher().standardName ?? null,
    serverName: typeof serverName === 'string' ? serverName : null,
    proxy,
  };
  return explainPresented(fromRequest(request), connection, now);
}

/** The explanation as the caller likes to read it: JSON, or text where `Accept` asks for nothing else. */
export function inWordsOf<T extends Explanation>(
  { headers }: ExplainedRequest,
  explanation: T,
): { readonly type: string; readonly body: string } {
  const accept = headers.accept ?? '';
  const wantsText = accept.includes('text/plain') && !accept.includes('json');
  return wantsText
    ? { type: 'text/plain; charset=utf-8', body: renderExplanation(explanation) }
    : { type: 'application/json; charset=utf-8', body: JSON.stringify(explanation) };
}
