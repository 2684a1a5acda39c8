import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { pino } from 'pino';
import { tlsOptions } from '@holdfast/certificate-source';
import { createSelfSigned } from '@holdfast/test-pki';
import { LIMITS } from './listener.js';
import { serve, type Served } from './serve.js';
import { Refusals } from './testing/refusals.js';

@Controller()
class Hello {
  @Get('hello')
  hello(): object {
    return { hello: true };
  }
}

@Module({ controllers: [Hello] })
class HelloModule {}

const directory = mkdtempSync(join(tmpdir(), 'holdfast-listener-'));
let served: Served;
const port = (): number => (served.server.address() as AddressInfo).port;

async function start(): Promise<Served> {
  const files = {
    certificateFile: join(directory, 'server.pem'),
    privateKeyFile: join(directory, 'server.key.pem'),
  };
  const made = await createSelfSigned({
    subject: 'CN=localhost',
    notBefore: new Date('2020-01-01'),
    notAfter: new Date('2100-01-01'),
  });
  writeFileSync(files.certificateFile, made.pem);
  writeFileSync(files.privateKeyFile, made.privateKeyPem, { mode: 0o600 });
  return serve({
    module: HelloModule,
    tls: { ...tlsOptions(), handshakeTimeout: LIMITS.handshakeTimeoutMs },
    files,
    host: '127.0.0.1',
    port: 0,
    bodies: 'json',
    methods: [[/^\/hello$/, 'GET, HEAD']],
    filter: () => new Refusals(),
    logger: pino({ level: 'silent' }),
  });
}

beforeAll(async () => {
  served = await start();
});

afterAll(async () => {
  await served.stop();
  rmSync(directory, { recursive: true });
});

/** Milliseconds until the server holds no connection any more; fails after 12 seconds. */
async function untilNoneIsHeld(): Promise<number> {
  const begin = performance.now();
  const held = (): Promise<number> =>
    new Promise((resolve) => served.server.getConnections((_error, count) => resolve(count)));
  while ((await held()) > 0) {
    if (performance.now() - begin > 12_000) throw new Error('the connection was kept');
    await delay(20);
  }
  return performance.now() - begin;
}

function secure(): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect(
      {
        port: port(),
        host: '127.0.0.1',
        rejectUnauthorized: false,
        allowHalfOpen: true,
      } as ConnectionOptions,
      () => resolve(socket),
    );
    socket.once('error', reject);
  });
}

/** What the server answers to these octets, sent as they are. */
async function answerTo(text: string): Promise<string> {
  const socket = await secure();
  socket.write(text);
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  await Promise.race([
    new Promise((resolve) => socket.once('end', resolve)),
    delay(150, undefined, { ref: false }),
  ]);
  socket.destroy();
  return answer;
}

describe('a listener', () => {
  it('serves', async () => {
    expect(await answerTo('GET /hello HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(
      /^HTTP\/1.1 200 [^]*"hello":true/,
    );
  });

  it('lets go of a connection that never speaks TLS (DO-05)', async () => {
    const silent = connectTcp(port(), '127.0.0.1').on('error', () => undefined);
    await new Promise((resolve) => silent.once('connect', resolve));
    expect(await untilNoneIsHeld()).toBeLessThan(LIMITS.handshakeTimeoutMs + 2_000);
    silent.destroy();
  }, 15_000);

  it('lets go of a connection after a broken request, though the peer keeps its side open (DO-05)', async () => {
    const socket = await secure();
    socket.write('this is no HTTP\r\n\r\n');
    expect(await untilNoneIsHeld()).toBeLessThan(LIMITS.brokenRequestMs + 2_000);
    socket.destroy();
  }, 15_000);

  it.each<[name: string, request: string, status: number]>([
    ['no Host (RFC 9112 §3.2)', 'GET /hello HTTP/1.1\r\n\r\n', 400],
    ['two Hosts (RFC 9112 §3.2)', 'GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
    ['another method (RFC 9110 §15.5.6; CA-28)', 'DELETE /hello HTTP/1.1\r\nHost: x\r\n\r\n', 405],
    ['a header of 17 kB (DO-10)', `GET /hello HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(17_000)}\r\n\r\n`, 431],
    ['101 header lines (DO-10)', `GET /hello HTTP/1.1\r\nHost: x\r\n${'X: 1\r\n'.repeat(100)}\r\n`, 431],
    [
      '2 400 header lines, which Node would cut silently (CVE-2026-58044)',
      `GET /hello HTTP/1.1\r\nHost: x\r\n${'X:1\r\n'.repeat(2_400)}\r\n`,
      431,
    ],
    [
      'a compressed body (DO-09)',
      'POST /other HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n',
      415,
    ],
    [
      'two media types (RFC 9110 §8.3)',
      'POST /other HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n',
      415,
    ],
    [
      'another charset than UTF-8',
      'POST /other HTTP/1.1\r\nHost: x\r\nContent-Type: application/json; charset=utf-16\r\nContent-Length: 0\r\n\r\n',
      415,
    ],
    ['a path that cannot be decoded (DO-20)', 'GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    [
      'both lengths, as in request smuggling (RFC 9112 §6.3)',
      'POST /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
  ])('refuses %s', async (_name, request, status) => {
    expect(await answerTo(request)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it('stops within its time, though somebody holds a connection that never spoke', async () => {
    const other = await start();
    const held = connectTcp((other.server.address() as AddressInfo).port, '127.0.0.1').on(
      'error',
      () => undefined,
    );
    await new Promise((resolve) => held.once('connect', resolve));
    const begin = performance.now();
    await other.stop();
    expect(performance.now() - begin).toBeLessThan(5_000);
    held.destroy();
  }, 15_000);
});
