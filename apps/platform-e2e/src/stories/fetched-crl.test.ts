import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { crlDistributionPoint, type IssuedCertificate } from '@holdfast/test-pki';
import { CrlServer } from '../harness/crl-server.js';
import { query } from '../harness/database.js';
import { makeRoot, toIdentity, uniqueName, validNow } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import { READ, registerPartner, type RegisteredPartner } from '../harness/partners.js';
import { startOwnStack, type OwnStack } from '../harness/shared-stack.js';
import { requestToken, type PartnerClient } from '../harness/token-endpoint.js';

/** First sight: fetched within 5 s, and then seen by the token service within 1 s. */
const FETCHED_WITHIN_MS = 6_000;
/** Times in a CRL are whole seconds. */
const ENDS_IN_MS = 9_000;
const FAILED = `SELECT FROM revocation_source WHERE last_error LIKE 'status_not_ok:%503%'`;

describe('a partner whose authority publishes CRLs', () => {
  let server: CrlServer;
  let operator: Operator;
  let stack: OwnStack;
  let partner: RegisteredPartner;
  let client: PartnerClient;
  let leaf: IssuedCertificate;

  beforeAll(async () => {
    server = await CrlServer.listen();
    process.env['EGRESS_ALLOWED_HOSTS'] = server.host;
    stack = await startOwnStack('fetched-crl');
    delete process.env['EGRESS_ALLOWED_HOSTS'];
    operator = new Operator(stack);
    partner = await registerPartner(operator, 'publishing', 'hard');
    const clientId = uniqueName('published');
    const subject = `CN=${clientId},O=${partner.id},C=SE`;
    leaf = await issueLeaf(subject, '/ca.crl');
    client = { partner: partner.id, clientId, identity: toIdentity(leaf) };
    await operator.post('clients', {
      id: clientId,
      partner: partner.id,
      token_endpoint_auth_method: 'tls_client_auth',
      anchor: partner.anchor,
      tls_client_auth_subject_dn: subject,
    });
    await operator.post('grants', { client: clientId, resource: stack.orders, scopes: [READ] });
    await seen(async () => (await query(stack, 'SELECT FROM access_grant')).length > 0);
  }, 60_000);
  afterAll(async () => {
    await stack?.stop();
    await server?.stop();
  }, 30_000);

  jest.setTimeout(5 * FETCHED_WITHIN_MS);

  const issueLeaf = (subject: string, path: string, root = partner.root): Promise<IssuedCertificate> =>
    root.issue({
      subject,
      extendedKeyUsage: ['clientAuth'],
      extensions: [crlDistributionPoint(`http://${server.host}${path}`)],
      ...validNow(),
    });
  const status = async (): Promise<number> => (await requestToken(stack, client)).status;

  async function seen(holds: () => Promise<boolean>): Promise<number> {
    const begun = performance.now();
    while (!(await holds())) {
      if (performance.now() - begun > FETCHED_WITHIN_MS) throw new Error('not in time');
      await delay(50);
    }
    return performance.now() - begun;
  }

  it('causes no connection with certificates that lead to no anchor (SS-13)', async () => {
    const stranger = await makeRoot(`CN=${partner.id} Root CA,O=${partner.id}`);
    const forged = await issueLeaf(`CN=${client.clientId},O=${partner.id},C=SE`, '/forged.crl', stranger);
    const answer = await requestToken(stack, { ...client, identity: toIdentity(forged) });
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
    await delay(3_000);
    expect(server.requests).toEqual([]);
    expect(await query(stack, 'SELECT url FROM revocation_source')).toEqual([]);
  });

  it('is refused at first sight, and accepted within seconds, when its CRL has been fetched', async () => {
    server.publish(partner.root, []);
    expect(await status()).toBe(401);
    await seen(async () => (await status()) === 200);
    expect(server.requests).toEqual(['/ca.crl']);
  });

  it('is refused after it was revoked and the CRL was fetched again', async () => {
    server.publish(partner.root, [leaf]);
    await query(stack, 'UPDATE revocation_source SET next_due = now()');
    await seen(async () => (await status()) === 401);
    expect(server.requests).toEqual(['/ca.crl', '/ca.crl']);
  });

  it('is accepted by the last good CRL while the source is down, and refused when that has ended (R-28)', async () => {
    server.publish(partner.root, [], ENDS_IN_MS);
    const published = performance.now();
    await query(stack, 'UPDATE revocation_source SET next_due = now()');
    await seen(async () => (await status()) === 200);
    server.fail();
    await query(stack, 'UPDATE revocation_source SET next_due = now()');
    await seen(async () => (await query(stack, FAILED)).length === 1);
    // What the operator sees, in the API, the UI and by `holdfast anchor crl sources`.
    const { items } = await operator.get(`revocation-sources?anchor=${partner.anchor}`);
    expect(items).toEqual([
      expect.objectContaining({
        anchor: partner.anchor,
        url: `http://${server.host}/ca.crl`,
        last_success: expect.stringMatching(/^20/),
        last_error: expect.stringMatching(/^status_not_ok: .*503/),
      }),
    ]);
    if (performance.now() - published < ENDS_IN_MS - 1_000) expect(await status()).toBe(200);
    await seen(async () => (await status()) === 401);
    expect(performance.now() - published).toBeGreaterThan(ENDS_IN_MS - 1_000);
  });
});
