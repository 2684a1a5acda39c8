import { generateKeyPair, SignJWT } from 'jose';
import { beside } from '../../harness/beside.js';
import { DatabaseGate } from '../../harness/database-gate.js';
import { issueLeaf, makeSelfSigned, toIdentity, uniqueName, validNow } from '../../harness/identity.js';
import { registerNamedClient, registerPartner } from '../../harness/partners.js';
import { settingsOf } from '../../harness/stack-under-test.js';
import { credentialsForm, tokenRequest, type Form } from '../../harness/token-endpoint.js';
import { Wire, type Identity, type WireRequest } from '../../harness/wire.js';
import {
  INVALID_REQUEST,
  invalidClient,
  type AttackCase,
  type Attempt,
  type Expected,
} from '../attack-case.js';
import type { AttackWorld } from '../attack-world.js';
import { judgeAnswer } from '../oracle.js';
import { timeDifference } from './registry-timing.js';
import { readFileSync } from 'node:fs';

/** A token request with everything right, then changed. */
export function tokenAttempt(
  world: AttackWorld,
  name: string,
  as: Identity | undefined,
  form: Form,
  expected: Expected,
  more: Partial<WireRequest> = {},
): Attempt {
  return { name, to: world.token, as, send: { ...tokenRequest(form), ...more }, expected };
}

