import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { mutualTlsOptions } from '@holdfast/certificate-source';
import { createSelfSigned } from '@holdfast/test-pki';
import { readTlsFiles, reloadTlsFiles } from './tls-files.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-tls-'));
const files = {
  certificateFile: join(directory, 'server.pem'),
  privateKeyFile: join(directory, 'server.key.pem'),
};
const options = mutualTlsOptions();
let server: Server;
let stop: () => void;

async function install(name: string): Promise<void> {
  const validity = { notBefore: new Date('2020-01-01'), notAfter: new Date('2100-01-01') };
  const made = await createSelfSigned({ subject: `CN=${name}`, ...validity });
  writeFileSync(files.privateKeyFile, made.privateKeyPem, { mode: 0o600 });
  writeFileSync(files.certificateFile, made.pem);
}

/** One handshake: who the server is, and whether a session that it gave could be resumed. */
async function handshake(version: 'TLSv1.2' | 'TLSv1.3', session?: Buffer) {
  const { port } = server.address() as AddressInfo;
  const socket: TLSSocket = connect({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    maxVersion: version,
    session,
  });
  let given: Buffer | undefined;
  socket.on('session', (ticket: Buffer) => (given = ticket));
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  await delay(20);
  const seen = {
    name: socket.getPeerCertificate().subject.CN,
    resumed: socket.isSessionReused(),
    session: given ?? socket.getSession(),
  };
  socket.destroy();
  return seen;
}

async function serverIs(name: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if ((await handshake('TLSv1.3')).name === name) return;
    await delay(20);
  }
  throw new Error(`the server never became ${name}`);
}

beforeAll(async () => {
  await install('first');
  server = createServer({ ...options, ...readTlsFiles(files) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stop = reloadTlsFiles([{ server, options }], files, pino({ level: 'silent' }), 20);
});

afterAll(() => {
  stop();
  server.close();
  rmSync(directory, { recursive: true });
});

describe('reloadTlsFiles', () => {
  it('takes over a renewed certificate without a restart', async () => {
    await serverIs('first');
    await install('second');
    await serverIs('second');
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'resumes no %s session, also after a reload (RFC 8446 §2.2; TL-06)',
    async (version) => {
      const { session } = await handshake(version);
      expect(await handshake(version, session)).toMatchObject({ resumed: false });
    },
  );

  it('keeps the last good certificate when the new one cannot be used (R-15)', async () => {
    writeFileSync(files.certificateFile, 'half a certifi');
    await delay(100);
    expect(await handshake('TLSv1.3')).toMatchObject({ name: 'second' });
    await install('third');
    await serverIs('third');
  });
});
