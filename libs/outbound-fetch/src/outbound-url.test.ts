import { describe, expect, it } from '@jest/globals';
import { parseOutboundUrl, type OutboundRule } from './outbound-url.js';
import type { OutboundRefusal } from './refusal.js';

const RULE: OutboundRule = {
  schemes: ['http', 'https'],
  ports: [80, 443],
  listedHosts: new Set(['crl.corp', '10.0.0.7:8080', '[fd00::7]']),
};

const verdict = (text: string, rule = RULE): string => {
  const parsed = parseOutboundUrl(text, rule);
  return 'accepted' in parsed ? `${parsed.url.host} ${parsed.port}` : parsed.refusal;
};

describe('parseOutboundUrl', () => {
  it.each([
    ['http://crl.example.com/ca.crl', 'crl.example.com 80'],
    ['https://crl.example.com', 'crl.example.com 443'],
    ['HTTP://CRL.Example.com:80/Issuing%20CA(1).crl?x=/../y', 'crl.example.com 80'],
    ['http://8.8.8.8/ca.crl', '8.8.8.8 80'],
    ['https://[2606:4700:4700::1111]/', '[2606:4700:4700::1111] 443'],
    ['http://crl.corp/ca.crl', 'crl.corp 80'],
    ['http://10.0.0.7:8080/ca.crl', '10.0.0.7:8080 8080'],
    ['http://[fd00::7]/ca.crl', '[fd00::7] 80'],
  ])('accepts %s', (text, expected) => expect(verdict(text)).toBe(expected));

  it('refuses http where only https may be fetched (SS-01)', () => {
    expect(verdict('http://keys.example.com/jwks', { ...RULE, schemes: ['https'] })).toBe(
      'scheme_not_allowed',
    );
  });

  it.each([
    'http://127.0.0.1/',
    'http://10.1.2.3/',
    'http://172.16.0.1/',
    'http://192.168.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://100.64.0.1/',
    'http://0.0.0.0/',
    'http://224.0.0.1/',
    'http://[::1]/',
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'http://[::ffff:7f00:1]/',
  ])('refuses the literal address of %s (SS-02)', (text) => expect(verdict(text)).toBe('address_not_public'));

  it.each<[text: string, refusal: OutboundRefusal]>([
    ['https://good.example@evil.example/', 'credentials_in_url'],
    ['https://good.example:x@evil.example/', 'credentials_in_url'],
    ['https://@evil.example/', 'url_malformed'],
    ['https://good.example\\@evil.example/', 'url_malformed'],
    ['https:\\\\evil.example/', 'url_malformed'],
    ['https://good.example#@evil.example/', 'fragment_in_url'],
    ['https://good.example/#', 'fragment_in_url'],
    ['https://good.example/a\r\nHost: evil.example', 'url_malformed'],
    ['https://good.example/a\tb', 'url_malformed'],
    [' https://good.example/', 'url_malformed'],
    ['https://good.example/\0', 'url_malformed'],
    ['https:///evil.example/', 'url_malformed'],
    ['https:evil.example', 'url_malformed'],
    ['https://', 'url_malformed'],
    ['//evil.example/', 'url_malformed'],
    ['/ca.crl', 'url_malformed'],
    ['https://good.example/../ca.crl', 'url_malformed'],
    ['https://good.example/%2e%2e/ca.crl', 'url_malformed'],
    ['', 'url_malformed'],
    [`https://good.example/${'a'.repeat(2_048)}`, 'url_malformed'],
  ])('refuses %j, which parsers read differently or which hides something (SS-09)', (text, refusal) =>
    expect(verdict(text)).toBe(refusal),
  );

  it.each<[text: string, refusal: OutboundRefusal]>([
    ['https://%65vil.example/', 'url_malformed'],
    ['https://%2f%2fevil.example/', 'url_malformed'],
    ['%68ttps://evil.example/', 'url_malformed'],
    ['https://good.example%2f@evil.example/', 'credentials_in_url'],
    ['https://evil。example/', 'url_malformed'],
    ['https://evil．example/', 'url_malformed'],
    ['https://ｅvil.example/', 'url_malformed'],
    ['https://bücher.example/', 'url_malformed'],
    ['https://127。0。0。1/', 'url_malformed'],
    ['https://0x7f.1/', 'url_malformed'],
    ['https://0177.0.0.1/', 'url_malformed'],
    ['https://2130706433/', 'url_malformed'],
    ['https://127.1/', 'url_malformed'],
    ['https://[::ffff:127.0.0.1]/', 'url_malformed'],
    ['https://[0:0:0:0:0:0:0:1]/', 'url_malformed'],
  ])('refuses the disguised host of %j (SS-10)', (text, refusal) => expect(verdict(text)).toBe(refusal));

  it.each([
    'file:///etc/passwd',
    'data:text/plain,x',
    'gopher://evil.example/',
    'ftp://evil.example/ca.crl',
    'ldap://evil.example/cn=ca?certificateRevocationList',
    'unix:/var/run/docker.sock',
    'javascript:alert(1)',
    'ws://evil.example/',
  ])('refuses the scheme of %s (SS-11)', (text) => expect(verdict(text)).toBe('scheme_not_allowed'));

  it.each([22, 25, 53, 5432, 6379, 8080, 11211])(
    'refuses port %d of a host that is not listed with it (SS-12)',
    (port) => {
      expect(verdict(`http://crl.example.com:${port}/`)).toBe('port_not_allowed');
      expect(verdict(`http://crl.corp:${port}/`)).toBe('port_not_allowed');
    },
  );

  it.each([
    'postgres',
    'localhost',
    'admin',
    'crl.example.com.',
    'crl_a.example.com',
    'a..example.com',
    'crl.example.1a',
  ])('refuses the host %s, which is no fully qualified name (SS-12)', (host) =>
    expect(['host_not_allowed', 'url_malformed']).toContain(verdict(`http://${host}/`)),
  );
});
