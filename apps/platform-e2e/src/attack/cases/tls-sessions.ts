import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectionOptions, SecureVersion } from 'node:tls';
import { createSelfSigned } from '@holdfast/test-pki';
import { registerPinnedClient } from '../../harness/partners.js';
import { credentialsForm, tokenRequest } from '../../harness/token-endpoint.js';
import { Wire, type Identity } from '../../harness/wire.js';
import { invalidClient, type AttackCase } from '../attack-case.js';
import type { AttackWorld, Target } from '../attack-world.js';
import { judgeAnswer } from '../oracle.js';

const VERSIONS: readonly SecureVersion[] = ['TLSv1.2', 'TLSv1.3'];
/** Servers send TLS 1.3 tickets right after the handshake. */
const TICKETS_ARRIVE_MS = 50;
const SHORT_LIFE_MS = 4_000;

/** §3.5 of the catalogue, first part: no identity may come from an earlier session. */
export const TLS_SESSIONS: readonly AttackCase[] = [
  {
    id: 'TL-01',
    title: 'gives nothing to a resumed session without a certificate',
    source: 'nodejs/node#35317; RFC 8446 §2.2',
    check: async (world) => {
      const violations: string[] = [];
      for (const version of VERSIONS) {
        const session = await sessionFrom(world, world.token, version, undefined);
        const wire = await resume(world, world.token, version, undefined, session);
        if (wire.socket.isSessionReused()) violations.push(`${version}: the session was resumed`);
        const answer = await wire.send(tokenRequest(credentialsForm(world.named.clientId)));
        wire.close();
        violations.push(...judgeAnswer(answer, invalidClient('certificate_absent')));
      }
      return violations;
    },
  },
  {
    id: 'TL-02',
    title: 'refuses a certificate that expired since the handshake, resumed or kept alive',
    source: 'RFC 9440 §3.3; RFC 5280 §4.1.2.5',
    check: async (world) => {
      const { identity, clientId, expiresAt } = await shortLived(world);
      const request = tokenRequest(credentialsForm(clientId));
      const kept = await resume(world, world.token, 'TLSv1.3', identity, undefined);
      const violations = [...judgeAnswer(await kept.send(request), { status: 200 })];
      const sessions = await Promise.all(
        VERSIONS.map((version) => sessionFrom(world, world.token, version, identity)),
      );
      await delay(expiresAt - Date.now() + 100);
      violations.push(...judgeAnswer(await kept.send(request), invalidClient('certificate_expired')));
      kept.close();
      for (const [index, version] of VERSIONS.entries()) {
        const wire = await resume(world, world.token, version, identity, sessions[index]);
        if (wire.socket.isSessionReused()) violations.push(`${version}: the session was resumed`);
        violations.push(...judgeAnswer(await wire.send(request), invalidClient('certificate_expired')));
        wire.close();
      }
      return violations;
    },
  },
  {
    id: 'TL-04',
    title: 'does not resume a session of the listener that asks for no certificate',
    source: 'CVE-2025-23419',
    check: async (world) => {
      const violations: string[] = [];
      for (const version of VERSIONS) {
        const session = await sessionFrom(world, world.open, version, undefined);
        for (const target of world.mutualTls) {
          const wire = await resume(world, target, version, world.named.identity, session);
          if (wire.socket.isSessionReused()) violations.push(`${version}: resumed at ${target.name}`);
          wire.close();
        }
      }
      return violations;
    },
  },
  {
    id: 'TL-06',
    title: 'resumes no session at any mutual-TLS listener, nor after its certificate was renewed',
    source: 'RFC 8446 §2.2',
    check: async (world) => {
      const violations: string[] = [];
      for (const target of world.mutualTls) violations.push(...(await resumptionsAt(world, target)));
      const { target, tlsFiles } = await world.forge();
      appendFileSync(tlsFiles.certificateFile, '\n');
      await untilReloaded(target);
      return [
        ...violations,
        ...(await resumptionsAt(world, target)).map((violation) => `after a reload: ${violation}`),
      ];
    },
  },
];

async function resumptionsAt(world: AttackWorld, target: Target): Promise<readonly string[]> {
  const violations: string[] = [];
  for (const version of VERSIONS) {
    const session = await sessionFrom(world, target, version, world.named.identity);
    const wire = await resume(world, target, version, world.named.identity, session);
    if (wire.socket.isSessionReused()) violations.push(`${version}: resumed at ${target.name}`);
    if (wire.socket.getProtocol() !== version) violations.push(`${target.name} does not speak ${version}`);
    wire.close();
  }
  return violations;
}

/** Everything that a client can keep of a session: the last ticket, or what OpenSSL knows. */
async function sessionFrom(
  world: AttackWorld,
  target: Target,
  version: SecureVersion,
  identity: Identity | undefined,
): Promise<Buffer | undefined> {
  const wire = await resume(world, target, version, identity, undefined);
  let session: Buffer | undefined;
  wire.socket.on('session', (ticket: Buffer) => (session = ticket));
  await wire.send({ target: '/' });
  await delay(TICKETS_ARRIVE_MS);
  session ??= wire.socket.getSession();
  wire.close();
  return session;
}

function resume(
  world: AttackWorld,
  { url }: Target,
  version: SecureVersion,
  identity: Identity | undefined,
  session: Buffer | undefined,
): Promise<Wire> {
  const tls: ConnectionOptions = { minVersion: version, maxVersion: version, ...(session && { session }) };
  return Wire.dial({ url, ca: world.stack.ca, identity, tls });
}

async function shortLived(world: AttackWorld) {
  const expiresAt = Math.ceil((Date.now() + SHORT_LIFE_MS) / 1_000) * 1_000;
  const leaf = await createSelfSigned({
    subject: 'CN=short-lived',
    extendedKeyUsage: ['clientAuth'],
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(expiresAt),
  });
  // RFC 5280 §4.1.2.5: valid through notAfter, so the second itself still counts.
  return {
    ...(await registerPinnedClient(world.operator, world.victim, leaf)),
    expiresAt: expiresAt + 1_000,
  };
}

async function untilReloaded({ logFile }: Target): Promise<void> {
  const deadline = performance.now() + 6_000;
  while (!readFileSync(logFile, 'utf8').includes('the renewed server certificate is in use')) {
    if (performance.now() > deadline) throw new Error('the renewed certificate was not taken over');
    await delay(50);
  }
}
