/** One way to do the same work. `run` does it `operations` times; what it needs is made before. */
export interface Contestant {
  readonly name: string;
  readonly operations: number;
  /** Microseconds that the operations took; CPU time where it can be had. */
  run(): Promise<number>;
}

export interface Measured {
  readonly name: string;
  /** Median over the rounds, microseconds for each operation. */
  readonly micros: number;
  readonly lowest: number;
  readonly highest: number;
}

/**
 * Lets all contestants run in turn, round after round, each round in another order, so that a machine that slows down
 * slows all of them. The first round warms up and is not counted.
 */
export async function measure(contestants: readonly Contestant[], rounds: number): Promise<Measured[]> {
  const times = new Map(contestants.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const one of rotated(contestants, round)) {
      const micros = (await one.run()) / one.operations;
      if (round > 0) times.get(one.name)!.push(micros);
    }
  }
  return contestants.map(({ name }) => {
    const sorted = times.get(name)!.sort((a, b) => a - b);
    return {
      name,
      micros: sorted[Math.floor(sorted.length / 2)]!,
      lowest: sorted[0]!,
      highest: sorted.at(-1)!,
    };
  });
}

/** CPU time of this process, user and system, microseconds. */
export async function cpuTimeOf(work: () => Promise<void> | void): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

function rotated<T>(list: readonly T[], by: number): T[] {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}
