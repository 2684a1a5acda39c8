import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** An API that knows nothing of certificates: it answers with what it got. */
export interface EchoApi {
  readonly port: number;
  readonly seen: { readonly url: string | undefined; readonly headers: IncomingHttpHeaders }[];
  stop(): void;
}

export async function startEchoApi(): Promise<EchoApi> {
  const seen: EchoApi['seen'] = [];
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    seen.push({ url, headers });
    const body = await text(request).catch(() => '');
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ method, url, headers, body }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, seen, stop };
}