/** §3.1 of the catalogue: who may get a token. */
export const CLIENT_AUTHENTICATION: readonly AttackCase[] = [
  {
    id: 'CA-01',
    title: 'refuses a client without a certificate',
    source: 'RFC 8705 §2',
    attempts: (world) =>
      [world.named, world.pinned].map(({ clientId }) =>
        tokenAttempt(
          world,
          clientId,
          undefined,
          credentialsForm(clientId),
          invalidClient('certificate_absent'),
        ),
      ),
  },
  {
    id: 'CA-02',
    title: "refuses one client's certificate under another's client_id",
    source: 'RFC 8705 §2; FAPI2 ensure-client-id-in-token-endpoint',
    attempts: (world) => [
      tokenAttempt(
        world,
        'of another partner',
        world.attackerClient.identity,
        credentialsForm(world.named.clientId),
        invalidClient('certificate_not_registered'),
      ),
      tokenAttempt(
        world,
        'of another client of the partner',
        world.reader.identity,
        credentialsForm(world.named.clientId),
        invalidClient('certificate_not_registered'),
      ),
      tokenAttempt(
        world,
        'of a named client for a pinned one',
        world.named.identity,
        credentialsForm(world.pinned.clientId),
        invalidClient('certificate_not_registered'),
      ),
      tokenAttempt(
        world,
        'of a pinned client for a named one',
        world.pinned.identity,
        credentialsForm(world.named.clientId),
        invalidClient('certificate_not_registered'),
      ),
    ],
  },
  {
    id: 'CA-03',
    title: 'refuses a certificate without client_id: nobody is looked up by certificate',
    source: 'RFC 8705 §2',
    attempts: (world) => {
      const { identity, clientId } = world.named;
      const grant: Form = [['grant_type', 'client_credentials']];
      const basic = `Basic ${Buffer.from(`${clientId}:`).toString('base64')}`;
      const { headers = [] } = tokenRequest(grant);
      return [
        tokenAttempt(world, 'none', identity, grant, INVALID_REQUEST),
        tokenAttempt(world, 'empty', identity, [...grant, ['client_id', '']], INVALID_REQUEST),
        tokenAttempt(world, 'in the query', identity, grant, INVALID_REQUEST, {
          target: `/token?client_id=${clientId}`,
        }),
        tokenAttempt(world, 'in the Authorization header', identity, grant, INVALID_REQUEST, {
          headers: [...headers, ['Authorization', basic]],
        }),
      ];
    },
  },
  {
    id: 'CA-05',
    title: 'refuses a parameter that is sent twice, also with the same value',
    source: 'RFC 6749 §3.2',
    attempts: (world) => {
      const { identity, clientId } = world.named;
      const form = credentialsForm(clientId);
      const repeated: Form = [
        ['client_id', clientId],
        ['client_id', world.pinned.clientId],
        ['grant_type', 'client_credentials'],
      ];
      return repeated.map(([name, value]) =>
        tokenAttempt(world, `${name}=${value}`, identity, [...form, [name, value]], INVALID_REQUEST),
      );
    },
  },
  {
    id: 'CA-07',
    title: 'answers an unknown client and a known one with a wrong certificate alike',
    source: 'RFC 6749 §5.2; ASVS 6.3',
    check: async (world) => [
      ...(await differences(world)),
      ...(world.measuresTime ? await timeDifference(world) : []),
    ],
  },
  {
    id: 'CA-08',
    title: 'refuses a pinned client with a CA-issued certificate of the same subject and another key',
    source: 'RFC 8705 §2.2',
    attempts: async (world) => {
      const { subject, clientId } = world.pinned;
      const leaf = await issueLeaf(world.victim.root, subject);
      const refused = invalidClient('certificate_not_registered');
      return [
        tokenAttempt(world, 'CA-issued', toIdentity(leaf), credentialsForm(clientId), refused),
        tokenAttempt(
          world,
          'self-signed again',
          toIdentity(await makeSelfSigned(subject)),
          credentialsForm(clientId),
          refused,
        ),
      ];
    },
  },
  {
    id: 'CA-09',
    title: 'refuses a named client with a self-signed certificate of exactly the registered subject',
    source: 'RFC 8705 §2.1',
    attempts: async (world) => {
      const { subject, clientId } = world.named;
      const forged = await makeSelfSigned(subject);
      return [[], [world.victim.root]].map((issuers) =>
        tokenAttempt(
          world,
          `with ${issuers.length} issuers`,
          toIdentity(forged, ...issuers),
          credentialsForm(clientId),
          invalidClient('issuer_unknown'),
        ),
      );
    },
  },
  {
    id: 'CA-11',
    title: 'refuses a second authentication method: client_secret',
    source: 'RFC 6749 §2.3',
    attempts: (world) => [
      tokenAttempt(
        world,
        'in the body',
        world.named.identity,
        [...credentialsForm(world.named.clientId), ['client_secret', 'x']],
        INVALID_REQUEST,
      ),
    ],
  },
  {
    id: 'CA-13',
    title: 'refuses a second authentication method: a well-formed client_assertion',
    source: 'RFC 6749 §2.3, RFC 7523 §2.2',
    attempts: async (world) => {
      const { clientId, identity } = world.named;
      const { privateKey } = await generateKeyPair('ES256');
      const assertion = await new SignJWT({ iss: clientId, sub: clientId, aud: world.stack.file.issuer })
        .setProtectedHeader({ alg: 'ES256' })
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(privateKey);
      const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
      const withAssertion: Form = [
        ...credentialsForm(clientId),
        ['client_assertion_type', type],
        ['client_assertion', assertion],
      ];
      return [
        { ...tokenAttempt(world, 'signed', identity, withAssertion, INVALID_REQUEST), secret: assertion },
      ];
    },
  },
  {
    id: 'CA-16',
    title: 'refuses the clients of a suspended partner',
    source: 'RFC 6749 §5.2; Keycloak testFailedClientInvocationWithDisabledClient',
    attempts: async (world) => {
      const { partner, client } = await suspendable(world);
      await world.operator.post(`partners/${partner.id}/suspend`);
      await untilRefused(world, client);
      return [
        tokenAttempt(
          world,
          'partner',
          client.identity,
          credentialsForm(client.clientId),
          invalidClient('partner_suspended'),
        ),
      ];
    },
  },
  {
    id: 'CA-17',
    title: 'refuses a client that is suspended while its connection stays open',
    source: 'OWASP API2; RFC 8705 §2',
    check: async (world) => {
      const { client } = await suspendable(world);
      const { ca } = world.stack;
      const wire = await Wire.dial({ url: world.token.url, ca, identity: client.identity });
      const request = tokenRequest(credentialsForm(client.clientId));
      const before = await wire.send(request);
      await world.operator.post(`clients/${client.clientId}/suspend`);
      await untilRefused(world, client);
      const after = await wire.send(request);
      wire.close();
      return [
        ...judgeAnswer(before, { status: 200 }),
        ...judgeAnswer(after, invalidClient('client_suspended')),
      ];
    },
  },
  {
    id: 'CA-20',
    title: "refuses another partner's CA that issues exactly the registered subject",
    source: 'RFC 8705 §7.4; keycloak#48412',
    attempts: async (world) => {
      const { clientId, subject } = world.named;
      const leaf = await issueLeaf(world.attacker.root, subject);
      const chains = [[], [world.attacker.root], [world.victim.root]];
      return chains.map((issuers, index) =>
        tokenAttempt(
          world,
          `chain ${index + 1}`,
          toIdentity(leaf, ...issuers),
          credentialsForm(clientId),
          invalidClient('issuer_unknown'),
        ),
      );
    },
  },
  {
    id: 'CA-22',
    title: 'refuses a leaf whose intermediate bears the registered subject',
    source: 'RFC 8705 §2.1; Keycloak testFailedClientInvocationWithIssuerCertificateAndSubjectDN',
    attempts: async (world) => {
      const { clientId, subject } = world.named;
      const intermediate = await world.victim.root.issueAuthority({ subject, ...validNow() });
      const leaf = await issueLeaf(intermediate, `CN=${uniqueName('somebody')},O=${world.victim.id},C=SE`);
      return [
        tokenAttempt(
          world,
          'in the chain',
          toIdentity(leaf, intermediate),
          credentialsForm(clientId),
          invalidClient('certificate_not_registered'),
        ),
      ];
    },
  },
  {
    id: 'CA-31',
    title: 'never blames the client for a database that is away while the registry is not loaded',
    source: 'ory/hydra#3671, #1928',
    attempts: async (world) => {
      const databaseUrl = readFileSync(settingsOf(world.stack).secrets.tokenServiceUrlFile, 'utf8');
      const gate = await DatabaseGate.open(databaseUrl, 'registry_version');
      world.onClose(() => gate.cut());
      const cold = await beside(world.stack, 'token-service', {
        DATABASE_URL: gate.through(databaseUrl),
        DATABASE_URL_FILE: '',
        AUDIT_SPOOL_DIR: '',
      });
      const to = await world.run(cold, { listeningOn: cold.port });
      const { identity, clientId } = world.named;
      const unavailable: Expected = {
        status: 503,
        error: 'temporarily_unavailable',
        reason: 'registry_stale',
        headers: { 'retry-after': /^\d+$/ },
      };
      const known = tokenAttempt(world, 'known client', identity, credentialsForm(clientId), unavailable);
      const unknown = tokenAttempt(world, 'unknown', identity, credentialsForm('nobody'), unavailable);
      return [
        { ...known, to },
        { ...unknown, to },
      ];
    },
  },
];

