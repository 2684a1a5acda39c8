import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { findPortHolder, listeningInodes } from './port-holder.js';
import { parsePortBase, portsFrom, requireFreePorts } from './ports.js';

describe('parsePortBase', () => {
  it('is 7400 when nothing is set', () => {
    expect(parsePortBase(undefined)).toBe(7400);
    expect(parsePortBase('')).toBe(7400);
  });

  it('takes a base whose last port still exists', () => {
    expect(parsePortBase('65445')).toBe(65445);
  });

  it.each(['65446', '1023', '-1', '74e2', '7400.5', 'abc', ' 7400'])(
    'refuses "%s", naming the variable',
    (text) => {
      expect(() => parsePortBase(text)).toThrow(`HOLDFAST_PORT_BASE is "${text}"`);
    },
  );
});

describe('portsFrom', () => {
  it('follows the table of docs/contract.md', () => {
    expect(portsFrom(7400)).toMatchObject({
      admin: 7400,
      adminApi: 7401,
      adminManagement: 7409,
      tokenPublic: 7410,
      tokenMutualTls: 7411,
      tokenManagement: 7419,
      resourceServer: 7420,
      resourceManagement: 7429,
      freight: 7425,
      freightProxies: 7427,
      freightManagement: 7428,
      gateway: 7430,
      gatewayProxies: 7432,
      gatewayManagement: 7439,
      postgres: 7490,
    });
  });
});

describe('requireFreePorts', () => {
  let server: Server | undefined;

  afterEach(() => {
    server?.close();
    server = undefined;
  });

  const listen = (host: string): Promise<number> =>
    new Promise((resolve, reject) => {
      server = createServer().once('error', reject);
      server.listen(0, host, () => resolve((server!.address() as AddressInfo).port));
    });

  it.each(['127.0.0.1', '0.0.0.0'])(
    'names port, purpose, holder and cure when it is taken on %s',
    async (host) => {
      const port = await listen(host);
      const check = requireFreePorts({ ...portsFrom(7400), tokenMutualTls: port }, ['tokenMutualTls']);
      await expect(check).rejects.toThrow(
        new RegExp(
          `Port ${port} \\(for the token service, mutual TLS\\) is taken by .*HOLDFAST_PORT_BASE=7500`,
          's',
        ),
      );
    },
  );

  it('accepts ports that are free', async () => {
    const port = await listen('127.0.0.1');
    await new Promise((resolve) => server!.close(resolve));
    await expect(
      requireFreePorts({ ...portsFrom(7400), postgres: port }, ['postgres']),
    ).resolves.toBeUndefined();
  });

  it('finds the process that listens', async () => {
    const port = await listen('127.0.0.1');
    expect(findPortHolder(port)?.pid).toBe(process.pid);
  });
});

describe('listeningInodes', () => {
  it('takes listening sockets of exactly that port (proc(5))', () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1CF3 00000000:0000 0A 00000000:00000000 00:00000000 00000000   101        0 4242 1
   1: 0100007F:1CF3 0100007F:9C40 01 00000000:00000000 00:00000000 00000000   101        0 4343 1
   2: 0100007F:1CF4 00000000:0000 0A 00000000:00000000 00:00000000 00000000   101        0 4444 1
`;
    expect(listeningInodes(table, 0x1cf3)).toEqual(['4242']);
  });
});
