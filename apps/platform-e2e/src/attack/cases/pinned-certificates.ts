import { setTimeout as delay } from 'node:timers/promises';
import { exportJWK } from 'jose';
import { authorityFrom, createSelfSigned, type IssuedCertificate } from '@holdfast/test-pki';
import {
  issueLeaf,
  makeSelfSigned,
  thumbprintOf,
  toIdentity,
  uniqueName,
  validNow,
} from '../../harness/identity.js';
import { registerClient, registerPinnedClient } from '../../harness/partners.js';
import { credentialsForm } from '../../harness/token-endpoint.js';
import { ACCEPTED, invalidClient, type AttackCase, type Attempt } from '../attack-case.js';
import type { AttackWorld } from '../attack-world.js';
import { tokenAttempt } from './client-authentication.js';
import { registrationAttempt } from './name-matching.js';

const NOT_REGISTERED = invalidClient('certificate_not_registered');

/** A key of a JWK Set with its certificate (RFC 7517 §4.7). */
async function jwkOf({ der, keys }: IssuedCertificate, more: object = {}): Promise<object> {
  return { ...(await exportJWK(keys.publicKey)), x5c: [Buffer.from(der).toString('base64')], ...more };
}

/** §3.2 of the catalogue: the self-signed method (RFC 8705 §2.2). */
export const PINNED_CERTIFICATES: readonly AttackCase[] = [
  {
    id: 'CV-33',
    title: 'compares what x5c[0] holds: a declared thumbprint of another certificate is refused',
    source: 'RFC 8705 §2.2',
    attempts: async (world) => {
      const [own, other] = [await makeSelfSigned('CN=cv-33'), await makeSelfSigned('CN=cv-33')];
      const lying = await jwkOf(own, { 'x5t#S256': thumbprintOf(other) });
      const foreign = await jwkOf(own, { x5c: [Buffer.from(other.der).toString('base64')] });
      const secret = await jwkOf(own, { d: 'cv-33-secret' });
      const identity = { jwks: { keys: [await jwkOf(own)] } };
      const clientId = uniqueName('cv');
      await registerClient(world.operator, world.victim, { clientId, identity, leaf: own });
      return [
        await registrationAttempt(world, { jwks: { keys: [lying] } }),
        await registrationAttempt(world, { jwks: { keys: [foreign] } }),
        { ...(await registrationAttempt(world, { jwks: { keys: [secret] } })), secret: 'cv-33-secret' },
        tokenAttempt(world, 'its own', toIdentity(own), credentialsForm(clientId), ACCEPTED),
        tokenAttempt(world, 'the other', toIdentity(other), credentialsForm(clientId), NOT_REGISTERED),
      ];
    },
  },
  {
    id: 'CV-35',
    title: 'refuses a certificate that a pinned CA:TRUE certificate issued, also where its key is pinned',
    source: 'openhim#419',
    attempts: async (world) => [
      ...(await issuedByPin(world, 'certificate')),
      ...(await issuedByPin(world, 'public-key')),
    ],
  },
  {
    id: 'CV-36',
    title: 'refuses a pinned certificate that has expired, and says so',
    source: 'RFC 8705 §2.2 is silent; docs/protocol/divergences.md',
    attempts: async (world) => {
      const notAfter = new Date(Math.ceil(Date.now() / 1_000 + 2) * 1_000);
      const pinned = await createSelfSigned({
        subject: 'CN=cv-36',
        notBefore: validNow().notBefore,
        notAfter,
      });
      const { clientId, identity } = await registerPinnedClient(world.operator, world.victim, pinned);
      await delay(notAfter.getTime() - Date.now() + 1_000);
      const expired = invalidClient('certificate_expired');
      return [
        tokenAttempt(world, 'expired', identity, credentialsForm(clientId), expired),
        await registrationAttempt(world, { certificate: pinned.pem }),
      ];
    },
  },
];

async function issuedByPin(world: AttackWorld, match: string): Promise<readonly Attempt[]> {
  const subject = `CN=${uniqueName('cv-35')}`;
  const pinned = await createSelfSigned({
    subject,
    basicConstraints: { ca: true },
    keyUsage: ['digitalSignature', 'keyCertSign'],
    ...validNow(),
  });
  const clientId = uniqueName('cv');
  const identity = { certificate: pinned.pem, match };
  await registerClient(world.operator, world.victim, { clientId, identity, leaf: pinned });
  const forged = await issueLeaf(authorityFrom(pinned), subject);
  const again = await createSelfSigned({ subject, keys: pinned.keys, ...validNow() });
  const form = credentialsForm(clientId);
  return [
    tokenAttempt(world, `${match}: the pin`, toIdentity(pinned), form, ACCEPTED),
    tokenAttempt(world, `${match}: issued by it`, toIdentity(forged, pinned), form, NOT_REGISTERED),
    tokenAttempt(
      world,
      `${match}: issued again for its key`,
      toIdentity(again),
      form,
      match === 'public-key' ? ACCEPTED : NOT_REGISTERED,
    ),
  ];
}
