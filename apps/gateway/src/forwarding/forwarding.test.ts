import { once } from 'node:events';
import { Agent, request as httpsRequest } from 'node:https';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createSelfSigned } from '@holdfast/test-pki';
import { Backend, echo } from '../testing/backend.js';
import { LONG, World, type Answered, type Caller } from '../testing/world.js';

const FILE = `
upstreams:
  api: { url: BACKEND }
  raw: { url: RAW }
  nobody: { url: http://127.0.0.1:1 }
timeouts: { responseSeconds: 0.4, idleSeconds: 0.5 }
routes:
  - { path: /raw/**, methods: any, scopes: [], upstream: raw }
  - { path: /nobody, methods: any, scopes: [], upstream: nobody }
  - { path: /ws, methods: [GET], scopes: [], upstream: api, webSocket: true }
  - { path: /bounded, methods: any, scopes: [], upstream: api, timeouts: { totalSeconds: 0.6 } }
  - { path: /p/**, methods: any, scopes: [], upstream: api, timeouts: { responseSeconds: 30 } }
  - { path: /**, methods: any, scopes: [], upstream: api }
`;
const ROUNDS = 5_000;

let world: World;
/** A server that speaks octets, to answer what no HTTP server would. */
let raw: ReturnType<typeof createServer>;
let onRaw: (socket: Socket, request: string) => void;
let rawRequests = 0;

beforeAll(async () => {
  raw = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (octets) => {
      rawRequests += 1;
      onRaw(socket, octets.toString('latin1'));
    });
  });
  await once(raw.listen(0, '127.0.0.1'), 'listening');
  world = await World.start(FILE.replace('RAW', `http://127.0.0.1:${(raw.address() as AddressInfo).port}`));
});
afterAll(async () => {
  await world.stop();
  raw.close();
});
beforeEach(() => {
  world.backend.answer = echo;
  rawRequests = 0;
});

/** A request of alice whose answer is read piece by piece. */
async function open(path: string, method = 'GET', headers: Record<string, string> = {}) {
  const token = await world.token(world.alice);
  return httpsRequest(world.options({ path, method, headers, as: world.alice, token }));
}

describe('streams', () => {
  it('pass a request piece by piece, before it has ended', async () => {
    const seen: string[] = [];
    const gate = Promise.withResolvers<void>();
    world.backend.answer = (request, response) => {
      request.on('data', (chunk: Buffer) => {
        seen.push(chunk.toString());
        gate.resolve();
      });
      request.once('end', () => response.end('done'));
    };
    const request = await open('/up', 'POST', { 'transfer-encoding': 'chunked' });
    request.write('one');
    await gate.promise;
    expect(seen).toEqual(['one']);
    request.end('two');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
    expect(seen.join('')).toBe('onetwo');
  });

  it('pass an answer piece by piece, its header first, before it has ended', async () => {
    const answering = Promise.withResolvers<Parameters<RequestListener>[1]>();
    world.backend.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      answering.resolve(response);
    };
    const request = await open('/events');
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const backend = await answering.promise;
    for (const piece of ['data: 1\n\n', 'data: 2\n\n']) {
      backend.write(piece);
      expect(String((await once(response, 'data'))[0])).toBe(piece);
    }
    backend.end();
    await once(response, 'end');
  });

  it('pass both ways at once', async () => {
    world.backend.answer = (request, response) => {
      response.writeHead(200);
      request.pipe(response);
    };
    const request = await open('/both', 'POST', { 'transfer-encoding': 'chunked' });
    request.write('ping');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const pieces: string[] = [];
    for await (const piece of response) {
      if (pieces.push(String(piece)) === 1) request.end('pong');
    }
    expect(pieces).toEqual(['ping', 'pong']);
  });

  it('slow the upstream down when the client does not read', async () => {
    const total = 64 * 1_024 * 1_024;
    let written = 0;
    world.backend.answer = (_request, response) => {
      const chunk = Buffer.alloc(256 * 1_024);
      const write = (): void => {
        while (written < total && response.write(chunk)) written += chunk.length;
        if (written >= total) response.end();
      };
      response.on('drain', write).on('error', () => undefined);
      write();
    };
    const request = await open('/much');
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.pause();
    await delay(250);
    expect(written).toBeLessThan(total / 2);
    response.destroy();
  });

  it('end at the upstream when the client goes away', async () => {
    const closed = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    world.backend.answer = (_request, response) => {
      response.once('close', () => closed.resolve());
      arrived.resolve();
    };
    const request = await open('/wait');
    request.on('error', () => undefined).end();
    await arrived.promise;
    request.destroy();
    await closed.promise;
  });
});

