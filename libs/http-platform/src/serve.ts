import type { ExceptionFilter, INestApplicationContext, Type, DynamicModule } from '@nestjs/common';
import type { Server, ServerOptions } from 'node:https';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { createListener, LIMITS } from './listener.js';
import { nestLogger } from './logger.js';
import { readTlsFiles, type TlsFiles } from './tls-files.js';
import { refuseEarly } from './transport-refusal.js';

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
  /** Methods by path, for 405 with Allow. */
  readonly methods: Readonly<Record<string, string>>;
  readonly filter: (app: INestApplicationContext) => ExceptionFilter;
  /** Hears how long each answer took, after it was sent. */
  readonly onResponse?: (status: number, elapsedMs: number) => void;
  readonly logger: Logger;
}

/** A listener that accepts connections. */
export interface Served {
  readonly app: NestFastifyApplication;
  readonly server: Server;
  readonly options: ServerOptions;
}

/** Builds the module and listens. Rejects, with nothing left listening, if either fails. */
export async function serve(serving: Serving): Promise<Served> {
  const { tls, files, module, logger } = serving;
  const { adapter, server } = createListener({ ...tls, ...readTlsFiles(files) });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: nestLogger(logger),
    abortOnError: false,
    bodyParser: false,
  });
  // Fastify brings a JSON and a text parser of its own, on every route.
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  if (serving.bodies === 'form')
    app.useBodyParser('application/x-www-form-urlencoded', { bodyLimit: LIMITS.bodyBytes });
  if (serving.bodies === 'json') app.useBodyParser('application/json', { bodyLimit: LIMITS.bodyBytes });
  refuseEarly(fastify, serving.methods);
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
  } catch (error) {
    await app.close();
    throw error;
  }
  return { app, server, options: tls };
}
