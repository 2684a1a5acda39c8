import type { Logger } from 'pino';
import type { ReadGatewayFile } from './configuration/read-gateway-file.js';
import type { GatewayPlan } from './configuration/plan.js';

const LOOK_EVERY_MS = 2_000;

/**
 * Takes over a changed gateway file, or a changed file that it names, without a restart: looked at every two seconds. One
 * that cannot be used leaves the last good one at work and is logged once, with everything that is wrong with it.
 * `apply` may throw, and must then have changed nothing. Returns how to stop looking.
 */
export function followGatewayFile(
  read: () => ReadGatewayFile,
  began: string,
  apply: (plan: GatewayPlan) => void,
  logger: Logger,
  lookEveryMs = LOOK_EVERY_MS,
): () => void {
  let seen = began;
  const timer = setInterval(() => {
    try {
      const reading = read();
      if (reading.version === seen) return;
      seen = reading.version;
      if (!reading.usable) throw new Error(reading.problems.join('\n'));
      apply(reading.plan);
      logger.info({ routes: reading.plan.routes.length }, 'the changed gateway file is in use');
    } catch (error) {
      logger.error({ err: error }, 'the changed gateway file cannot be used; the old one stays');
    }
  }, lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}
