import { describe, expect, it } from '@jest/globals';
import { applications, type StackSettings } from './applications.js';
import { portsFrom } from './ports.js';

const SETTINGS = {
  ports: portsFrom(7400),
  pki: { server: {}, gateway: {}, ordersApi: {} },
  secrets: {},
  auditSpool: '/spool',
} as StackSettings;

const listening = (settings: StackSettings): unknown =>
  applications(settings).map(({ name, env }) => [name, env['PROXY_PORT'], env['PROXIES_FILE']]);

describe('applications', () => {
  it('have no listener for proxies unless a file names them', () => {
    expect(listening(SETTINGS)).toEqual([
      ['token-service', undefined, undefined],
      ['resource-server', undefined, undefined],
      ['gateway', undefined, undefined],
      ['admin', undefined, undefined],
    ]);
  });

  it('listen for the proxies of the file at the token service, the API and the gateway, never at admin', () => {
    expect(listening({ ...SETTINGS, proxiesFile: '/etc/proxies.yaml' })).toEqual([
      ['token-service', '7412', '/etc/proxies.yaml'],
      ['resource-server', '7422', '/etc/proxies.yaml'],
      ['gateway', '7432', '/etc/proxies.yaml'],
      ['admin', undefined, undefined],
    ]);
  });
});
