import { findFreePort } from '@holdfast/test-server';
import { say } from '../program.js';
import { CallerWorld } from './caller-world.js';
import { sendOverKeptConnections, sendOverNewConnections, statusOf, type LoadTarget } from './load.js';
import {
  bareApi,
  bareProxy,
  gateway,
  GUARDED,
  guarded,
  modOauth2,
  nginx,
  ownServer,
  type Place,
  type ProtectedServer,
} from './protected-servers.js';
import { measure, type Contestant, type Measured } from './rounds.js';
import { ServerProcess } from './server-process.js';

/** What is measured: whether a connection or a token is new with every call. */
interface Shape {
  readonly title: string;
  readonly calls: number;
  readonly newTokens: boolean;
  readonly newConnections: boolean;
}

const SHAPES: readonly Shape[] = [
  { title: 'kept connections, known tokens', calls: 20_000, newTokens: false, newConnections: false },
  { title: 'kept connections, every call a new token', calls: 4_000, newTokens: true, newConnections: false },
  { title: 'every call a new connection', calls: 800, newTokens: false, newConnections: true },
];

/** CPU time of a server for each call, in one shape. */
export interface MeasuredShape {
  readonly title: string;
  readonly measured: readonly Measured[];
}

type Running = ProtectedServer & { readonly server: ServerProcess; readonly port: number };

/** Gateways before one backend; the last one checks nothing, and is the baseline. */
export function measureGateways(rounds: number): Promise<MeasuredShape[]> {
  return withWorld(async (world, start) => {
    const backendPort = await findFreePort();
    await start(backendPort, {
      name: 'backend',
      protects: false,
      program: process.execPath,
      args: [ownServer('backend')],
      env: { PORT: String(backendPort) },
    });
    const running: Running[] = [];
    for (const made of [gateway, modOauth2, bareProxy, nginx]) {
      const place: Place = { backendPort, port: await findFreePort(), managementPort: await findFreePort() };
      const server = made(world, place);
      if (server === undefined) say(`${made.name}: not installed, left out`);
      else running.push(await start(place.port, server));
    }
    return measureShapes(world, running, rounds);
  });
}

/** APIs with our guard, which answer by themselves; the last one checks nothing, and is the baseline. */
export function measureGuards(rounds: number): Promise<MeasuredShape[]> {
  return withWorld(async (world, start) => {
    const keys = await world.publishKeys();
    try {
      const running: Running[] = [];
      for (const one of GUARDED) {
        const port = await findFreePort();
        running.push(await start(port, guarded(world, one, port, keys.url)));
      }
      const port = await findFreePort();
      running.push(await start(port, bareApi(world, port)));
      return await measureShapes(world, running, rounds);
    } finally {
      keys.server.close();
    }
  });
}

type Start = (port: number, server: ProtectedServer) => Promise<Running>;

async function withWorld<T>(work: (world: CallerWorld, start: Start) => Promise<T>): Promise<T> {
  const world = await CallerWorld.make();
  const started: ServerProcess[] = [];
  try {
    return await work(world, async (port, server) => {
      const logFile = world.path(`log/${started.length}.log`);
      const process = await ServerProcess.start({ ...server, port, logFile });
      started.push(process);
      return { ...server, server: process, port };
    });
  } finally {
    for (const server of started) await server.stop();
    world.remove();
  }
}

async function measureShapes(
  world: CallerWorld,
  running: readonly Running[],
  rounds: number,
): Promise<MeasuredShape[]> {
  for (const one of running) await requireRight(world, one);
  const shapes: MeasuredShape[] = [];
  for (const shape of SHAPES) {
    say(`${shape.title} …`);
    const contestants = running.map((one) => contestant(world, one, shape));
    shapes.push({ title: shape.title, measured: await measure(contestants, rounds) });
  }
  return shapes;
}

/** Speed counts only while the answers are right. */
async function requireRight(world: CallerWorld, { name, protects, port }: Running): Promise<void> {
  const request = world.request(world.token());
  const own = await statusOf(world.dial(port), request);
  const stolen = await statusOf(world.dial(port, true), request);
  if (own !== 200 || (protects && stolen !== 401))
    throw new Error(`${name}: ${own} to the client of the token, ${stolen} without its certificate`);
}

function contestant(world: CallerWorld, { name, port, server }: Running, shape: Shape): Contestant {
  const known = world.request(world.token());
  const send = shape.newConnections ? sendOverNewConnections : sendOverKeptConnections;
  return {
    name,
    operations: shape.calls,
    run() {
      const target: LoadTarget = {
        tls: world.dial(port),
        request: shape.newTokens ? freshRequests(world, shape.calls) : () => known,
      };
      return send(target, shape.calls, () => server.cpuTime());
    },
  };
}

/** Requests with a token each, made before the first is sent. */
function freshRequests(world: CallerWorld, calls: number): (index: number) => Buffer {
  const requests = Array.from({ length: calls + 64 }, () => world.request(world.token()));
  return (index) => requests[index]!;
}
