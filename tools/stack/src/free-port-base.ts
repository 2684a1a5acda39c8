import { randomInt } from 'node:crypto';
import { PORT_NAMES, portsFrom, requireFreePorts } from './ports.js';

/** Below the ports that Linux hands out by itself (32768 and up): a stranger's connection does not get in between. */
const LOWEST = 100;
const HIGHEST = 320;
const ATTEMPTS = 50;

/** A port base whose ports were all free a moment ago: for tests that start a stack of their own. */
export async function findFreePortBase(): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const ports = portsFrom(randomInt(LOWEST, HIGHEST) * 100);
    try {
      await requireFreePorts(ports, PORT_NAMES);
      return ports.base;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}
