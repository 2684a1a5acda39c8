import 'reflect-metadata';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as x509 from '@peculiar/x509';
import { formatDistinguishedName, parseName } from '@holdfast/certificate-validation';
import { FakePlatform } from './testing/fake-platform.js';

let platform: FakePlatform;
beforeAll(async () => {
  platform = await FakePlatform.start();
});
afterAll(() => platform.stop());

let made = 0;

/** Makes a request, and reads both files. */
async function make(...args: string[]) {
  made += 1;
  const [keyFile, requestFile] = [`${made}.key.pem`, `${made}.csr.pem`];
  const result = await platform.run('csr', 'new', '--key-out', keyFile, '--out', requestFile, ...args);
  const [keyPath, requestPath] = [keyFile, requestFile].map((file) => join(platform.directory, file)) as [
    string,
    string,
  ];
  return { ...result, keyPath, requestPath };
}

describe('holdfast csr new', () => {
  it.each(['p256', 'p384', 'rsa2048'])(
    'makes a key of type %s and a request that proves it (RFC 2986)',
    async (type) => {
      const { code, keyPath, requestPath } = await make('--subject', 'CN=a,O=Acme', '--key-type', type);
      expect(code).toBe(0);
      const request = new x509.Pkcs10CertificateRequest(readFileSync(requestPath, 'utf8'));
      expect(await request.verify()).toBe(true);
      const ofKey = createPublicKey(createPrivateKey(readFileSync(keyPath)));
      expect(Buffer.from(request.publicKey.rawData)).toEqual(ofKey.export({ type: 'spki', format: 'der' }));
    },
  );

  it('lets nobody else read the key', async () => {
    const { keyPath, requestPath } = await make('--subject', 'CN=a');
    expect(statSync(keyPath).mode & 0o777).toBe(0o600);
    expect(readFileSync(requestPath, 'utf8')).not.toContain('PRIVATE');
  });

  it.each(['CN=acme-orders,O=Acme Ltd,C=SE', 'CN=a\\, b,O=Acme', 'CN=a+OU=b,O=Acme'])(
    'asks for exactly the subject %s',
    async (subject) => {
      const { requestPath } = await make('--subject', subject);
      const request = new x509.Pkcs10CertificateRequest(readFileSync(requestPath, 'utf8'));
      const name = parseName(new Uint8Array(request.subjectName.toArrayBuffer()));
      expect(name.parsed && formatDistinguishedName(name.value)).toBe(subject);
    },
  );

  it('asks for alternative names', async () => {
    const { requestPath } = await make(
      '--subject',
      'CN=a',
      '--san-dns',
      'a.example',
      '--san-dns',
      'b.example',
      '--san-uri',
      'urn:a',
    );
    const request = new x509.Pkcs10CertificateRequest(readFileSync(requestPath, 'utf8'));
    const names = (
      request.getExtension('2.5.29.17') as x509.SubjectAlternativeNameExtension | null
    )?.names.toJSON();
    expect(names).toEqual([
      { type: 'dns', value: 'a.example' },
      { type: 'dns', value: 'b.example' },
      { type: 'url', value: 'urn:a' },
    ]);
  });

  it('overwrites no file: it might be a key', async () => {
    writeFileSync(join(platform.directory, 'mine.key.pem'), 'mine');
    const { code, stderr } = await platform.run(
      'csr',
      'new',
      '--subject',
      'CN=a',
      '--key-out',
      'mine.key.pem',
      '--out',
      'r.pem',
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('exists already') });
    expect(readFileSync(join(platform.directory, 'mine.key.pem'), 'utf8')).toBe('mine');
  });

  it('says what is wrong with a subject, and makes nothing', async () => {
    const { code, stderr, keyPath } = await make('--subject', 'Acme Ltd');
    expect(code).toBe(64);
    expect(stderr).toContain('--subject');
    expect(() => statSync(keyPath)).toThrow('ENOENT');
  });
});