async function suspendable(world: AttackWorld) {
  const partner = await registerPartner(world.operator, 'suspendable');
  world.onClose(() => world.operator.post(`partners/${partner.id}/suspend`));
  return { partner, client: await registerNamedClient(world.operator, partner) };
}

/** Its own bound is another case: here it only has to have arrived. */
async function untilRefused(
  world: AttackWorld,
  { identity, clientId }: { identity: Identity; clientId: string },
) {
  const { ca } = world.stack;
  const wire = await Wire.dial({ url: world.token.url, ca, identity });
  const deadline = performance.now() + 2_000;
  while (
    (await wire.send(tokenRequest(credentialsForm(clientId)))).status === 200 &&
    performance.now() < deadline
  );
  wire.close();
}

/** Both answers, octet for octet but for the request id. */
async function differences(world: AttackWorld): Promise<readonly string[]> {
  const { ca } = world.stack;
  const seen = [];
  for (const clientId of [uniqueName('unknown'), world.named.clientId]) {
    const wire = await Wire.dial({ url: world.token.url, ca, identity: world.attackerClient.identity });
    const { status, text, headers, json } = await wire.send(tokenRequest(credentialsForm(clientId)));
    wire.close();
    const { date: _date, 'x-request-id': _id, ...stable } = headers;
    seen.push(JSON.stringify({ status, stable, text: text.replace(String(json['request_id']), 'ID') }));
  }
  return seen[0] === seen[1] ? [] : [`the answers differ: ${seen.join(' and ')}`];
}
