import type { Server, ServerOptions } from 'node:https';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { startManagement, type Readiness } from './management.js';
import { reloadTlsFiles, type TlsFiles } from './tls-files.js';

/** Of `LISTENER_SETTINGS`. */
interface UpkeepConfig {
  readonly MANAGEMENT_HOST: string;
  readonly MANAGEMENT_PORT: number;
  readonly TLS_CERTIFICATE_FILE: string;
  readonly TLS_PRIVATE_KEY_FILE: string;
}

export interface Kept {
  /** The TLS listeners of the app. */
  readonly servers: readonly { readonly server: Server; readonly options: ServerOptions }[];
  readonly metrics: Registry;
  readonly readiness: () => Promise<Readiness> | Readiness;
  readonly logger: Logger;
}

/** The files of the server certificate. */
export function tlsFilesOf(
  config: Pick<UpkeepConfig, 'TLS_CERTIFICATE_FILE' | 'TLS_PRIVATE_KEY_FILE'>,
): TlsFiles {
  return { certificateFile: config.TLS_CERTIFICATE_FILE, privateKeyFile: config.TLS_PRIVATE_KEY_FILE };
}

/** What every app does beside its work: takes up a renewed server certificate, and answers probes and metrics. Returns what ends it. */
export async function startUpkeep(
  config: UpkeepConfig,
  { servers, metrics, readiness, logger }: Kept,
): Promise<() => void> {
  const stopReloading = reloadTlsFiles(servers, tlsFilesOf(config), logger);
  const address = { host: config.MANAGEMENT_HOST, port: config.MANAGEMENT_PORT };
  const management = await startManagement(address, metrics, readiness);
  return () => {
    stopReloading();
    management.close();
  };
}

/** Ready when every check resolves; what one is rejected with says what is missing. */
export async function readyIf(checks: { readonly [name: string]: Promise<unknown> }): Promise<Readiness> {
  const states = Object.entries(checks).map(async ([name, check]) => {
    const [holds, state] = await check.then(
      () => [true, 'ok'] as const,
      (error: Error) => [false, error.message] as const,
    );
    return { name, holds, state };
  });
  const results = await Promise.all(states);
  return {
    ready: results.every(({ holds }) => holds),
    checks: Object.fromEntries(results.map(({ name, state }) => [name, state])),
  };
}
