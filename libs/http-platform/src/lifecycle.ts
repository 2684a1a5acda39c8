import type { Logger } from 'pino';
import { ConfigError } from './config.js';
import { requireLogLevel } from './logger.js';

/** A running app: how it is stopped. Must not take longer than 10 seconds. */
export interface RunningApp {
  stop(): Promise<void>;
}

const STOP_WITHIN_MS = 10_000;

/**
 * Starts an app and stops it in order on SIGTERM, SIGINT, or when the launcher that started it is gone
 * (its IPC channel closes, even after a `kill -9`). An unusable configuration ends with exit code 78 and readable lines.
 */
export async function runApp(logger: Logger, start: () => Promise<RunningApp>): Promise<void> {
  let running: RunningApp | undefined;
  let stopping = false;
  const stop = (cause: string): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ cause }, 'stopping');
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    void (running?.stop() ?? Promise.resolve()).then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
  process.once('disconnect', () => stop('launcher is gone'));
  try {
    requireLogLevel();
    running = await start();
  } catch (error) {
    if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
    else logger.fatal({ err: error }, 'could not start');
    process.exit(error instanceof ConfigError ? 78 : 1);
  }
}
