import type { ExceptionFilter, INestApplicationContext, Type, DynamicModule } from '@nestjs/common';
import { once } from 'node:events';
import type { Server, ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { createListener, LIMITS } from './listener.js';
import { nestLogger } from './logger.js';
import { admitProxiesOnly, type ProxyListening } from './proxy-listener.js';
import { readTlsFiles, type TlsFiles } from './tls-files.js';
import { refuseEarly, type AllowedMethods } from './transport-refusal.js';

/** One listener and the Nest module behind it. */
export interface Serving {
  readonly module: DynamicModule | Type;
  /** All TLS options but certificate and key. */
  readonly tls: ServerOptions;
  readonly files: TlsFiles;
  readonly host: string;
  readonly port: number;
  /** The only bodies that are parsed here; any other media type is refused. */
  readonly bodies: 'form' | 'json' | 'none';
  /** Octets of a body; `LIMITS.bodyBytes` if absent. */
  readonly bodyLimit?: number;
  readonly methods: AllowedMethods;
  /** Adds hooks and plugins, after the checks that every listener makes and before its routes. */
  readonly prepare?: (fastify: FastifyInstance) => Promise<void>;
  readonly filter: (app: INestApplicationContext) => ExceptionFilter;
  /** Hears how long each answer took, after it was sent. */
  readonly onResponse?: (status: number, elapsedMs: number) => void;
  /** A second listener on the same routes, for authenticated proxies; it has the same TLS options and certificate. */
  readonly behindProxies?: ProxyListening | undefined;
  readonly logger: Logger;
}

/** A listener that accepts connections. */
export interface Served {
  readonly app: NestFastifyApplication;
  readonly server: Server;
  readonly options: ServerOptions;
  /** The listener for proxies, if there is one; for `reloadTlsFiles`. */
  readonly forProxies: readonly { readonly server: Server; readonly options: ServerOptions }[];
  /** Lets what is in flight finish, for three seconds at most; then closes the app and what it holds. */
  stop(): Promise<void>;
}

const FINISH_WITHIN_MS = 3_000;

/** Builds the module and listens. Rejects, with nothing left listening, if either fails. */
export async function serve(serving: Serving): Promise<Served> {
  const { tls, files, module, logger, behindProxies } = serving;
  const bodyLimit = serving.bodyLimit ?? LIMITS.bodyBytes;
  const complete = { ...tls, ...readTlsFiles(files) };
  const { adapter, server, another } = createListener(complete, bodyLimit);
  const proxyServers = behindProxies === undefined ? [] : [another(complete)];
  const connections = trackConnections([server, ...proxyServers]);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: nestLogger(logger),
    abortOnError: false,
    bodyParser: false,
  });
  // Fastify brings a JSON and a text parser of its own, on every route.
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  if (serving.bodies === 'form') app.useBodyParser('application/x-www-form-urlencoded', { bodyLimit });
  if (serving.bodies === 'json') app.useBodyParser('application/json', { bodyLimit });
  refuseEarly(fastify, serving.methods);
  for (const proxyServer of proxyServers)
    admitProxiesOnly(fastify as unknown as FastifyInstance, proxyServer, behindProxies!.proxies);
  await serving.prepare?.(fastify as unknown as FastifyInstance);
  const { onResponse } = serving;
  if (onResponse !== undefined) {
    fastify.addHook('onResponse', (_request, reply, done) => {
      onResponse(reply.statusCode, reply.elapsedTime);
      done();
    });
  }
  app.useGlobalFilters(serving.filter(app));
  try {
    await app.listen(serving.port, serving.host);
    for (const proxyServer of proxyServers)
      await once(proxyServer.listen(behindProxies!.port, serving.host), 'listening');
  } catch (error) {
    await app.close();
    throw error;
  }
  const forProxies = proxyServers.map((proxyServer) => ({ server: proxyServer, options: tls }));
  const stop = (): Promise<void> => stopWithin(FINISH_WITHIN_MS, app, proxyServers, connections);
  return { app, server, options: tls, forProxies, stop };
}

/** Connections of all kinds, those included that never got as far as TLS. */
export function trackConnections(servers: readonly Server[]): ReadonlySet<Socket> {
  const connections = new Set<Socket>();
  for (const server of servers) {
    server.on('connection', (socket: Socket) => {
      connections.add(socket);
      socket.once('close', () => connections.delete(socket));
    });
  }
  return connections;
}

async function stopWithin(
  ms: number,
  app: NestFastifyApplication,
  others: readonly Server[],
  connections: ReadonlySet<Socket>,
): Promise<void> {
  const timer = setTimeout(() => {
    for (const socket of connections) socket.destroy();
  }, ms);
  try {
    // What they have accepted is answered before the routes go.
    await Promise.all(others.map((server) => new Promise((resolve) => server.close(resolve))));
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}
