import { describe, expect, it } from '@jest/globals';
import { readAdminConfig } from './config.js';

const VALID = {
  MTLS_PORT: '7401',
  MANAGEMENT_PORT: '7409',
  TLS_CERTIFICATE_FILE: 'server.pem',
  TLS_PRIVATE_KEY_FILE: 'server.key.pem',
  ISSUER: 'https://as.example',
  JWKS_URI: 'https://as.example/jwks',
  AUDIENCE: 'https://admin.example',
  DATABASE_URL: 'postgres://admin@db.example/holdfast',
};
const hostsOf = (text: string): string[] => [
  ...(readAdminConfig({ ...VALID, EGRESS_ALLOWED_HOSTS: text }).EGRESS_ALLOWED_HOSTS ?? []),
];

describe('readAdminConfig', () => {
  it('lists no private host unless told', () => {
    expect(readAdminConfig(VALID).EGRESS_ALLOWED_HOSTS).toBeUndefined();
    expect(hostsOf('')).toEqual([]);
  });

  it('reads hosts of private networks as URLs write them', () => {
    expect(hostsOf('crl.corp, 10.0.0.7:8080,[fd00::7],pki.corp:80')).toEqual([
      'crl.corp',
      '10.0.0.7:8080',
      '[fd00::7]',
      'pki.corp:80',
    ]);
  });

  it.each([
    '*',
    '*.corp',
    'CRL.corp',
    'http://crl.corp',
    'crl.corp/x',
    'a@crl.corp',
    '10.0.0.0/8',
    'crl.corp,',
    'fd00::7',
  ])('refuses %j, which is no host: nothing is listed by a pattern (SS-18)', (text) =>
    expect(() => hostsOf(text)).toThrow(/EGRESS_ALLOWED_HOSTS: must be hosts/),
  );
});
