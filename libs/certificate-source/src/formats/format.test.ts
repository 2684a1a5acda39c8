import { beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, type IssuedCertificate } from '@holdfast/test-pki';
import { FORMATS, type CertificateFormat, type FormatName } from './format.js';

const LONG = { notBefore: new Date('2020-01-01'), notAfter: new Date('2100-01-01') };

let leaf: IssuedCertificate;
let issuer: IssuedCertificate;

beforeAll(async () => {
  const root = await createAuthority({ subject: 'CN=root', ...LONG });
  const intermediate = await root.issueAuthority({ subject: 'CN=intermediate', ...LONG });
  issuer = intermediate;
  leaf = await intermediate.issue({ subject: 'CN=partner', ...LONG });
});

const base64 = ({ der }: IssuedCertificate): string => Buffer.from(der).toString('base64');
const lines = (one: IssuedCertificate, lineEnd: string): string =>
  ['-----BEGIN CERTIFICATE-----', ...base64(one).match(/.{1,64}/g)!, '-----END CERTIFICATE-----'].join(
    lineEnd,
  );
const pem = (one: IssuedCertificate): string => `${lines(one, '\n')}\n`;
const item = (one: IssuedCertificate): string => `:${base64(one)}:`;
const escapedForAws = (text: string): string =>
  encodeURIComponent(text).replace(/%2B/g, '+').replace(/%2F/g, '/').replace(/%3D/g, '=');
const xfcc = (one: IssuedCertificate, more = ''): string =>
  `By=spiffe://lyft.com/backend;Hash=468ed33be74eee6556d90c0149c1309e9ba61d6425303443c0748a02dd8de688;` +
  `Cert="${encodeURIComponent(pem(one))}";Subject="CN=partner,O=\\"A, B\\"";URI=spiffe://a/b;DNS=a.example;DNS=b.example${more}`;

type Value = () => string;

/** nginx, HAProxy, Caddy and Apache are run by the end-to-end tests; the others *not against the real thing*. */
const DOCUMENTED: readonly (readonly [FormatName, string, Value, Value | undefined])[] = [
  ['rfc9440', 'Client-Cert (RFC 9440 §2.2)', () => item(leaf), undefined],
  [
    'rfc9440',
    'Client-Cert-Chain (RFC 9440 §2.3)',
    () => item(leaf),
    () => `${item(issuer)}, ${item(issuer)}`,
  ],
  ['envoy', 'Cert', () => xfcc(leaf), undefined],
  [
    'envoy',
    'Cert and Chain',
    () => xfcc(leaf, `;Chain="${encodeURIComponent(pem(leaf) + pem(issuer))}"`),
    undefined,
  ],
  ['nginx', '$ssl_client_escaped_cert', () => encodeURIComponent(pem(leaf)), undefined],
  ['haproxy', 'ssl_c_der,base64', () => base64(leaf), undefined],
  [
    'haproxy',
    'ssl_c_chain_der,base64',
    () => base64(leaf),
    () => Buffer.concat([issuer.der, issuer.der]).toString('base64'),
  ],
  ['traefik', 'version 3: base64 as it is', () => base64(leaf), undefined],
  ['traefik', 'version 3: a chain', () => `${base64(leaf)},${base64(issuer)}`, undefined],
  ['traefik', 'version 2: escaped', () => encodeURIComponent(base64(leaf)), undefined],
  ['caddy', 'certificate_der_base64', () => base64(leaf), undefined],
  ['apache', 'SSL_CLIENT_CERT', () => lines(leaf, ' '), undefined],
  [
    'apache',
    'SSL_CLIENT_CERT_CHAIN_n',
    () => lines(leaf, ' '),
    () => `${lines(issuer, ' ')}  (null)`.replace('  ', ' '),
  ],
  ['aws-alb', 'verify: the leaf', () => escapedForAws(pem(leaf)), undefined],
  ['aws-alb', 'passthrough: the chain', () => escapedForAws(pem(leaf) + pem(issuer)), undefined],
  ['azure', 'X-ARR-ClientCert', () => base64(leaf), undefined],
  ['cloudflare', 'Cf-Client-Cert-Der-Base64', () => base64(leaf), undefined],
];

