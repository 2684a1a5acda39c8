/** Waits until it holds, and returns after how many milliseconds. Throws if it does not in time. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  withinMillis: number,
): Promise<number> {
  const startedAt = performance.now();
  while (!(await holds())) {
    if (performance.now() - startedAt > withinMillis) throw new Error(`not within ${withinMillis} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - startedAt;
}
