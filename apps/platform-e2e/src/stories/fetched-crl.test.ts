import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  crlDistributionPoint,
  type Authority,
  type IssuedCertificate,
  type RawExtension,
} from '@holdfast/test-pki';
import { AppProcess } from '../harness/app-process.js';
import { beside } from '../harness/beside.js';
import { CrlServer } from '../harness/crl-server.js';
import { query } from '../harness/database.js';
import { makeRoot, toIdentity, validNow } from '../harness/identity.js';
import { readMetric } from '../harness/metrics.js';
import { Operator } from '../harness/operator.js';
import {
  enterClientWith,
  registerPartner,
  type NamedClient,
  type RegisteredPartner,
} from '../harness/partners.js';
import { newDirectory } from '../harness/run-directory.js';
import { startFetchingStack, type OwnStack } from '../harness/shared-stack.js';
import {
  credentialsForm,
  requestToken,
  tokenOf,
  tokenRequest,
  type PartnerClient,
} from '../harness/token-endpoint.js';
import { within } from '../harness/within.js';
import { exchange } from '../harness/wire.js';

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
  let client: NamedClient;

  beforeAll(async () => {
    server = await CrlServer.listen();
    stack = await startFetchingStack('fetched-crl', server);
    operator = new Operator(stack);
    ({ partner, client } = await register('hard'));
    await seen(async () => (await query(stack, 'SELECT FROM access_grant')).length > 0);
  }, 60_000);
  afterAll(async () => {
    await stack?.stop();
    await server?.stop();
  }, 30_000);

  jest.setTimeout(5 * FETCHED_WITHIN_MS);

  const publishedAt = (path: string): readonly RawExtension[] => [
    crlDistributionPoint(`http://${server.host}${path}`),
  ];
  const issueLeaf = (subject: string, path: string, root: Authority): Promise<IssuedCertificate> =>
    root.issue({ subject, extendedKeyUsage: ['clientAuth'], extensions: publishedAt(path), ...validNow() });
  /** A partner of this mode, and a client whose certificate names where its CRL is. */
  const register = async (mode: 'soft' | 'hard') => {
    const partner = await registerPartner(operator, `publishing-${mode}`, mode);
    return { partner, client: await enterClientWith(operator, partner, publishedAt('/ca.crl')) };
  };
  const status = async (): Promise<number> => (await requestToken(stack, client)).status;

  const seen = (holds: () => Promise<boolean>): Promise<number> => within(FETCHED_WITHIN_MS, holds);

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
    server.publish(partner.root, [client.leaf]);
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

  it('is accepted under soft when the last good CRL has ended, which sets off the alarms; over a restart what stood on it is refused (R-28, CV-10)', async () => {
    const soft = await register('soft');
    const revoked = await issueLeaf(soft.client.subject, '/ca.crl', soft.partner.root);
    const stolen = { ...soft.client, identity: toIdentity(revoked) };
    const { tokenManagement, adminManagement } = stack.ports;
    const unknown = (): Promise<number> =>
      readMetric(tokenManagement, 'token_revocation_unknown_total{cause="rev.unknown_stale"}');
    const ofAnchor = (name: string): Promise<number> =>
      readMetric(adminManagement, `${name}{anchor="${soft.partner.anchor}"}`);
    server.publish(soft.partner.root, [revoked], ENDS_IN_MS);
    // Under soft the first sight is accepted, and causes the first fetch.
    await tokenOf(stack, soft.client);
    await seen(async () => (await requestToken(stack, stolen)).status === 401);
    expect(await ofAnchor('admin_revocation_next_update_seconds')).toBeGreaterThan(0);
    expect(await unknown()).toBeNaN();

    server.fail();
    await query(stack, 'UPDATE revocation_source SET next_due = now()');
    await delay(ENDS_IN_MS);
    expect(await requestToken(stack, soft.client)).toMatchObject({ status: 200 });
    await seen(async () => (await unknown()) > 0);
    expect(await ofAnchor('admin_revocation_next_update_seconds')).toBeLessThan(0);
    expect(await ofAnchor('admin_revocation_failing_sources')).toBe(1);
    const { items } = await operator.get(`audit?client=${soft.client.clientId}&kind=token.issued`);
    expect((items as unknown[])[0]).toMatchObject({ detail: { unknownRevocation: 'rev.unknown_stale' } });

    const fresh = await beside(stack, 'token-service');
    const app = await AppProcess.start(fresh.application, newDirectory('restarted'));
    try {
      const ask = async ({ clientId, identity }: PartnerClient): Promise<number> =>
        (await exchange({ url: fresh.url, ca: stack.ca, identity }, tokenRequest(credentialsForm(clientId))))
          .status;
      expect(await ask(stolen)).toBe(401);
      expect(await ask(soft.client)).toBe(200);
    } finally {
      await app.stop();
    }
  });
});
