import { setTimeout as delay } from 'node:timers/promises';
import { AppProcess } from '../harness/app-process.js';
import { beside } from '../harness/beside.js';
import { startFollowingApi } from '../harness/followers.js';
import { Operator } from '../harness/operator.js';
import { newDirectory } from '../harness/run-directory.js';
import type { StackUnderTest } from '../harness/stack-under-test.js';
import { registerStoppable, stopsOf, type Stop, type StoppableClient } from '../harness/stops.js';
import { credentialsForm, tokenOf, tokenRequest, withToken } from '../harness/token-endpoint.js';
import { within } from '../harness/within.js';
import { Wire } from '../harness/wire.js';
import type { FaultReport, FaultTest } from './fault-test.js';

const ROUNDS = { full: 20, short: 2 } as const;
const REPLICAS = 3;
const TYPICAL_MS = 1_000;
const LONGEST_MS = 2_000;
/** Afterwards nobody may accept any more. */
const STAYS_REFUSED_MS = 300;

/** From the acknowledged stop to the first refusal: on three token replicas, at an API and at a gateway that follow the deny feed. */
export const R_10: FaultTest = {
  id: 'R-10',
  title: 'suspend, block a certificate, take a grant back: when does everybody refuse?',
  target:
    'p99 ≤ 1 s and at most 2 s on every replica, at the API and at the gateway, no accept after the first refusal',
  run,
};

/** Where the judges are: replicas are asked for tokens, followers are called. */
interface Judges {
  readonly replicaUrls: readonly string[];
  readonly followers: Readonly<Record<string, string>>;
}

/** Somebody who decides about the client: whether it still accepts. */
interface Judge {
  readonly name: string;
  readonly accepts: () => Promise<boolean>;
}

async function run(stack: StackUnderTest, size: 'full' | 'short'): Promise<FaultReport> {
  const operator = new Operator(stack);
  const client = await registerStoppable(operator, 'stopped');
  const api = await startFollowingApi(stack, 'bounded');
  const replicas = await startReplicas(stack);
  const report = new Report();
  try {
    const replicaUrls = [stack.file.tokenEndpoint, ...replicas.map(({ url }) => url)];
    const followers = { API: api.url, gateway: stack.file.gateway };
    for (let round = 0; round < ROUNDS[size]; round++) {
      for (const stop of stopsOf(operator, client))
        await oneStop(stack, client, stop, { replicaUrls, followers }, report);
    }
  } finally {
    await Promise.all([api.process, ...replicas.map((replica) => replica.process)].map((one) => one.stop()));
  }
  return report.toReport();
}

async function startReplicas(stack: StackUnderTest) {
  const replicas = [];
  for (let index = 1; index < REPLICAS; index++) {
    const { application, url } = await beside(stack, 'token-service', {
      AUDIT_SPOOL_DIR: newDirectory(`r-10-spool-${index}`),
    });
    replicas.push({ url, process: await AppProcess.start(application, newDirectory(`r-10-${index}`)) });
  }
  return replicas;
}

async function oneStop(
  stack: StackUnderTest,
  client: StoppableClient,
  { name, stop, resume }: Stop,
  { replicaUrls, followers }: Judges,
  report: Report,
): Promise<void> {
  const token = await tokenOf(stack, client);
  const wires = await Promise.all(
    [...replicaUrls, ...Object.values(followers)].map((url) =>
      Wire.dial({ url, ca: stack.ca, identity: client.identity }),
    ),
  );
  const asking = tokenRequest(credentialsForm(client.clientId));
  const judges = wires.map((wire, index): Judge => {
    const follower = Object.keys(followers)[index - replicaUrls.length];
    const request = follower === undefined ? asking : withToken(token);
    const accepts = async (): Promise<boolean> => (await wire.send(request)).status === 200;
    return { name: follower ?? `replica ${index + 1}`, accepts };
  });
  await Promise.all(judges.map(({ accepts }) => within(5_000, accepts)));
  const refusals = judges.map((judge) => firstRefusal(judge));
  await stop();
  const acknowledged = performance.now();
  for (const { judge, at, acceptsAgain } of await Promise.all(refusals.map((watch) => watch(acknowledged)))) {
    report.add(`${judge} (${name})`, at - acknowledged, acceptsAgain);
  }
  for (const wire of wires) wire.close();
  await resume();
}

/** Asks again and again from now on; tells when the first "no" came, and whether there was a "yes" after it. */
function firstRefusal({ name, accepts }: Judge) {
  let at: number | undefined;
  let acceptsAgain = false;
  let over = false;
  const asking = (async () => {
    while (!over) {
      const isAccepted = await accepts();
      if (!isAccepted) at ??= performance.now();
      else if (at !== undefined) acceptsAgain = true;
      await delay(2);
    }
  })();
  return async (acknowledged: number) => {
    while (at === undefined && performance.now() - acknowledged < LONGEST_MS) await delay(5);
    await delay(STAYS_REFUSED_MS);
    over = true;
    await asking;
    return { judge: name, at: at ?? Number.POSITIVE_INFINITY, acceptsAgain };
  };
}

class Report {
  private readonly took: number[] = [];
  private readonly violations: string[] = [];

  add(what: string, milliseconds: number, acceptsAgain: boolean): void {
    // A refusal may come before the acknowledgement has been read.
    this.took.push(Math.max(0, milliseconds));
    if (milliseconds > LONGEST_MS) this.violations.push(`${what}: not refused within ${LONGEST_MS} ms`);
    if (acceptsAgain) this.violations.push(`${what}: accepted after it had refused`);
  }

  toReport(): FaultReport {
    const sorted = this.took.toSorted((one, other) => one - other);
    const at = (share: number): number =>
      Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.POSITIVE_INFINITY);
    const [typical, p99, longest] = [at(0.5), at(0.99), at(1)];
    if (p99 > TYPICAL_MS) this.violations.push(`p99 is ${p99} ms`);
    return {
      injected: sorted.length,
      figure: `${sorted.length} stops seen: median ${typical} ms, p99 ${p99} ms, longest ${longest} ms`,
      violations: this.violations,
    };
  }
}
