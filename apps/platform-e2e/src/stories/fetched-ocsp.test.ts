import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest } from '@jest/globals';
import { ocspResponder } from '@holdfast/test-pki';
import { query } from '../harness/database.js';
import { validNow } from '../harness/identity.js';
import { OcspServer } from '../harness/ocsp-server.js';
import { Operator } from '../harness/operator.js';
import {
  enterClientWith,
  registerPartner,
  type NamedClient,
  type RegisteredPartner,
} from '../harness/partners.js';
import { needsProgram } from '../harness/programs.js';
import { startFetchingStack, type OwnStack } from '../harness/shared-stack.js';
import { requestToken } from '../harness/token-endpoint.js';
import { within } from '../harness/within.js';

/** First sight: asked within 5 s, and then seen by the token service within 1 s. */
const ASKED_WITHIN_MS = 6_000;
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';
const NOW = 'UPDATE revocation_source SET next_due = now()';

describe('a partner whose authority answers by OCSP (openssl ocsp)', () => {
  const it = needsProgram('openssl');
  let server: OcspServer;
  let operator: Operator;
  let stack: OwnStack;
  let partner: RegisteredPartner;
  let client: NamedClient;

  beforeAll(async () => {
    server = await OcspServer.listen();
    stack = await startFetchingStack('fetched-ocsp', server);
    operator = new Operator(stack);
    partner = await registerPartner(operator, 'answering', 'hard');
    client = await enterClientWith(operator, partner, [ocspResponder(`http://${server.host}/`)]);
    await seen(async () => (await query(stack, 'SELECT FROM access_grant')).length > 0);
  }, 60_000);
  afterAll(async () => {
    await stack?.stop();
    await server?.stop();
  }, 30_000);

  jest.setTimeout(5 * ASKED_WITHIN_MS);

  const status = async (): Promise<number> => (await requestToken(stack, client)).status;

  const seen = (holds: () => Promise<boolean>): Promise<number> => within(ASKED_WITHIN_MS, holds);

  it('is refused at first sight, and accepted within seconds, when the responder has said good', async () => {
    server.say(partner.root, client.leaf, 'V');
    expect(await status()).toBe(401);
    await seen(async () => (await status()) === 200);
    expect(server.requests).toEqual(['POST application/ocsp-request']);
    const { items } = await operator.get(`revocation-sources?anchor=${partner.anchor}`);
    expect(items).toEqual([
      expect.objectContaining({
        kind: 'ocsp',
        url: `http://${server.host}/`,
        status: 'good',
        last_error: null,
      }),
    ]);
  });

  it('is still accepted by the last good response while the responder is down (R-28)', async () => {
    server.isDown = true;
    await query(stack, NOW);
    const failed = `SELECT FROM revocation_source WHERE last_error LIKE 'status_not_ok:%503%'`;
    await seen(async () => (await query(stack, failed)).length === 1);
    expect(await status()).toBe(200);
    server.isDown = false;
  });

  it('is refused within a second of the answer that says revoked, by a delegated responder (RFC 6960 §4.2.2.2)', async () => {
    const delegate = await partner.root.issue({
      subject: 'CN=OCSP',
      extendedKeyUsage: [OCSP_SIGNING],
      ...validNow(),
    });
    // The times in responses are whole seconds, and an older one replaces nothing.
    await delay(1_000);
    server.say(partner.root, client.leaf, 'R', delegate);
    await query(stack, NOW);
    await seen(async () => (await status()) === 401);
  });

  it('is accepted again when the responder says good again', async () => {
    await delay(1_000);
    server.say(partner.root, client.leaf, 'V');
    await query(stack, NOW);
    await seen(async () => (await status()) === 200);
  });

  it('keeps its last good response against one by somebody whom the authority did not appoint', async () => {
    const stranger = await partner.root.issue({
      subject: 'CN=OCSP',
      extendedKeyUsage: ['clientAuth'],
      ...validNow(),
    });
    await delay(1_000);
    server.say(partner.root, client.leaf, 'R', stranger);
    await query(stack, NOW);
    const refused = `SELECT FROM revocation_source WHERE last_error LIKE 'rev.unknown_signer%'`;
    await seen(async () => (await query(stack, refused)).length === 1);
    expect(await status()).toBe(200);
  });
});
