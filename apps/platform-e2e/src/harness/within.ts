import { setTimeout as delay } from 'node:timers/promises';

/** Waits until it holds. Throws when it does not within the time. Returns the milliseconds that it took. */
export async function within(milliseconds: number, holds: () => Promise<boolean>): Promise<number> {
  const begun = performance.now();
  while (!(await holds())) {
    if (performance.now() - begun > milliseconds) throw new Error(`not within ${milliseconds} ms`);
    await delay(20);
  }
  return performance.now() - begun;
}
