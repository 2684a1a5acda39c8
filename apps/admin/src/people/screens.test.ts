import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fastify, type FastifyInstance } from 'fastify';
import { renderPage, serveAssets, warnUnlessBuilt } from './screens.js';

const directory = `${mkdtempSync(join(tmpdir(), 'holdfast-screens-'))}/`;

beforeAll(() => {
  mkdirSync(join(directory, 'assets'));
  writeFileSync(
    join(directory, 'index.html'),
    '<style nonce="__CSP_NONCE__"></style><i nonce="__CSP_NONCE__">',
  );
  writeFileSync(join(directory, 'assets', 'index-abc.js'), 'void 0');
  writeFileSync(join(directory, 'assets', '.hidden'), 'hidden');
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('renderPage', () => {
  it('puts the nonce of the policy wherever the page has its place', async () => {
    const { built, html, policy } = await renderPage(directory);
    const nonce = /'nonce-([\w+/=]+)'/.exec(policy)?.[1];
    expect([built, html]).toEqual([true, `<style nonce="${nonce}"></style><i nonce="${nonce}">`]);
  });

  it('says how to build the screens when they are not', async () => {
    const { built, html } = await renderPage(join(directory, 'nothing/'));
    expect([built, html]).toEqual([false, expect.stringContaining('npm run build')]);
  });
});

describe('without the built screens', () => {
  it('there are no assets, and everything else is served', async () => {
    const server = fastify();
    server.get('/api', () => 'here');
    await serveAssets(server, join(directory, 'nothing/'));
    expect((await server.inject('/assets/index-abc.js')).statusCode).toBe(404);
    expect((await server.inject('/api')).body).toBe('here');
    await server.close();
  });

  it('the listener says so when it starts', async () => {
    const warned: string[] = [];
    await warnUnlessBuilt((text) => warned.push(text), directory);
    expect(warned).toEqual([]);
    await warnUnlessBuilt((text) => warned.push(text), join(directory, 'nothing/'));
    expect(warned).toEqual([expect.stringContaining('npm run build')]);
  });
});

describe('serveAssets', () => {
  let server: FastifyInstance;
  beforeAll(async () => {
    server = fastify();
    await serveAssets(server, directory);
  });
  afterAll(() => server.close());

  it('serves what the page loads, for ever', async () => {
    const { statusCode, headers } = await server.inject('/assets/index-abc.js');
    expect([statusCode, headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
  });

  it.each([
    '/assets/',
    '/assets/.hidden',
    '/assets/..%2findex.html',
    '/assets/%2e%2e/index.html',
    '/index.html',
  ])('serves nothing at %s', async (path) =>
    expect((await server.inject(path)).statusCode).toBeGreaterThanOrEqual(400),
  );
});
