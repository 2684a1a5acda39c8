import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { X509Certificate, createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDevelopmentPki } from './development-pki.js';
import { ensureEdgePki, type EdgePki } from './edge-pki.js';
import { workspaceRoot } from './workspace.js';

const NOON = new Date('2026-11-21T12:00:00Z');
const EXAMPLE = join(workspaceRoot, 'examples/proxies/nginx/proxies.yaml');

describe('ensureEdgePki', () => {
  let directory: string;

  const ensure = (exampleFile = EXAMPLE): Promise<EdgePki> =>
    ensureEdgePki({
      directory,
      dnsNames: ['auth.example.com'],
      address: '10.74.74.10',
      exampleFile,
      now: NOON,
    });

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-edge-'));
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('makes everything the first time and nothing the second', async () => {
    expect((await ensure()).made).toEqual(['public certificate', 'proxy certificate']);
    const { made, proxiesFile } = await ensure();
    expect(made).toEqual([]);
    expect(readFileSync(proxiesFile, 'utf8')).toContain('10.74.74.10');
  });

  it('gives the proxy a certificate for the names that partners use, from an authority of its own', async () => {
    const servers = await ensureDevelopmentPki({ directory, dnsNames: [], now: NOON });
    const edge = await ensure();
    const shown = read(edge.public.certificateFile);
    expect(shown.checkHost('auth.example.com')).toBe('auth.example.com');
    expect(shown.verify(read(edge.publicCaFile).publicKey)).toBe(true);
    expect(shown.verify(read(servers.serverCaFile).publicKey)).toBe(false);
  });

  it('names the proxy by its one address and the thumbprint of its certificate, else as the example does', async () => {
    const { proxiesFile, proxy } = await ensure();
    const thumbprint = createHash('sha256').update(read(proxy.certificateFile).raw).digest('base64url');
    const expected = readFileSync(EXAMPLE, 'utf8')
      .replace('[10.0.0.10]', '[10.74.74.10]')
      .replace('THUMBPRINT-OF-PROXY.PEM', thumbprint);
    expect(readFileSync(proxiesFile, 'utf8')).toBe(expected);
  });

  it('refuses an example without a place for the thumbprint: it would name another proxy', async () => {
    const other = join(directory, 'example.yaml');
    writeFileSync(other, readFileSync(EXAMPLE, 'utf8').replace('THUMBPRINT-OF-PROXY.PEM', 'somebody'));
    await expect(ensure(other)).rejects.toThrow('has no place for');
  });
});

function read(file: string): X509Certificate {
  return new X509Certificate(readFileSync(file));
}
