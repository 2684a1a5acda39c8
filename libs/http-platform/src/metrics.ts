import { collectDefaultMetrics, Registry } from 'prom-client';

/** A metrics registry with the process metrics of Node; every app has one of its own. */
export function createMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
