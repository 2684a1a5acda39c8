import type { LoggerService } from '@nestjs/common';
import { unusable } from './config.js';
import { pino, type DestinationStream, type Logger } from 'pino';

/** The longest text of a caller that stands in a log line. */
const LONGEST = 256;

/** JSON lines on stdout. Nothing is redacted here, because nothing secret is ever passed in: fields are named one by one. */
export function createLogger(app: string, destination?: DestinationStream): Logger {
  const options = {
    level: isLogLevel(process.env['LOG_LEVEL']) ? process.env['LOG_LEVEL'] : 'info',
    base: { app },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

const LEVELS: readonly (string | undefined)[] = [
  'fatal',
  'error',
  'warn',
  'info',
  'debug',
  'trace',
  'silent',
];

function isLogLevel(text: string | undefined): text is string {
  return LEVELS.includes(text);
}

/** Refuses a LOG_LEVEL that does not exist. */
export function requireLogLevel(): void {
  const level = process.env['LOG_LEVEL'];
  if (level !== undefined && !isLogLevel(level))
    throw unusable(`LOG_LEVEL: must be one of ${LEVELS.join(', ')}`);
}

/** Text of a caller for a log line: cut, and without control characters (one event is one line). */
export function loggable(text: string | undefined): string | undefined {
  return text?.slice(0, LONGEST).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '\ufffd');
}

/** Nest's own messages in our log, in one shape. */
export function nestLogger(logger: Logger): LoggerService {
  const write =
    (level: 'info' | 'warn' | 'error' | 'debug' | 'trace') =>
    (message: unknown, ...rest: unknown[]): void => {
      const context = rest.at(-1);
      const fields = typeof context === 'string' ? { context } : {};
      if (message instanceof Error) logger[level]({ ...fields, err: message }, message.message);
      else logger[level](fields, String(message));
    };
  // Start-up chatter of the framework (module initialised, route mapped) is detail.
  return {
    log: write('debug'),
    warn: write('warn'),
    error: write('error'),
    debug: write('debug'),
    verbose: write('trace'),
  };
}
