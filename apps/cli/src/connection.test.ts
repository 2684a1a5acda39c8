import { KeyObject } from 'node:crypto';
import { symlinkSync, mkdirSync, rmSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthority, createSelfSigned } from '@holdfast/test-pki';
import { FakePlatform, VALID } from './testing/fake-platform.js';

let platform: FakePlatform;

beforeAll(async () => {
  platform = await FakePlatform.start();
  const stranger = await createSelfSigned({ subject: 'CN=stranger', ...VALID });
  const namesake = await createAuthority({ subject: 'CN=Server CA', ...VALID });
  platform.write('stranger.pem', stranger.pem);
  platform.write('stranger.key', stranger.privateKeyPem);
  platform.write('stranger.der', stranger.der);
  platform.write('other-ca.pem', (await createAuthority({ subject: 'CN=Other CA', ...VALID })).pem);
  platform.write('namesake-ca.pem', namesake.pem);
  platform.write('notes.txt', 'no certificate in here\n');
  platform.write('empty.pem', '');
  platform.write('encrypted.key', encrypted(stranger.keys.privateKey));
  platform.write('both.pem', stranger.pem + stranger.privateKeyPem);
  platform.write('large.pem', 'x'.repeat(1_048_577));
  mkdirSync(join(platform.directory, 'directory'));
  symlinkSync('loop', join(platform.directory, 'loop'));
});
beforeEach(() => {
  platform.reset();
  platform.answer('GET /api/v1/partners?limit=200', { body: { items: [], next: null } });
});
afterAll(() => platform.stop());

function encrypted(key: Parameters<typeof KeyObject.from>[0]): string {
  return KeyObject.from(key)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
    .toString();
}

const list = (...args: string[]) => platform.run('partner', 'list', ...args);

describe('settings', () => {
  it('come from stack.json of HOLDFAST_HOME when nothing else is given', async () => {
    expect(await list()).toMatchObject({ code: 0 });
  });

  it('come from the environment when there is no stack', async () => {
    rmSync(join(platform.directory, 'stack.json'));
    const run = await platform.runWith(
      {
        HOLDFAST_API: `${platform.url}/`,
        HOLDFAST_TOKEN_ENDPOINT: `${platform.url}/token`,
        HOLDFAST_CA: 'ca.pem',
        HOLDFAST_CERT: 'stranger.der',
        HOLDFAST_KEY: 'stranger.key',
      },
      'partner',
      'list',
    );
    expect(run).toMatchObject({ code: 0 });
    const form = new URLSearchParams(platform.seen[0]!.body);
    expect([form.get('client_id'), form.get('resource')]).toEqual(['holdfast-operator', platform.url]);
  });

  it('prefer an option to the environment, and the environment to the stack', async () => {
    const env = { HOLDFAST_API: 'https://localhost:1', HOLDFAST_TOKEN_ENDPOINT: 'https://localhost:1/token' };
    expect(await platform.runWith(env, 'partner', 'list')).toMatchObject({ code: 7 });
    const options = [
      '--api',
      platform.url,
      '--token-endpoint',
      `${platform.url}/token`,
      '--client-id',
      'other',
    ];
    expect(await platform.runWith(env, 'partner', 'list', ...options)).toMatchObject({ code: 0 });
    expect(new URLSearchParams(platform.seen[0]!.body).get('client_id')).toBe('other');
  });

  it('take an empty variable for one that is not set', async () => {
    expect(await platform.runWith({ HOLDFAST_API: '', HOLDFAST_HOME: '.' }, 'partner', 'list')).toMatchObject(
      { code: 0 },
    );
  });
});