describe('FORMATS', () => {
  it.each(DOCUMENTED)('reads %s: %s', (name, _what, value, chain) => {
    const format: CertificateFormat = FORMATS[name];
    const [first, ...others] = format.read(value())!;
    expect(Buffer.compare(first!, leaf.der)).toBe(0);
    for (const other of others)
      expect([leaf.der, issuer.der].some((der) => !Buffer.compare(der, other))).toBe(true);
    if (chain !== undefined)
      for (const one of format.readChain!(chain())!) expect(Buffer.compare(one, issuer.der)).toBe(0);
  });

  it('has documented values for every format', () => {
    expect(new Set(DOCUMENTED.map(([name]) => name))).toEqual(new Set(Object.keys(FORMATS)));
  });

  // Formats that differ in nothing but the name of their header read the same.
  const SAME: readonly (readonly FormatName[])[] = [['haproxy', 'caddy', 'azure', 'cloudflare', 'traefik']];
  const OTHERS = DOCUMENTED.flatMap(([of, what, value]) =>
    (Object.keys(FORMATS) as FormatName[])
      .filter((name) => name !== of && !SAME.some((group) => group.includes(name) && group.includes(of)))
      // AWS escapes less than nginx does, and what nginx escapes is good there.
      .filter((name) => !(name === 'aws-alb' && of === 'nginx'))
      .map((name) => [name, of, what, value] as const),
  );
  it.each(OTHERS)('refuses in %s a value of %s: %s (PH-12)', (name, _of, _what, value) => {
    const format: CertificateFormat = FORMATS[name];
    expect(format.read(value())).toBeUndefined();
  });

  it.each<[FormatName, string, Value]>([
    ['rfc9440', 'no colons', () => base64(leaf)],
    ['rfc9440', 'base64url', () => `:${Buffer.from(leaf.der).toString('base64url')}:`],
    [
      'rfc9440',
      'no padding',
      () =>
        item(leaf)
          .replace(/=*:$/, ':')
          .replace(/^:(.{4})/, ':$1='),
    ],
    ['rfc9440', 'white space inside', () => item(leaf).replace(/^:(.{8})/, ':$1 ')],
    ['rfc9440', 'two items', () => `${item(leaf)}, ${item(issuer)}`],
    ['rfc9440', 'a parameter', () => `${item(leaf)};a=1`],
    ['rfc9440', 'PEM inside', () => `:${Buffer.from(pem(leaf)).toString('base64')}:`],
    ['rfc9440', 'an empty byte sequence', () => '::'],
    ['envoy', 'Hash alone', () => 'Hash=468ed33be74eee6556d90c0149c1309e9ba61d6425303443c0748a02dd8de688'],
    ['envoy', 'two elements', () => `${xfcc(leaf)},${xfcc(issuer)}`],
    ['envoy', 'Cert twice', () => xfcc(leaf, `;Cert="${encodeURIComponent(pem(issuer))}"`)],
    ['envoy', 'a Chain of another leaf', () => xfcc(leaf, `;Chain="${encodeURIComponent(pem(issuer))}"`)],
    ['envoy', 'an open quotation', () => xfcc(leaf, ';Subject="CN=')],
    ['envoy', 'a separator at the end', () => `${xfcc(leaf)};`.replace(/;$/, ';;')],
    ['nginx', 'two certificates', () => encodeURIComponent(pem(leaf) + pem(issuer))],
    ['nginx', 'PEM as it is', () => lines(leaf, ' ')],
    ['nginx', 'text before', () => encodeURIComponent(`subject=x\n${pem(leaf)}`)],
    ['nginx', 'half an escape', () => `${encodeURIComponent(pem(leaf))}%0`],
    [
      'haproxy',
      'something behind the certificate',
      () => Buffer.concat([leaf.der, Buffer.from([0])]).toString('base64'),
    ],
    ['haproxy', 'half a certificate', () => Buffer.from(leaf.der.subarray(0, 100)).toString('base64')],
    ['haproxy', 'base64 without its padding', () => 'MAIFAA'],
    ['haproxy', 'base64 with stray bits', () => 'MAIFAB=='],
    ['nginx', 'something right behind the armour', () => encodeURIComponent(`${lines(leaf, '\n')}x`)],
    ['haproxy', 'no DER', () => Buffer.from('no certificate').toString('base64')],
    ['traefik', 'an empty place in the list', () => `${base64(leaf)},`],
    ['apache', 'line ends as they are', () => lines(leaf, '\n')],
    ['apache', 'two certificates', () => `${lines(leaf, ' ')} ${lines(issuer, ' ')}`],
    ['aws-alb', 'text behind', () => escapedForAws(`${pem(leaf)}x`)],
  ])('refuses in %s %s (PH-11)', (name, _what, value) => {
    expect((FORMATS[name] as CertificateFormat).read(value())).toBeUndefined();
  });

  it.each<[FormatName, string, Value]>([
    ['rfc9440', 'an empty item', () => `${item(issuer)}, `],
    ['rfc9440', 'half of it malformed', () => `${item(issuer)}, x`],
    ['haproxy', 'something behind', () => Buffer.concat([issuer.der, Buffer.from([48])]).toString('base64')],
    ['apache', 'text in between', () => `${lines(issuer, ' ')} x ${lines(issuer, ' ')}`],
  ])('refuses in the chain of %s %s', (name, _what, value) => {
    expect((FORMATS[name] as CertificateFormat).readChain!(value())).toBeUndefined();
  });
});
