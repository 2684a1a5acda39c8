import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createPartnerClient, type PartnerClient, type PartnerClientOptions } from '@holdfast/partner-client';
import {
  issueLeaf,
  makeRoot,
  makeSelfSigned,
  thumbprintOf,
  toIdentity,
  writeIdentity,
} from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import { registerNamedClient, registerPartner } from '../harness/partners.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { claimsOf } from '../harness/token-endpoint.js';

const stack = sharedStack();
const operator = new Operator(stack);
const [demo] = stack.file.demo;
const opened: PartnerClient[] = [];

afterEach(() => opened.splice(0).forEach((client) => client.close()));

function clientWith(options: Partial<PartnerClientOptions> = {}): PartnerClient {
  const { clientId, certificateFile, privateKeyFile } = demo!;
  const own = { clientId, certificateFile, privateKeyFile };
  const address = options.issuer === undefined ? { tokenEndpoint: stack.file.tokenEndpoint } : {};
  const client = createPartnerClient({
    ...own,
    ...address,
    ca: stack.ca,
    resource: stack.orders,
    ...options,
  });
  opened.push(client);
  return client;
}

describe('@holdfast/partner-client with the real services', () => {
  it('reads orders with a token that is bound to its certificate (RFC 8705 §3)', async () => {
    const answer = await clientWith().fetch(`${stack.orders}/orders`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ orders: expect.any(Array) });
  });

  it('finds the address for mutual TLS in the metadata (RFC 8414 §3, RFC 8705 §5)', async () => {
    const { accessToken } = await clientWith({ issuer: stack.file.issuer }).getToken();
    expect(claimsOf(accessToken)).toMatchObject({ client_id: demo!.clientId, aud: stack.orders });
  });

  it('uses one token for a hundred calls at the same time', async () => {
    const client = clientWith();
    const calls = Array.from({ length: 100 }, async () => {
      const [{ accessToken }, answer] = [
        await client.getToken(),
        await client.fetch(`${stack.orders}/orders`),
      ];
      await answer.text();
      return [accessToken, answer.status] as const;
    });
    const done = await Promise.all(calls);
    expect(new Set(done.map(([token]) => token)).size).toBe(1);
    expect(done.filter(([, status]) => status !== 200)).toEqual([]);
  });

  it('loses no call under load when its certificate is renewed (RFC 8705 §6.3)', async () => {
    const partner = await registerPartner(operator, 'renewing');
    const { clientId, subject, leaf } = await registerNamedClient(operator, partner);
    const files = writeIdentity(toIdentity(leaf));
    const client = clientWith({ clientId, ...files, reloadSeconds: 0.05 });
    const statuses: number[] = [];
    let isOver = false;
    const callers = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const answer = await client.fetch(`${stack.orders}/orders`);
        await answer.text();
        statuses.push(answer.status);
      }
    });
    const renewed = await issueLeaf(partner.root, subject);
    writeFileSync(files.certificateFile, renewed.pem);
    await delay(150);
    writeFileSync(files.privateKeyFile, renewed.privateKeyPem);
    await delay(400);
    isOver = true;
    await Promise.all(callers);
    expect(statuses.length).toBeGreaterThan(20);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    const { accessToken } = await client.getToken();
    expect(claimsOf(accessToken)['cnf']).toEqual({ 'x5t#S256': thumbprintOf(renewed) });
  });

  it('tells why a token was refused, and by which request id the operator finds it (RFC 6749 §5.2)', async () => {
    const { pem, privateKeyPem } = await makeSelfSigned('CN=stranger');
    const files = writeIdentity({ certificate: pem, privateKey: privateKeyPem });
    await expect(clientWith(files).getToken()).rejects.toMatchObject({
      name: 'TokenRefused',
      error: 'invalid_client',
      requestId: expect.stringMatching(/^req_/),
    });
  });

  it('sends nothing to a server of another authority, and says what to do', async () => {
    const ca = (await makeRoot('CN=another authority')).pem;
    await expect(clientWith({ ca }).getToken()).rejects.toMatchObject({
      name: 'TlsFailure',
      code: 'server_untrusted',
      remedy: expect.stringContaining('`ca`'),
    });
  });
});
