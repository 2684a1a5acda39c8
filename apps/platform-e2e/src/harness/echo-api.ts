import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An API that knows nothing of certificates: it answers with the headers that it got. */
export interface EchoApi {
  readonly port: number;
  readonly seen: { readonly url: string | undefined; readonly headers: IncomingHttpHeaders }[];
  stop(): void;
}

export async function startEchoApi(): Promise<EchoApi> {
  const seen: EchoApi['seen'] = [];
  const server = createServer(({ url, headers }, response) => {
    seen.push({ url, headers });
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ url, headers }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, seen, stop };
}
