import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { makeRoot, makeSelfSigned, toIdentity, validNow } from '../harness/identity.js';
import { needsPrograms } from '../harness/programs.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { claimsOf, withToken } from '../harness/token-endpoint.js';
import type { Identity } from '../harness/wire.js';
import { Glewlwyd, GLEWLWYD_MISSING } from './glewlwyd.js';
import { startProtectedApis, WAYS, type ProtectedApis } from './protected-apis.js';

const CLIENT = 'peer-client';
const DNS_NAME = 'client.peer.example';

const LEAF = { subject: `CN=${CLIENT}`, san: { dns: [DNS_NAME] }, extendedKeyUsage: ['clientAuth'] } as const;

describe('behind glewlwyd, a token service that is not ours', () => {
  const it = needsPrograms(['glewlwyd'], GLEWLWYD_MISSING);
  let issuer: Glewlwyd | undefined;
  let apis: ProtectedApis | undefined;
  let identity: Identity;
  let thief: Identity;
  let token: string;

  beforeAll(async () => {
    if (GLEWLWYD_MISSING !== undefined) return;
    const root = await makeRoot('CN=peer');
    const server = await root.issue({ subject: 'CN=localhost', san: { dns: ['localhost'] }, ...validNow() });
    const clients = await makeRoot('CN=clients');
    identity = toIdentity(await clients.issue({ ...LEAF, ...validNow() }));
    thief = toIdentity(await makeSelfSigned('CN=thief'));
    const files = { ca: root.pem, certificate: server.pem, privateKey: server.privateKeyPem };
    const client = { clientId: CLIENT, dnsName: DNS_NAME, scope: 'orders:read' };
    issuer = await Glewlwyd.start({ audience: 'https://api.peer.example', ...files }, clients, client);
    apis = await startProtectedApis(sharedStack(), issuer.peer);
    token = await issuer.tokenOf(identity);
  }, 60_000);
  afterAll(async () => {
    await apis?.stop();
    await issuer?.stop();
  }, 20_000);

  for (const way of WAYS) {
    it(`the ${way} accepts its token over the certificate that it is bound to (RFC 8705 §3)`, async () => {
      expect(claimsOf(token)).toMatchObject({ cnf: { 'x5t#S256': expect.any(String) } });
      const answer = await apis!.call(way, identity, withToken(token));
      expect(answer).toMatchObject({ status: 200 });
      expect(apis!.clientOf(way, answer)).toBe(CLIENT);
    });

    it(`the ${way} refuses its token over another certificate, and without one (TV-16, TV-17)`, async () => {
      for (const other of [thief, undefined]) {
        const answer = await apis!.call(way, other, withToken(token));
        expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_token' } });
      }
    });
  }
});
