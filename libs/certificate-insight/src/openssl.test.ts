import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { needsProgram } from '@holdfast/test-pki/programs';
import { lint } from './lint.js';
import { readPasted } from './read-pasted.js';
import { findings, NOON, pastedWorld, PIN, type PastedWorld } from './testing/pasted-world.js';

const withOpenssl = needsProgram('openssl');

/** Files as the tools of partners make them. */
describe('what OpenSSL makes', () => {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-insight-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const path = (name: string): string => join(directory, name);
  let world: PastedWorld;
  beforeAll(async () => {
    world = await pastedWorld();
    writeFileSync(path('chain.pem'), world.root.pem + world.leaf.pem + world.intermediate.pem);
    writeFileSync(path('leaf.pem'), world.leaf.pem);
    writeFileSync(path('leaf.key'), world.leaf.privateKeyPem);
  });

  function openssl(...args: readonly string[]): Uint8Array {
    const { status, stdout, stderr } = spawnSync('openssl', args, { cwd: directory });
    if (status !== 0) throw new Error(stderr.toString());
    return Uint8Array.from(stdout);
  }

  for (const form of ['PEM', 'DER']) {
    withOpenssl(`is read: certificates in PKCS#7 as ${form}`, async () => {
      const bundle = openssl('crl2pkcs7', '-nocrl', '-certfile', 'chain.pem', '-outform', form);
      const pasted = await readPasted(bundle);
      expect(pasted).toMatchObject({
        kind: 'pkcs7',
        checks: [],
        certificates: [world.leaf, world.intermediate, world.root].map(({ pem }) => ({ pem })),
      });
    });

    withOpenssl(`is read: a signed message (CMS) as ${form}, for its certificates`, async () => {
      const args = ['-signer', 'leaf.pem', '-inkey', 'leaf.key', '-in', 'chain.pem', '-nodetach', '-binary'];
      const message = openssl('cms', '-sign', ...args, '-outform', form);
      expect(await readPasted(message)).toMatchObject({
        kind: 'pkcs7',
        certificates: [{ pem: world.leaf.pem }],
      });
    });

    withOpenssl(`is refused in words: PKCS#7 as ${form} without certificates`, async () => {
      const bundle = openssl('crl2pkcs7', '-nocrl', '-outform', form);
      expect(await readPasted(bundle)).toMatchObject({ checks: [{ found: 'pkcs7_empty' }] });
    });
  }

  withOpenssl('is refused with the way out: a streamed message in BER', async () => {
    const args = ['-signer', 'leaf.pem', '-inkey', 'leaf.key', '-in', 'chain.pem', '-nodetach', '-binary'];
    const message = openssl('cms', '-sign', '-stream', ...args, '-outform', 'DER');
    expect([...message.subarray(0, 2)]).toEqual([0x30, 0x80]);
    expect(await readPasted(message)).toMatchObject({ checks: [{ found: 'pkcs7_not_der' }] });
  });

  const KEYS = [
    ['rsa:2048'],
    ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
    ['ec', '-pkeyopt', 'ec_paramgen_curve:P-521'],
    ['ed25519'],
  ];
  for (const key of KEYS) {
    withOpenssl(`is decoded and proves its key: a request with ${key.join(' ')}`, async () => {
      const names = ['-addext', 'subjectAltName=DNS:pay.acme.example,IP:2001:db8::7,URI:urn:a'];
      const use = ['-addext', 'extendedKeyUsage=clientAuth', '-addext', 'keyUsage=digitalSignature'];
      const files = ['-keyout', 'new.key', '-out', 'new.csr'];
      openssl(
        'req',
        '-new',
        '-newkey',
        ...key,
        '-noenc',
        ...files,
        '-subj',
        '/O=Acme/CN=pay',
        ...names,
        ...use,
      );
      const pasted = await readPasted(readFileSync(path('new.csr'), 'utf8'));
      expect(pasted).toMatchObject({
        kind: 'request',
        request: {
          subject: { text: 'CN=pay,O=Acme' },
          san: { dns: ['pay.acme.example'], ip: ['2001:db8::7'], uri: ['urn:a'] },
          extendedKeyUsage: ['clientAuth'],
          keyUsage: ['digitalSignature'],
          possession: 'proven',
        },
      });
      expect(findings(lint(pasted, PIN, NOON))).toEqual(['IS_REQUEST']);
    });
  }
});