describe('an upstream that fails (R-27)', () => {
  const failing: [string, string, (socket: Socket) => void, number, string][] = [
    ['refuses the connection', '/nobody', () => undefined, 502, 'upstream_unreachable'],
    ['resets it', '/raw/', (socket) => socket.resetAndDestroy(), 502, 'upstream_broken'],
    ['closes it without an answer', '/raw/', (socket) => socket.end(), 502, 'upstream_broken'],
    ['speaks no HTTP', '/raw/', (socket) => socket.end('SSH-2.0-x\r\n\r\n'), 502, 'upstream_broken'],
    [
      'gives two lengths',
      '/raw/',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'),
      502,
      'upstream_broken',
    ],
    [
      'gives a length and chunks',
      '/raw/',
      (socket) =>
        socket.end(
          'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n',
        ),
      502,
      'upstream_broken',
    ],
    ['stalls', '/raw/', () => undefined, 504, 'upstream_timeout'],
    ['answers one octet at a time', '/raw/', trickle, 504, 'upstream_timeout'],
  ];
  for (const [method, body] of [['GET'], ['POST', 'x']] as const) {
    it.each(failing)(
      `and %s is answered, and ${method} is not sent twice`,
      async (_what, path, act, status, reason) => {
        onRaw = act;
        const before = performance.now();
        const answer = await world.good({ path, method, ...(body && { body }) });
        expect(answer).toMatchObject({ status });
        expect(answer.json['error_description']).toMatch(new RegExp(`^${reason}: `));
        expect(performance.now() - before).toBeLessThan(2_000);
        expect(rawRequests).toBe(path === '/raw/' ? 1 : 0);
        expect(answer.headers).not.toHaveProperty('www-authenticate');
      },
    );
  }

  it('with 5xx of its own has that passed on', async () => {
    world.backend.answer = (_request, response) =>
      response.writeHead(503, { 'retry-after': '7' }).end('busy');
    const { status, text, headers } = await world.good();
    expect({ status, text, retry: headers['retry-after'] }).toEqual({
      status: 503,
      text: 'busy',
      retry: '7',
    });
  });

  it.each([['Content-Length: 10\r\n\r\nhalf'], ['Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n']])(
    'in the middle of its answer breaks off for the client too: %j',
    async (rest) => {
      onRaw = (socket) =>
        socket.write(`HTTP/1.1 200 OK\r\n${rest}`, () => setTimeout(() => socket.destroy(), 50));
      await expect(world.good({ path: '/raw/' })).rejects.toThrow();
    },
  );

  it('and pauses in the middle of its answer breaks off after idleSeconds', async () => {
    onRaw = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
    const before = performance.now();
    await expect(world.good({ path: '/raw/' })).rejects.toThrow();
    expect(performance.now() - before).toBeGreaterThan(400);
  });

  it('and goes on for ever, little by little, ends after totalSeconds', async () => {
    world.backend.answer = (_request, response) => {
      const timer = setInterval(() => response.write('x'), 100);
      response.once('close', () => clearInterval(timer));
    };
    await expect(world.good({ path: '/bounded' })).rejects.toThrow();
  });

  it('before it has read the request has its answer passed on all the same', async () => {
    world.backend.answer = (_request, response) => response.writeHead(403, { connection: 'close' }).end('no');
    const body = Buffer.alloc(1_024 * 1_024);
    const answer = await world.good({ method: 'POST', body });
    expect([403, 502]).toContain(answer.status);
  });
});

describe('pooled connections', () => {
  it(`give each of two callers its own answers, ${2 * ROUNDS} times (R-27)`, async () => {
    world.backend.answer = (request, response) => {
      const name = String(request.headers['holdfast-client-id']);
      // Some answers overtake others.
      setTimeout(() => response.end(`${name} ${request.url}`), request.url!.endsWith('7') ? 3 : 0);
    };
    const before = world.backend.sockets.size;
    await Promise.all([world.alice, world.bob].map((caller) => callMany(caller)));
    expect(world.backend.sockets.size - before).toBeLessThan(200);
  }, 120_000);

  async function callMany(caller: Caller): Promise<void> {
    const token = await world.token(caller);
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    let next = 0;
    const work = async (): Promise<void> => {
      for (let round = next++; round < ROUNDS; round = next++) {
        const { status, text } = await world.call({ as: caller, token, path: `/p/${round}`, agent });
        if (status !== 200 || text !== `${caller.id} /p/${round}`)
          throw new Error(`${caller.id} got ${status} "${text}" for /p/${round}`);
      }
    };
    await Promise.all(Array.from({ length: 16 }, work));
    agent.destroy();
  }
});

