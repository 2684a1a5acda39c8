import { describe, expect, it } from '@jest/globals';
import { applications, freightApi, type StackSettings } from './applications.js';
import { pairAt } from './development-pki.js';
import { portsFrom } from './ports.js';

const SETTINGS = {
  ports: portsFrom(7400),
  pki: {
    server: {},
    gateway: {},
    ordersApi: pairAt('/pki', 'orders-api'),
    freightApi: pairAt('/pki', 'freight-api'),
  },
  secrets: { resourceServerUrlFile: '/secrets/orders', freightUrlFile: '/secrets/freight' },
  auditSpool: '/spool',
} as StackSettings;

const listening = (settings: StackSettings): unknown =>
  [...applications(settings), freightApi(settings)].map(({ name, env }) => [
    name,
    env['PROXY_PORT'],
    env['PROXIES_FILE'],
  ]);

describe('applications', () => {
  it('have no listener for proxies unless a file names them', () => {
    expect(listening(SETTINGS)).toEqual([
      ['token-service', undefined, undefined],
      ['resource-server', undefined, undefined],
      ['gateway', undefined, undefined],
      ['admin', undefined, undefined],
      ['freight-api', undefined, undefined],
    ]);
  });

  it('listen for the proxies of the file at the token service, the APIs and the gateway, never at admin', () => {
    expect(listening({ ...SETTINGS, proxiesFile: '/etc/proxies.yaml' })).toEqual([
      ['token-service', '7412', '/etc/proxies.yaml'],
      ['resource-server', '7422', '/etc/proxies.yaml'],
      ['gateway', '7432', '/etc/proxies.yaml'],
      ['admin', undefined, undefined],
      ['freight-api', '7427', '/etc/proxies.yaml'],
    ]);
  });

  it('are two APIs of one program that share no port, audience, database or client', () => {
    const orders = applications(SETTINGS).find(({ name }) => name === 'resource-server')!;
    const freight = freightApi(SETTINGS);
    expect(freight.script).toBe(orders.script);
    const own = [
      ...['AUDIENCE', 'MTLS_PORT', 'MANAGEMENT_PORT', 'DATABASE_URL_FILE'],
      ...['DENY_FEED_CLIENT_ID', 'DENY_FEED_CERTIFICATE_FILE', 'DENY_FEED_PRIVATE_KEY_FILE'],
    ];
    for (const variable of own) {
      expect(freight.env[variable]).toEqual(expect.any(String));
      expect({ variable, value: freight.env[variable] }).not.toEqual({
        variable,
        value: orders.env[variable],
      });
    }
  });
});
