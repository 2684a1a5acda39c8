import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSelfSigned } from '@holdfast/test-pki';
import { LONG } from '../testing/world.js';
import { readGatewayFile, type ReadGatewayFile } from './read-gateway-file.js';

const TEN_LINES = `
tokens:
  issuers:
    - issuer: https://as.example
      audience: https://api.example
      keys: { jwksUri: https://as.example/jwks }
upstreams:
  orders: { url: 'http://127.0.0.1:8080' }
routes:
  - { path: /orders/**, methods: [GET, HEAD], scopes: [orders:read], upstream: orders }
  - { path: /orders/**, methods: [POST], scopes: [orders:write], upstream: orders }
`;
const OWN_PORTS = [7430, 7439];
const FEED =
  'denyFeed: { url: https://mtls.as.example/deny-feed, jwksUri: https://as.example/deny-feed/jwks, clientId: gateway }';
const MODE = '  denyFeed: { mode: bounded }';
const OWN = 'issuerTls: { certificateFile: own.pem, privateKeyFile: own.key }';

/** The ten lines with a deny feed, its mode and the certificate of the gateway. */
const withFeed = (feed: string, mode: string, own: string): string =>
  `${TEN_LINES.replace('upstreams:', `${mode}\nupstreams:`)}${feed}\n${own}\n`;

const directory = mkdtempSync(join(tmpdir(), 'holdfast-gateway-file-'));
const file = join(directory, 'gateway.yaml');
const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);

beforeAll(async () => {
  const made = await createSelfSigned({ subject: 'CN=gateway', ...LONG });
  write('own.pem', made.pem);
  write('own.key', made.privateKeyPem);
  write('other.key', (await createSelfSigned({ subject: 'CN=other', ...LONG })).privateKeyPem);
});
afterAll(() => rmSync(directory, { recursive: true }));

function read(text: string): ReadGatewayFile {
  write('gateway.yaml', text);
  return readGatewayFile(file, OWN_PORTS);
}

function problemsOf(text: string): readonly string[] {
  const reading = read(text);
  return reading.usable ? [] : reading.problems;
}

