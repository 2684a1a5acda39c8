import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import type { IncomingMessage, RequestListener } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World } from '../testing/world.js';

const FILE = `
upstreams: { api: { url: BACKEND } }
timeouts: { responseSeconds: 0.4, bodyIdleSeconds: 0.6, bodyBytesPerSecond: 100 }
routes:
  - { path: /patient, methods: [POST], scopes: [], upstream: api, timeouts: { bodyIdleSeconds: 5, bodyBytesPerSecond: 0 } }
  - { path: /**, methods: [POST], scopes: [], upstream: api }
`;

let world: World;
beforeAll(async () => {
  world = await World.start(FILE);
});
afterAll(() => world.stop());

describe('the body of a request that comes slowly (DO-02)', () => {
  const READS: RequestListener = (request, response) => {
    let octets = 0;
    request
      .on('data', (chunk: Buffer) => (octets += chunk.length))
      .once('end', () => response.end(String(octets)))
      .once('error', () => undefined);
  };

  /** Sends pieces with pauses between them, and says how it was answered, and after how long. */
  async function upload(pieces: readonly string[], pauseMs: number, path = '/up') {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const started = performance.now();
    const token = await world.token(world.alice);
    const headers = { 'content-length': String(length) };
    const request = httpsRequest(world.options({ path, method: 'POST', headers, as: world.alice, token }));
    const answered = once(
      request.on('error', () => undefined),
      'response',
    ) as Promise<[IncomingMessage]>;
    const gone = new AbortController();
    void answered.then(() => gone.abort());
    for (const piece of pieces) {
      request.write(piece);
      await delay(pauseMs, undefined, { signal: gone.signal }).catch(() => undefined);
      if (gone.signal.aborted) break;
    }
    const [response] = await answered;
    const elapsed = performance.now() - started;
    response.resume();
    request.destroy();
    return { status: response.statusCode, elapsed };
  }

  it('ends with 408 where the client pauses for too long, and the upstream is not kept waiting', async () => {
    const aborted = Promise.withResolvers<void>();
    world.backend.answer = (request) => request.once('error', () => aborted.resolve()).resume();
    const { status, elapsed } = await upload(['half', 'more'], 5_000);
    expect(status).toBe(408);
    expect(elapsed).toBeGreaterThan(500);
    expect(elapsed).toBeLessThan(2_000);
    await aborted.promise;
  });

  it('ends with 408 where there are only a few octets now and then', async () => {
    world.backend.answer = READS;
    const { status, elapsed } = await upload(
      Array.from({ length: 40 }, () => 'x'),
      200,
    );
    expect(status).toBe(408);
    expect(elapsed).toBeLessThan(2_500);
  });

  it('is carried for as long as it goes on, also beyond the time for the answer', async () => {
    world.backend.answer = READS;
    const { status, elapsed } = await upload(
      Array.from({ length: 12 }, () => 'x'.repeat(100)),
      250,
    );
    expect(status).toBe(200);
    expect(elapsed).toBeGreaterThan(2_000);
  });

  it('is waited for as long as its route says', async () => {
    world.backend.answer = READS;
    const { status } = await upload(['a', 'b', 'c'], 900, '/patient');
    expect(status).toBe(200);
  });

  it('is not held against the client while the upstream takes nothing (504)', async () => {
    world.backend.answer = (request) => request.once('error', () => undefined).pause();
    const { status } = await upload(['x'.repeat(8_000_000)], 5_000);
    expect(status).toBe(504);
  });
});
