import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { readGatewayFile } from './configuration/read-gateway-file.js';
import { followGatewayFile } from './reload.js';
import { GatewayState } from './state.js';
import { World } from './testing/world.js';

const FILE = (scope: string): string => `
upstreams:
  api: { url: BACKEND }
routes:
  - { path: /**, methods: any, scopes: [${scope}], upstream: api }
`;

let world: World;
let lines: string[] = [];
let stop: () => void;

const changes = (): number => lines.filter((line) => line.includes('is in use')).length;

/** What never comes ends the test by its time. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(10);
}

beforeAll(async () => {
  world = await World.start(FILE('read'));
  const read = () => readGatewayFile(world.path('gateway.yaml'), []);
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  stop = followGatewayFile(
    read,
    read().version,
    (plan) => void world.gateway.replace(new GatewayState(plan, () => undefined)).retire(),
    logger,
    20,
  );
});
afterAll(async () => {
  stop();
  await world.stop();
});

describe('a changed gateway file', () => {
  it('is taken over without losing a request, those under way included', async () => {
    world.backend.answer = (request, response) => {
      setTimeout(() => response.end(request.url), 30);
    };
    let going = true;
    const answers: number[] = [];
    const work = async (): Promise<void> => {
      while (going) answers.push((await world.good()).status);
    };
    const workers = Array.from({ length: 4 }, work);
    for (const [index, scope] of ['write', 'read', 'write'].entries()) {
      const before = answers.length;
      await until(() => answers.length >= before + 4);
      world
        .stateOf(FILE(scope))
        .retire()
        .catch(() => undefined);
      await until(() => changes() === index + 1);
    }
    const before = answers.length;
    await until(() => answers.length >= before + 4);
    going = false;
    await Promise.all(workers);
    expect(new Set(answers)).toEqual(new Set([200]));
  }, 30_000);

  it('closes no connection that a call under way still has to use', async () => {
    const state = world.stateOf(FILE('read'));
    const deciding = Promise.withResolvers<void>();
    const work = state.during(() => deciding.promise);
    let isRetired = false;
    const retired = state.retire().then(() => (isRetired = true));
    await delay(50);
    expect(isRetired).toBe(false);
    deciding.resolve();
    await Promise.all([work, retired]);
  });

  it('decides the next request: a scope that is needed now is missed now', async () => {
    const before = changes();
    world
      .stateOf(FILE('admin'))
      .retire()
      .catch(() => undefined);
    await until(() => changes() > before);
    expect(await world.good()).toMatchObject({ status: 403 });
  });

  it('that cannot be used is said once, with all problems, and changes nothing', async () => {
    lines = [];
    world.write('gateway.yaml', 'routes: []\nupstreams: { x: { url: y } }\n');
    await until(() => lines.length > 0);
    expect(await world.good()).toMatchObject({ status: 403 });
    // Some more looks at the same file.
    await delay(150);
    expect(lines).toHaveLength(1);
    for (const member of ['tokens', 'routes', 'upstreams.x.url']) expect(lines[0]).toContain(member);
  });
});
