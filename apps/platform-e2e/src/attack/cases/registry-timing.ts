import { credentialsForm, tokenRequest } from '../../harness/token-endpoint.js';
import { Wire } from '../../harness/wire.js';
import type { AttackWorld } from '../attack-world.js';

const PAIRS = 1_000;
const LARGEST_DIFFERENCE_MS = 2;

/** CA-07: whether the time tells an unknown client from a known one. The pairs alternate, so drift cancels out. */
export async function timeDifference(world: AttackWorld): Promise<readonly string[]> {
  const { ca } = world.stack;
  const wire = await Wire.dial({ url: world.token.url, ca, identity: world.attackerClient.identity });
  const times: { unknown: number[]; known: number[] } = { unknown: [], known: [] };
  for (let pair = 0; pair < PAIRS; pair += 1) {
    for (const [kind, clientId] of [
      ['unknown', `unknown-${pair}`],
      ['known', world.named.clientId],
    ] as const) {
      const started = performance.now();
      await wire.send(tokenRequest(credentialsForm(clientId)));
      times[kind].push(performance.now() - started);
    }
  }
  wire.close();
  const difference = Math.abs(median(times.unknown) - median(times.known));
  return difference < LARGEST_DIFFERENCE_MS ? [] : [`the medians differ by ${difference.toFixed(2)} ms`];
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
