import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { check, type CheckResult } from './check.js';

const FILE = `
tokens:
  issuers: [{ issuer: https://as.example, audience: https://api.example, keys: { jwksUri: https://as.example/jwks } }]
upstreams: { orders: { url: 'http://127.0.0.1:8080' } }
routes:
  - { path: /orders/**, methods: [GET, HEAD], scopes: [orders:read], upstream: orders }
  - { path: /orders/**, methods: [POST], scopes: [], binding: optional, upstream: orders }
  - { path: /health, host: api.example, methods: any, scopes: public, upstream: orders }
`;

const directory = mkdtempSync(join(tmpdir(), 'holdfast-gateway-check-'));
afterAll(() => rmSync(directory, { recursive: true }));
const write = (name: string, text: string): string => {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
};
const file = write('gateway.yaml', FILE);
const run = (...words: string[]): CheckResult => check(['check', ...words], {});

describe('check', () => {
  it('shows what a file serves, to whom, and where it goes', () => {
    const { exitCode, out } = run(file);
    expect(exitCode).toBe(0);
    expect(out!.split('\n').slice(1)).toEqual([
      'route  host         path        methods   who may call                                     goes to',
      '1      any          /orders/**  GET HEAD  orders:read for https://api.example              orders, http://127.0.0.1:8080',
      '2      any          /orders/**  POST      any scope for https://api.example, bound or not  orders, http://127.0.0.1:8080',
      '3      api.example  /health     any       everybody: public                                orders, http://127.0.0.1:8080',
      '',
    ]);
  });

  it('takes GATEWAY_FILE where no file is named, also before a request', () => {
    expect(check(['check'], { GATEWAY_FILE: file }).exitCode).toBe(0);
    const { out } = check(['check', 'POST', 'https://any.example/orders'], { GATEWAY_FILE: file });
    expect(out).toContain('\n2 ');
  });

  it('says all that is wrong with a file at once, with code 78', () => {
    const broken = write('broken.yaml', 'tokens: { issuers: [] }\nupstreams: {}\nroutes: [{ path: a }]\n');
    const { exitCode, err } = run(broken);
    expect(exitCode).toBe(78);
    for (const member of ['tokens.issuers', 'routes.0.path', 'routes.0.scopes'])
      expect(err).toContain(`- ${member}: `);
  });

  it.each([
    ['GET', 'https://api.example/orders/1?x=..', 0, '\n1 '],
    ['POST', 'https://api.example:8443/orders', 0, '\n2 '],
    ['PUT', 'https://API.example/health', 0, '\n3 '],
    [
      'PUT',
      'https://api.example/orders',
      1,
      '405 method_not_allowed: the route of this path serves GET, HEAD, POST',
    ],
    ['GET', 'https://other.example/health', 1, '404 path_unknown'],
    ['GET', 'https://api.example/Orders', 1, '404 path_unknown'],
    ['GET', 'https://api.example/orders/../admin', 1, '400 request_malformed'],
    ['GET', 'https://a b/orders', 1, '400 request_malformed'],
  ])('tells of %s %s', (method, url, exitCode, text) => {
    const result = run(file, method, url);
    expect(result.exitCode).toBe(exitCode);
    expect(result.out).toContain(text);
  });

  it.each<readonly string[]>([
    ['check'],
    ['check', 'a', 'b', 'c', 'd'],
    ['serve'],
    ['check', file, 'GET', '/orders'],
    ['check', file, 'GET', 'http://api.example/orders'],
  ])('shows how it is used after %j', (...words) => {
    const { exitCode, err } = check(words, {});
    expect(exitCode).toBe(64);
    expect(err).toContain('Usage: ');
  });

  it('has help, with examples', () => {
    expect(check(['--help'], {})).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('Examples:') as unknown,
    });
  });
});
