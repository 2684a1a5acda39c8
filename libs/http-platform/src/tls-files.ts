import { readFileSync } from 'node:fs';
import type { Server, ServerOptions } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';
import { unusable } from './config.js';

/** Where a listener's own certificate (chain, PEM) and private key (PKCS#8 PEM) are. */
export interface TlsFiles {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
}

/** The part of the TLS options that comes from files. Throws `ConfigError` if one cannot be read. */
export function readTlsFiles(files: TlsFiles): { readonly cert: string; readonly key: string } {
  return {
    cert: readPem('TLS_CERTIFICATE_FILE', files.certificateFile),
    key: readPem('TLS_PRIVATE_KEY_FILE', files.privateKeyFile),
  };
}

function readPem(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unusable(
      `${variable}: cannot read the file (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
    );
  }
}

const LOOK_EVERY_MS = 2_000;

/**
 * Takes over a renewed server certificate without a restart: the files are looked at every two seconds.
 * A pair that cannot be used keeps the last good one and is logged once. `options` are the listener's *other* TLS
 * options: they are passed again in full, because a context set from key and certificate alone forgets them
 * (session tickets would be back on). Returns how to stop looking.
 */
export function reloadTlsFiles(
  servers: readonly { readonly server: Server; readonly options: ServerOptions }[],
  files: TlsFiles,
  logger: Logger,
  lookEveryMs = LOOK_EVERY_MS,
): () => void {
  let last = JSON.stringify(readTlsFiles(files));
  const timer = setInterval(() => {
    let seen = last;
    try {
      const pair = readTlsFiles(files);
      seen = JSON.stringify(pair);
      if (seen === last) return;
      for (const { options } of servers) createSecureContext({ ...options, ...pair });
      for (const { server, options } of servers) server.setSecureContext({ ...options, ...pair });
      logger.info('the renewed server certificate is in use');
    } catch (error) {
      if (seen !== last)
        logger.error({ err: error }, 'the new server certificate cannot be used; the old one stays');
    }
    last = seen;
  }, lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}
