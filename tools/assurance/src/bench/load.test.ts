import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CallerWorld } from './caller-world.js';
import { sendOverKeptConnections, sendOverNewConnections, statusOf, type LoadTarget } from './load.js';

describe('the load of the benchmark', () => {
  let world: CallerWorld;
  let server: Server;
  let target: LoadTarget;
  let requests: number;
  let connections: number;
  let status: number;

  beforeEach(async () => {
    [requests, connections, status] = [0, 0, 200];
    world = await CallerWorld.make();
    const { pem, privateKeyPem } = world.server;
    server = createServer({ cert: pem, key: privateKeyPem, requestCert: true, rejectUnauthorized: false });
    server.on('secureConnection', () => (connections += 1));
    server.on('request', (_request, response) => {
      requests += 1;
      response.writeHead(status, { 'content-length': 2 }).end('ok');
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const known = world.request(world.token());
    target = { tls: world.dial((server.address() as AddressInfo).port), request: () => known };
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
    world.remove();
  });

  it('sends as many requests as were asked for over kept connections, beside those that open them', async () => {
    const cost = await sendOverKeptConnections(target, 100, () => requests);
    expect({ requests, connections, cost }).toEqual({ requests: 116, connections: 16, cost: 100 });
  });

  it('opens a connection for every request where it is asked to', async () => {
    const cost = await sendOverNewConnections(target, 40, () => requests);
    expect({ requests, connections, cost }).toEqual({ requests: 40, connections: 40, cost: 40 });
  });

  it('counts no answer but 200: a server that refuses is not fast', async () => {
    status = 401;
    await expect(sendOverKeptConnections(target, 100, () => requests)).rejects.toThrow('401');
    await expect(sendOverNewConnections(target, 100, () => requests)).rejects.toThrow('401');
    expect(await statusOf(target.tls, target.request(0))).toBe(401);
  });
});
