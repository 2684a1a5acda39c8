import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';

/** Whether the app can do its work, and if not, what is missing. */
export interface Readiness {
  readonly ready: boolean;
  /** By check: `ok` or what is wrong, for the operator. */
  readonly checks: Readonly<Record<string, string>>;
}

/**
 * The management listener: plain http on loopback for probes and metrics, which have no client certificate.
 * `/livez`: the process answers. `/readyz`: it can do its work (200), or what is missing (503). `/metrics`: Prometheus.
 */
export async function startManagement(
  address: { readonly host: string; readonly port: number },
  metrics: Registry,
  readiness: () => Promise<Readiness> | Readiness,
): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(request.url ?? '', response, metrics, readiness).catch(() => response.destroy());
  });
  server.maxConnections = 64;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(address.port, address.host, resolve);
  });
  return server;
}

async function answer(
  path: string,
  response: ServerResponse,
  metrics: Registry,
  readiness: () => Promise<Readiness> | Readiness,
): Promise<void> {
  if (path === '/livez') return send(response, 200, 'application/json', '{"alive":true}');
  if (path === '/metrics') return send(response, 200, metrics.contentType, await metrics.metrics());
  if (path !== '/readyz') return send(response, 404, 'application/json', '{"error":"not found"}');
  const state = await readiness();
  return send(response, state.ready ? 200 : 503, 'application/json', JSON.stringify(state));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}