describe('a WebSocket', () => {
  const UPGRADE = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
  };
  const upgraded: { headers: IncomingMessage['headers']; socket: Socket }[] = [];

  beforeAll(() => {
    world.backend.server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
      if (request.headers['x-refuse'] !== undefined) {
        socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
        return;
      }
      upgraded.push({ headers: request.headers, socket });
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3p\r\n\r\n',
      );
      socket.on('error', () => undefined).pipe(socket);
    });
  });

  async function dial(path: string, headers: Record<string, string> = {}, change = {}) {
    const token = await world.token(world.alice, change);
    const request = httpsRequest(
      world.options({ path, headers: { ...UPGRADE, ...headers }, as: world.alice, token }),
    );
    request.end();
    return request;
  }

  it('is opened with the verified identity, and carries octets both ways', async () => {
    const request = await dial('/ws', { 'holdfast-client-id': 'bob' });
    const [response, socket] = (await once(request, 'upgrade')) as [IncomingMessage, Socket];
    expect(response.headers).toMatchObject({ upgrade: 'websocket', 'sec-websocket-accept': 's3p' });
    for (const piece of ['one', 'two']) {
      socket.write(piece);
      expect(String((await once(socket, 'data'))[0])).toBe(piece);
    }
    const { headers, socket: backend } = upgraded.at(-1)!;
    expect(headers).toMatchObject({ 'holdfast-client-id': 'alice', 'sec-websocket-version': '13' });
    expect(headers).not.toHaveProperty('authorization');
    socket.end();
    await once(backend, 'close');
  });

  it('ends with the token that opened it', async () => {
    const request = await dial('/ws', {}, { exp: Math.floor(Date.now() / 1_000) + 1 });
    const [, socket] = (await once(request, 'upgrade')) as [IncomingMessage, Socket];
    const keep = setInterval(() => socket.write('x'), 100);
    socket.resume().on('error', () => undefined);
    await once(socket, 'close');
    clearInterval(keep);
  });

  it('ends when nothing passes', async () => {
    const request = await dial('/ws');
    const [, socket] = (await once(request, 'upgrade')) as [IncomingMessage, Socket];
    await once(socket.resume(), 'end');
  });

  it('that the upstream refuses is refused with its words', async () => {
    const [response] = (await once(await dial('/ws', { 'x-refuse': '1' }), 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(403);
    response.destroy();
  });

  it('is refused like any call without a token', async () => {
    const answer: Answered = await world.call({ path: '/ws', headers: UPGRADE, as: world.alice });
    expect(answer.status).toBe(401);
  });

  it('is no WebSocket where the route has none, and no other protocol is spoken anywhere (RFC 9110 §7.8)', async () => {
    const { status, json } = await world.good({ path: '/plain', headers: UPGRADE });
    expect(status).toBe(200);
    expect(json['headers']).not.toHaveProperty('upgrade');
    const h2c = {
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAMAAABkAAQAAP__',
    };
    const answer = await world.good({ path: '/ws', headers: h2c });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.json['headers'])).not.toContain('http2-settings');
  });
});

describe('an upstream with mutual TLS', () => {
  it('sees the certificate of the gateway, and is trusted by its own authority only', async () => {
    const server = await createSelfSigned({ subject: 'CN=api', san: { dns: ['api.internal'] }, ...LONG });
    const own = await createSelfSigned({ subject: 'CN=gateway', extendedKeyUsage: ['clientAuth'], ...LONG });
    const secure = await Backend.start({
      key: server.privateKeyPem,
      cert: server.pem,
      ca: own.pem,
      requestCert: true,
      rejectUnauthorized: true,
    });
    for (const [name, text] of Object.entries({
      'ca.pem': server.pem,
      'own.pem': own.pem,
      'own.key': own.privateKeyPem,
    }))
      world.write(name, text);
    const tls = 'caFile: ca.pem, serverName: api.internal';
    const file = `
upstreams:
  mutual: { url: '${secure.url}', tls: { ${tls}, certificateFile: own.pem, privateKeyFile: own.key } }
  unknown: { url: '${secure.url}', tls: { ${tls} } }
  untrusted: { url: '${secure.url}', tls: { serverName: api.internal } }
  misnamed: { url: '${secure.url}', hostHeader: client, tls: { caFile: ca.pem, certificateFile: own.pem, privateKeyFile: own.key } }
routes:
${['mutual', 'unknown', 'untrusted', 'misnamed'].map((name) => `  - { path: /${name}, methods: any, scopes: [], upstream: ${name} }`).join('\n')}
`;
    const before = world.gateway.replace(world.stateOf(file));
    expect(await world.good({ path: '/mutual' })).toMatchObject({ status: 200 });
    for (const name of ['unknown', 'untrusted', 'misnamed'])
      // The client does not choose whose certificate is good.
      expect({
        name,
        ...(await world.good({ path: `/${name}`, headers: { host: 'api.internal' } })),
      }).toMatchObject({ name, status: 502 });
    await world.gateway.replace(before).retire();
    await secure.stop();
  });
});

describe('a connection that asks twice at once', () => {
  it('gets both answers in order (RFC 9112 §9.3.2)', async () => {
    const token = await world.token(world.alice);
    const { leaf } = world.alice;
    const socket = connect({
      port: world.port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: world.server.pem,
      cert: leaf.pem,
      key: leaf.privateKeyPem,
    });
    const ask = (path: string, last = ''): string =>
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n${last}\r\n`;
    world.backend.answer = (request, response) => {
      setTimeout(() => response.end(request.url), request.url === '/first' ? 100 : 0);
    };
    socket.write(ask('/first') + ask('/second', 'Connection: close\r\n'));
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text.match(/\/first|\/second/g)).toEqual(['/first', '/second']);
  });
});

function trickle(socket: Socket): void {
  const octets = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
  let at = 0;
  const timer = setInterval(() => {
    if (socket.destroyed || at === octets.length) clearInterval(timer);
    else socket.write(octets[at++]!);
  }, 50);
}
