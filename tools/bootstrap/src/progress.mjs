import { say } from './workspace.mjs';

const HEARTBEAT_MS = 15_000;

/** Says what begins and how long it took; a long silence is broken by a line every 15 s. */
export async function withProgress(what, work) {
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  say(`${what} …`);
  const heartbeat = setInterval(() => say(`  still at it, ${seconds()}`), HEARTBEAT_MS);
  try {
    const result = await work();
    say(`  done in ${seconds()}`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}