describe('a gateway file', () => {
  it('protects an API with ten lines, and everything that they do not say is narrow', () => {
    const reading = read(TEN_LINES);
    expect(reading.usable).toBe(true);
    if (!reading.usable) return;
    const { routes, policies, metadata, verifyStyle } = reading.plan;
    expect(routes.map(({ access }) => access)).toEqual([
      { public: false, scopes: ['orders:read'] },
      { public: false, scopes: ['orders:write'] },
    ]);
    expect([...policies.values()]).toMatchObject([{ binding: 'required' }]);
    expect(routes[0]).toMatchObject({
      webSocket: false,
      body: { bytes: 10 * 1_024 * 1_024, idleMs: 10_000, bytesPerSecond: 500 },
    });
    expect({ metadata, verifyStyle }).toEqual({ metadata: true, verifyStyle: undefined });
  });

  it('follows the deny feed of its only issuer, as the client of issuerTls', () => {
    const reading = read(withFeed(FEED, MODE, OWN));
    expect(reading.usable && reading.plan.denyFeed).toEqual({
      issuer: 'https://as.example',
      endpoint: 'https://mtls.as.example/deny-feed',
      jwksUri: 'https://as.example/deny-feed/jwks',
      clientId: 'gateway',
    });
  });

  it.each([
    ['without a word on what its silence means', withFeed(FEED, '', OWN), /^denyFeed: needs tokens.denyFeed/],
    ['that is missing, where its silence would mean something', withFeed('', MODE, OWN), /^denyFeed: needs/],
    [
      'without a certificate to read it with',
      withFeed(FEED, MODE, ''),
      /^issuerTls.certificateFile: is missing/,
    ],
    [
      'of an issuer that it does not know',
      withFeed(FEED.replace('clientId', 'issuer: https://other.example, clientId'), MODE, OWN),
      /^denyFeed.issuer: must be one of/,
    ],
    [
      'over http',
      withFeed(FEED.replace('https://mtls', 'http://mtls'), MODE, OWN),
      /^denyFeed.url: must be an https/,
    ],
  ])('is refused with a deny feed %s', (_name, text, expected) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(expected)]);
  });

  it('is refused with all that is wrong with it at once, wherever it is', () => {
    const problems = problemsOf(`
tokens:
  issuers: [{ issuer: https://as.example, audience: a, keys: { jwksUri: http://as.example/jwks } }]
issuerTls: { caFile: missing.pem }
upstreams:
  good: { url: http://127.0.0.1:8080, tls: { certificateFile: own.pem } }
  path: { url: http://127.0.0.1:8080/base }
  meta: { url: http://169.254.169.254 }
  self: { url: https://localhost:7430 }
  pair: { url: https://a.example, tls: { certificateFile: own.pem, privateKeyFile: other.key } }
routes:
  - { path: /a/**, methods: any, scopes: [], upstream: meta }
  - { path: /a/b, methods: [GET], scopes: [x], upstream: meta }
  - { path: /c/../d, methods: [get], scopes: open, upstream: meta }
  - { path: /e, methods: any, scopes: public, audience: x, upstream: nowhere }
  - { path: /f, methods: any, scopes: [] }
routs: []
`);
    const about = (member: string): string =>
      problems.filter((one) => new RegExp(`^${member}[.:]`).test(one)).join('\n');
    expect(about('tokens.issuers.0.keys')).not.toBe('');
    expect(about('upstreams.good.tls')).toContain('both certificateFile and privateKeyFile');
    expect(about('upstreams.path.url')).toContain('scheme, host and port only');
    expect(about('upstreams.meta.url')).toContain('allowAddresses');
    expect(about('upstreams.self.url')).toContain('this gateway itself');
    expect(about('upstreams.pair.tls')).toContain('cannot be used');
    expect(about('routes.1')).toContain('is never reached: routes.0');
    expect(about('routes.2.path')).toContain('must be like');
    expect(about('routes.2.methods')).not.toBe('');
    expect(about('routes.2.scopes')).not.toBe('');
    expect(about('routes.3.upstream')).toContain('no upstream nowhere');
    expect(about('routes.3.scopes')).toContain('public');
    expect(about('routes.4.upstream')).toContain('is missing');
    expect(about('the file')).toContain('routs');
  });

  it.each([
    ['upstream', 'a path that comes before', '/a/b', '/a/**', 0],
    ['the same path in other letters', 'an earlier', '/Orders', '/orders', 1],
  ])('has %s: %s', (_what, _how, first, second, count) => {
    const route = (path: string): string =>
      `  - { path: ${path}, methods: any, scopes: [], upstream: orders }\n`;
    const text = TEN_LINES.replace(/routes:[\s\S]*/, `routes:\n${route(first)}${route(second)}`);
    expect(problemsOf(text).length).toBe(count);
  });

  it('may name a link-local upstream that is meant (SS-20)', () => {
    const text = TEN_LINES.replace(
      "http://127.0.0.1:8080' }",
      "http://169.254.10.1', allowAddresses: [169.254.10.0/24] }",
    );
    expect(problemsOf(text)).toEqual([]);
    expect(problemsOf(text.replace('169.254.10.1', '169.254.169.254'))).toHaveLength(1);
  });

  it.each([
    ['0.0.0.0'],
    ['[::]'],
    ['[fe80::1]'],
    ['[fd00:ec2::254]'],
    ['224.0.0.1'],
    ['255.255.255.255'],
    ['[::ffff:169.254.169.254]'],
    ['2852039166'],
  ])('does not have %s for an upstream (SS-20)', (host) => {
    expect(problemsOf(TEN_LINES.replace('127.0.0.1:8080', host))).toHaveLength(1);
  });

  it.each([
    ['two facts under one header', 'identity: { headers: { clientId: X-Who, partner: x-who } }'],
    ['a header that means something else', 'identity: { headers: { clientId: Content-Length } }'],
    [
      'a key for assertions that is none',
      'identity: { assertion: { privateKeyFile: own.pem, issuer: https://g.example } }',
    ],
    [
      'a WebSocket without GET',
      'routes: [{ path: /w, methods: [POST], scopes: [], upstream: orders, webSocket: true }]',
    ],
    ['no route at all', 'routes: []'],
  ])('is refused for %s', (_what, lines) => {
    const text = lines.startsWith('routes') ? TEN_LINES.replace(/routes:[\s\S]*/, '') : TEN_LINES;
    expect(problemsOf(`${text}${lines}\n`)).toHaveLength(1);
  });

  it('is refused where it is no YAML, and where it is missing', () => {
    expect(problemsOf('routes: [')).not.toHaveLength(0);
    expect(readGatewayFile(join(directory, 'nothing.yaml'), [])).toMatchObject({
      usable: false,
      problems: ['the file: cannot be read (ENOENT)'],
    });
  });

  it('has another version when a file that it names has changed', () => {
    const text = `${TEN_LINES}issuerTls: { caFile: ca.pem }\n`;
    const own = 'own.pem';
    write('ca.pem', '');
    const before = read(text).version;
    expect(read(text).version).toBe(before);
    write('ca.pem', own);
    expect(read(text).version).not.toBe(before);
  });
});
