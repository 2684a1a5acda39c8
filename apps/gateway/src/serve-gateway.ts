import { once } from 'node:events';
import type { Server } from 'node:https';
import { ForwardedCertificates, mutualTlsOptions } from '@holdfast/certificate-source';
import {
  createHttpsServer,
  readTlsFiles,
  trackConnections,
  type ProxyListening,
  type TlsFiles,
} from '@holdfast/http-platform';
import type { Gateway } from './gateway.js';

/** Where the gateway listens. */
export interface GatewayListening {
  readonly files: TlsFiles;
  readonly host: string;
  readonly port: number;
  readonly behindProxies: ProxyListening | undefined;
}

/** A gateway that accepts connections. */
export interface ServedGateway {
  /** For `reloadTlsFiles`. */
  readonly servers: readonly {
    readonly server: Server;
    readonly options: ReturnType<typeof mutualTlsOptions>;
  }[];
  /** Lets what is in flight finish, for three seconds at most. */
  stop(): Promise<void>;
}

const FINISH_WITHIN_MS = 3_000;

/** None for the whole request: an upload may take its time as long as it goes on, which `RequestBody` sees to. */
const REQUEST_TIMEOUT_MS = 0;

/** Listens for clients, and for proxies if there are any. Rejects, with nothing left listening, if a port is taken. */
export async function serveGateway(gateway: Gateway, listening: GatewayListening): Promise<ServedGateway> {
  const { files, host, port, behindProxies } = listening;
  const options = {
    ...mutualTlsOptions(),
    requestTimeout: REQUEST_TIMEOUT_MS,
    shouldUpgradeCallback: gateway.mayUpgrade,
    // No stream is run for a body that was not announced.
    optimizeEmptyRequests: true,
  };
  const open = (proxies?: ForwardedCertificates): Server => {
    const server = createHttpsServer({ ...options, ...readTlsFiles(files) }, gateway.listener(proxies));
    gateway.attach(server, proxies);
    proxies?.claim(server);
    return server;
  };
  const places = [{ server: open(), port }];
  if (behindProxies !== undefined)
    places.push({ server: open(new ForwardedCertificates(behindProxies.proxies)), port: behindProxies.port });
  const servers = places.map(({ server }) => server);
  const connections = trackConnections(servers);
  try {
    for (const { server, port: at } of places) await once(server.listen(at, host), 'listening');
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
  return {
    servers: servers.map((server) => ({ server, options: mutualTlsOptions() })),
    async stop() {
      const timer = setTimeout(() => {
        for (const socket of connections) socket.destroy();
      }, FINISH_WITHIN_MS);
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
      clearTimeout(timer);
    },
  };
}