describe('bad input', () => {
  it.each<[name: string, args: string[], exit: number, says: string]>([
    [
      'a certificate that does not exist',
      ['--cert', 'gone.pem', '--key', 'stranger.key'],
      1,
      'gone.pem does not exist',
    ],
    [
      'a certificate that is a directory',
      ['--cert', 'directory', '--key', 'stranger.key'],
      1,
      'is a directory',
    ],
    ['a certificate that cannot be read', ['--cert', 'loop', '--key', 'stranger.key'], 1, 'cannot be read'],
    ['a certificate without end', ['--cert', 'large.pem', '--key', 'stranger.key'], 1, 'is larger than'],
    ['an empty certificate', ['--cert', 'empty.pem', '--key', 'stranger.key'], 1, 'holds no certificate'],
    [
      'a key for a certificate',
      ['--cert', 'stranger.key', '--key', 'stranger.key'],
      1,
      '--cert: stranger.key holds a private key',
    ],
    [
      'a certificate for a key',
      ['--cert', 'stranger.pem', '--key', 'stranger.pem'],
      1,
      '--key: stranger.pem holds no private key',
    ],
    ['an encrypted key', ['--cert', 'stranger.pem', '--key', 'encrypted.key'], 1, 'is encrypted'],
    [
      "another's key",
      ['--cert', 'operator.pem', '--key', 'stranger.key'],
      1,
      'is not the key of the certificate',
    ],
    ['a certificate without its key', ['--cert', 'stranger.pem'], 64, 'give both --cert and --key'],
    [
      'a CA file without certificates',
      ['--cacert', 'notes.txt'],
      1,
      '--cacert: notes.txt holds no certificate',
    ],
    [
      'the wrong CA',
      ['--cacert', 'other-ca.pem'],
      7,
      'does not come from an authority in other-ca.pem (--cacert)',
    ],
    ['a CA of the same name', ['--cacert', 'namesake-ca.pem'], 7, 'does not come from an authority'],
    [
      'a server that is down',
      ['--token-endpoint', 'https://localhost:1/token'],
      7,
      'Nothing listens at localhost:1',
    ],
    ['http', ['--api', 'http://localhost:7401'], 64, 'begins with https://'],
    ['no URL', ['--api', 'localhost:7401'], 64, '--api: "localhost:7401"'],
    [
      'an endpoint that is no token endpoint',
      ['--token-endpoint', 'PLATFORM/none'],
      1,
      'not like a token endpoint',
    ],
  ])('%s is told in words', async (_name, args, exit, says) => {
    const { code, stdout, stderr } = await list(...args.map((arg) => arg.replace('PLATFORM', platform.url)));
    expect(stderr).toContain(says);
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
    expect(stderr).not.toMatch(/PRIVATE KEY-----\n\w|at .*\.js/);
  });

  it('a server that is known by another name is exit code 7', async () => {
    const { code, stderr } = await list(
      '--token-endpoint',
      `${platform.url.replace('localhost', '127.0.0.1')}/token`,
    );
    expect(stderr).toContain('is for another name');
    expect(code).toBe(7);
  });

  it.each<[name: string, answer: string, says: string]>([
    ['does not speak TLS', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'does not speak TLS'],
    ['hangs up', '', 'closed the connection'],
    // A TLS 1.2 record with the fatal alert 40 (RFC 8446 §6.2).
    ['refuses the handshake', '\x15\x03\x03\x00\x02\x02\x28', 'handshake failure.'],
  ])('a server that %s is exit code 7', async (_name, answer, says) => {
    const server = createServer((socket) => socket.on('error', () => undefined).end(answer));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const { code, stderr } = await list('--token-endpoint', `https://localhost:${port}/token`);
    server.close();
    expect(stderr).toContain(says);
    expect(code).toBe(7);
  });

  it('a server whose certificate has expired is exit code 7', async () => {
    const expired = { ...VALID, notAfter: new Date(VALID.notBefore.getTime() + 1000) };
    const san = { dns: ['localhost'] };
    const leaf = await platform.authority.issue({ subject: 'CN=localhost', san, ...expired });
    const server = createHttpsServer({ cert: leaf.pem, key: leaf.privateKeyPem });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const { code, stderr } = await list('--token-endpoint', `https://localhost:${port}/token`);
    server.close();
    expect(stderr).toContain('has expired');
    expect(code).toBe(7);
  });

  it('without a stack it says how to start one', async () => {
    rmSync(join(platform.directory, 'stack.json'));
    const { code, stderr } = await list();
    expect(code).toBe(7);
    expect(stderr).toContain('npm start');
  });

  it.each([
    ['{', 'is damaged.'],
    ['[]', 'is damaged.'],
    ['{"adminApi": 7}', 'is damaged at "adminApi".'],
    ['{"operator": {}}', 'is damaged at "operator.certificateFile".'],
  ])('stack.json with %s is exit code 1', async (text, says) => {
    platform.write('stack.json', text);
    const { code, stderr } = await list();
    expect(stderr).toContain(says);
    expect(code).toBe(1);
  });

  it.each([
    ['anchor', 'add', 'acme-ca', '--partner', 'acme', '--file', 'stranger.key'],
    ['anchor', 'add', 'acme-ca', '--partner', 'acme', '--file', 'both.pem'],
    ['credential', 'add', '--client', 'beta-sync', '--certificate', 'encrypted.key'],
    [
      'client',
      'create',
      'b',
      '--partner',
      'b',
      '--auth',
      'self_signed_tls_client_auth',
      '--certificate',
      'both.pem',
    ],
  ])('a private key where a certificate belongs never leaves: %s %s', async (...args) => {
    const { code, stderr } = await platform.run(...args);
    expect(stderr).toContain('holds a private key');
    expect(code).toBe(1);
    expect(platform.seen).toEqual([]);
  });

  it('a file that holds no certificate is not sent', async () => {
    const { code, stderr } = await platform.run(
      'anchor',
      'add',
      'a-ca',
      '--partner',
      'a',
      '--file',
      'notes.txt',
    );
    expect(stderr).toContain('--file: notes.txt cannot be used. This is not an X.509 certificate');
    expect(code).toBe(1);
    expect(platform.seen).toEqual([]);
  });
});
