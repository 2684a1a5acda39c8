import { Gauge, type Registry } from 'prom-client';

/**
 * Makes gauges with one figure for each entry of a list, all from one reading of it when they are scraped. While it cannot
 * be read they are absent, not zero.
 */
export function scrapedGauges<Entry>(
  metrics: Registry,
  label: string,
  read: () => Promise<readonly Entry[]>,
  labelOf: (entry: Entry) => string,
): (name: string, help: string, of: (entry: Entry) => number | undefined) => void {
  // The gauges of one scrape are collected at the same time.
  let reading: Promise<readonly Entry[]> | undefined;
  const entries = (): Promise<readonly Entry[]> =>
    (reading ??= read()
      .catch(() => [])
      .finally(() => (reading = undefined)));
  return (name, help, of) => {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [metrics],
      async collect() {
        this.reset();
        for (const entry of await entries()) {
          const figure = of(entry);
          if (figure !== undefined) this.set({ [label]: labelOf(entry) }, figure);
        }
      },
    });
  };
}
