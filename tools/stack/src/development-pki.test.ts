import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDevelopmentPki, type DevelopmentPki } from './development-pki.js';

const NOON = new Date('2026-11-21T12:00:00Z');
const EVERYTHING = [
  'server certificate',
  'operator certificate',
  'acme certificate',
  'beta certificate',
  'gateway certificate',
  'sample API certificate',
  'freight API certificate',
];

describe('ensureDevelopmentPki', () => {
  let directory: string;

  const ensure = (now = NOON, dnsNames: string[] = []): Promise<DevelopmentPki> =>
    ensureDevelopmentPki({ directory, dnsNames, now });

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-pki-'));
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('makes everything the first time and nothing the second', async () => {
    expect((await ensure()).made).toEqual(EVERYTHING);
    expect((await ensure()).made).toEqual([]);
  });

  it('lets nobody but the owner read a file', async () => {
    await ensure();
    for (const name of readdirSync(directory))
      expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
  });

  it('names the servers localhost, 127.0.0.1 and ::1, and those asked for', async () => {
    const { server, serverCaFile } = await ensure(NOON, ['token-service']);
    const certificate = read(server.certificateFile);
    expect(certificate.verify(read(serverCaFile).publicKey)).toBe(true);
    expect(certificate.checkHost('token-service')).toBe('token-service');
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkIP('::1')).toBeDefined();
  });

  it('makes another server certificate when a name is missing from it, and nothing else', async () => {
    await ensure();
    expect((await ensure(NOON, ['token-service'])).made).toEqual(['server certificate']);
  });

  it('stores no key of the server authority', async () => {
    await ensure();
    expect(readdirSync(directory)).not.toContain('server-ca.key.pem');
  });

  it("renews acme's leaf under the same authority, before it expires", async () => {
    const { acme } = await ensure();
    const before = read(acme.certificateFile);
    const anchor = readFileSync(acme.anchorFile, 'utf8');

    const nearItsEnd = new Date(before.validToDate.getTime() - 29 * 86_400_000);
    expect((await ensure(nearItsEnd)).made).toEqual(['server certificate', 'acme certificate']);
    const after = read(acme.certificateFile);
    expect(after.serialNumber).not.toBe(before.serialNumber);
    expect(after.subject).toBe(before.subject);
    expect(after.verify(read(join(directory, 'acme-issuing-ca.pem')).publicKey)).toBe(true);
    expect(readFileSync(acme.anchorFile, 'utf8')).toBe(anchor);
  });

  it("presents acme's leaf together with its issuer", async () => {
    const { acme } = await ensure();
    const blocks = readFileSync(acme.certificateFile, 'utf8').match(/BEGIN CERTIFICATE/g);
    expect(blocks).toHaveLength(2);
  });

  it('replaces a certificate whose key was lost', async () => {
    const { beta, operator } = await ensure();
    writeFileSync(beta.privateKeyFile, readFileSync(operator.privateKeyFile));
    expect((await ensure()).made).toEqual(['beta certificate']);
  });

  it('replaces a file that is no certificate', async () => {
    const { operator } = await ensure();
    writeFileSync(operator.certificateFile, 'torn');
    expect((await ensure()).made).toEqual(['operator certificate']);
  });

  it('keeps the key-encryption key: 32 octets, base64', async () => {
    const { keyEncryptionKeyFile } = await ensure();
    const key = readFileSync(keyEncryptionKeyFile, 'utf8');
    expect(Buffer.from(key, 'base64')).toHaveLength(32);
    await ensure();
    expect(readFileSync(keyEncryptionKeyFile, 'utf8')).toBe(key);
  });
});

function read(file: string): X509Certificate {
  return new X509Certificate(readFileSync(file));
}
